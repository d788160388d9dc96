using System.CommandLine;
using System.Globalization;
using Unroll.Cli.Runs;
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
            model, onnx, csharp, output, beside, className, space, overwrite, json,
        };
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
                    bytes => $"C#, {bytes} bytes; Predict(text) gives label, probability and that of every label");
            }

            string Model(string target)
            {
                SentenceClassifier.RequireSavePath(target, mayReplace);
                SentenceClassifier classifier = SavedModel.Load(path, terminal);
                classifier.Save(target, mayReplace);
                return Said(target, classifier.Config.Classes, operatorSet: null, bytes => $"the model, {bytes} bytes");
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
}
