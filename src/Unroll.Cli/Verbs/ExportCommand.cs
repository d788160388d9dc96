using System.CommandLine;
using System.Globalization;
using Unroll.Cli.Runs;
using Unroll.Data;
using Unroll.Evaluation;
using Unroll.Export;
using Unroll.Models;
using Unroll.Onnx;

namespace Unroll.Cli.Verbs;

/// <summary><c>unroll export</c>: a model as a file for other programs.</summary>
internal static class ExportCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> model = Options.Model();
        Option<string?> onnx = Options.Text("--onnx", "ONNX file to write, for onnxruntime and others", "FILE");
        Option<string?> csharp = Options.Text(
            "--csharp", "C# file to write: a program of its own that needs nothing but .NET", "FILE");
        Option<string?> output = Options.Text("--out", "Folder or .zip file to write the model to", "PATH");
        Option<string?> maxSize = Options.Text(
            "--max-size",
            "With --out, make the model so small, such as 500kb or 1mb: eight-bit numbers, the frequent words and the terms that "
                + "say most", "SIZE");
        Option<string?> data = Options.Text(
            "--data", "With --max-size, labelled rows that the model was not trained on, to choose by and measure on", "FILE");
        var format = new DataOptions();
        var beside = new Option<bool>("--weights-beside")
        {
            Description = "With --csharp, the numbers go into a file beside it that ends in .weights",
        };
        Option<string?> className = Options.Text("--class", "With --csharp, the name of the class [default: the file's]", "NAME");
        Option<string?> space = Options.Text("--namespace", "With --csharp, the namespace", "NAME");
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace the file if it exists" };
        Option<bool> json = Options.Json("Print what was written as one JSON object");
        var command = new Command("export", "Write a model for other programs: ONNX, one C# file, or the other form of model")
        {
            model, onnx, csharp, output, maxSize, data, beside, className, space, overwrite, json,
        };
        format.AddTo(command);
        command.SetAction(parsed =>
        {
            string[] wanted =
                [.. new[] { onnx, csharp, output }.Where(each => parsed.GetValue(each) is not null).Select(each => each.Name)];
            if (wanted.Length != 1)
            {
                string found = wanted.Length == 0 ? "no file given" : $"{string.Join(" and ", wanted)} given";
                throw new InputException(
                    $"unroll export: {found}, expected one of --onnx FILE, --csharp FILE and --out PATH; " +
                    "see unroll export --help");
            }
            var options = new CSharpExportOptions
            {
                ClassName = parsed.GetValue(className),
                Namespace = parsed.GetValue(space),
                WeightsBeside = parsed.GetValue(beside),
            };
            if (parsed.GetValue(csharp) is null && options != new CSharpExportOptions())
            {
                throw new InputException(
                    "--weights-beside, --class and --namespace are for --csharp; leave them out, or give --csharp FILE");
            }
            long? mostBytes = parsed.GetValue(maxSize) is { } given ? SizeOf(given) : null;
            string? rows = parsed.GetValue(data);
            if (mostBytes is not null != rows is not null || (mostBytes is not null && parsed.GetValue(output) is null))
            {
                throw new InputException(
                    "--max-size SIZE goes with --out PATH and --data FILE, rows that the model was not trained on; " +
                    "give all three, or neither --max-size nor --data");
            }
            bool mayReplace = parsed.GetValue(overwrite);
            string path = parsed.GetRequiredValue(model);
            string written = parsed.GetValue(onnx) is { } onnxFile ? Onnx(onnxFile)
                : parsed.GetValue(csharp) is { } csharpFile ? CSharp(csharpFile)
                : Model(parsed.GetValue(output)!);
            terminal.Output.WriteLine(written);
            return 0;

            string Onnx(string file)
            {
                OnnxExport.RequireSavePath(file, mayReplace);
                SentenceClassifier classifier = SavedModel.Load(path, terminal);
                OnnxExport.Save(classifier, file, mayReplace);
                int classes = classifier.Config.Classes;
                string inputs = classifier.Config.LinearShare == 0
                    ? "ids [batch,time] and lengths [batch]"
                    : "ids [batch,time], lengths [batch], terms and term_counts [batch,terms]";
                return Said(
                    file, classes, OnnxExport.OperatorSet,
                    bytes => $"ONNX operator set {OnnxExport.OperatorSet}, {bytes} bytes; " +
                        $"{inputs} → probabilities and logits [batch,{classes}]");
            }

            string CSharp(string file)
            {
                CSharpExport.RequireSavePath(file, options.WeightsBeside, mayReplace);
                SentenceClassifier classifier = SavedModel.Load(path, terminal);
                CSharpExport.Save(classifier, file, options, mayReplace);
                return Said(
                    file, classifier.Config.Classes, operatorSet: null,
                    bytes => $"C#, {bytes} bytes; Predict(text) gives " +
                        (classifier.Config.MultiLabel ? "labels and the probability of every label"
                            : "label, probability and that of every label"));
            }

            string Model(string target)
            {
                SentenceClassifier.RequireSavePath(target, mayReplace);
                SentenceClassifier classifier = SavedModel.Load(path, terminal);
                if (mostBytes is { } most)
                    classifier = Smaller(classifier, most, target);
                classifier.Save(target, mayReplace);
                return Said(target, classifier.Config.Classes, operatorSet: null, bytes => $"the model, {bytes} bytes");
            }

            SentenceClassifier Smaller(SentenceClassifier classifier, long most, string target)
            {
                LabelledText[] chosenBy = [.. DataInput.Read(rows!, format.Get(parsed), terminal)];
                EvaluationResult whole = EvalCommand.Report(classifier, chosenBy, DataInput.NameOf(rows!), mistakes: 0).Result;
                terminal.Error.WriteLine(SizesLine("as it is", null, classifier, whole));
                SentenceClassifier small = SmallModel.Make(
                    classifier, most, chosenBy, SentenceClassifier.IsArchiveName(target),
                    trial => terminal.Error.WriteLine(SizesLine("tried", trial.Bytes, trial.Model, trial.Result)));
                terminal.Error.WriteLine(SizesLine("taken", null, small, small.Evaluate(chosenBy)));
                return small;
            }

            string Said(string file, int classes, int? operatorSet, Func<string, string> text)
            {
                long bytes = Directory.Exists(file)
                    ? new DirectoryInfo(file).EnumerateFiles().Sum(each => each.Length)
                    : new FileInfo(file).Length;
                return parsed.GetValue(json)
                    ? JsonOutput.Of(writer =>
                    {
                        writer.WriteString("file", file);
                        writer.WriteNumber("bytes", bytes);
                        if (operatorSet is { } set)
                            writer.WriteNumber("operator_set", set);
                        writer.WriteNumber("classes", classes);
                    })
                    : $"{file}: {text(bytes.ToString(CultureInfo.InvariantCulture))}";
            }
        });
        return command;
    }

    private static string SizesLine(string what, long? bytes, SentenceClassifier model, EvaluationResult result)
    {
        string size = bytes is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes, ");
        string f1 = result.IsMultiLabel ? string.Create(CultureInfo.InvariantCulture, $", micro-F1 {result.MicroF1:F4}") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: {size}{model.Vocabulary.Size:N0} words, {model.Terms.Count:N0} terms; accuracy {result.Accuracy:F4}") +
            string.Create(CultureInfo.InvariantCulture, $"{f1}, loss {result.Loss:F4}");
    }

    // 500kb, 1.5 MB, 80000
    private static long SizeOf(string given)
    {
        string text = given.Trim();
        (string Ending, double Bytes)[] units = [("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("b", 1), ("", 1)];
        (string ending, double bytes) = units.First(unit => text.EndsWith(unit.Ending, StringComparison.OrdinalIgnoreCase));
        bool isNumber = double.TryParse(
            text[..^ending.Length].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number);
        return isNumber && number * bytes is >= 1 and <= 1e12
            ? (long)(number * bytes)
            : throw new InputException($"--max-size is {given}, expected a size such as 500kb, 1.5mb or 800000");
    }
}
