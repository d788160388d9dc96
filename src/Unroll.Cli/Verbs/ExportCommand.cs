using System.CommandLine;
using System.Globalization;
using Unroll.Cli.Runs;
using Unroll.Models;
using Unroll.Onnx;
using Unroll.Storage;

namespace Unroll.Cli.Verbs;

/// <summary><c>unroll export</c>: a model folder as a file for other runtimes.</summary>
internal static class ExportCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> model = Options.Model();
        var onnx = new Option<string>("--onnx") { Description = "ONNX file to write", HelpName = "FILE", Required = true };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace the file if it exists" };
        Option<bool> json = Options.Json("Print what was written as one JSON object");
        var command = new Command("export", "Write a model as one ONNX file, for onnxruntime and others")
        {
            model, onnx, overwrite, json,
        };
        command.SetAction(parsed =>
        {
            string file = parsed.GetRequiredValue(onnx);
            bool mayReplace = parsed.GetValue(overwrite);
            OnnxExport.RequireSavePath(file, mayReplace);
            SentenceClassifier classifier = SavedModel.Load(parsed.GetRequiredValue(model), terminal);
            OnnxExport.Save(classifier, file, mayReplace);
            long bytes = new FileInfo(file).Length;
            int classes = classifier.Config.Classes;
            string inputs = classifier.Config.LinearShare == 0
                ? "ids [batch,time] and lengths [batch]"
                : "ids [batch,time], lengths [batch], terms and term_counts [batch,terms]";
            terminal.Output.WriteLine(parsed.GetValue(json)
                ? JsonLine.Of(writer =>
                {
                    writer.WriteString("file", file);
                    writer.WriteNumber("bytes", bytes);
                    writer.WriteNumber("operator_set", OnnxExport.OperatorSet);
                    writer.WriteNumber("classes", classes);
                })
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file}: ONNX operator set {OnnxExport.OperatorSet}, {bytes} bytes; " +
                    $"{inputs} → probabilities and logits [batch,{classes}]"));
            return 0;
        });
        return command;
    }
}
