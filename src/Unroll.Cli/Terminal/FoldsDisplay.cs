using System.Globalization;
using System.Text.Json;
using Unroll.Evaluation;
using Unroll.Storage;

namespace Unroll.Cli;

/// <summary>The results of a cross-validation as they come, a line a fold, and their means.</summary>
internal static class FoldsDisplay
{
    public static void Write(Terminal terminal, IEnumerable<EvaluationResult> folds, bool json)
    {
        var results = new List<EvaluationResult>();
        foreach (EvaluationResult result in folds)
        {
            results.Add(result);
            terminal.Output.WriteLine(json ? FoldJson(results.Count, result) : Fold(results.Count, result));
        }
        var accuracy = MeanInterval.Of(results.Select(result => result.Accuracy));
        var macroF1 = MeanInterval.Of(results.Select(result => result.MacroF1));
        if (!json)
        {
            terminal.Output.WriteLine(
                Invariant($"Mean of {results.Count} folds: accuracy {accuracy.Mean:F4} ± {accuracy.Deviation:F4}, ") +
                Invariant($"macro-F1 {macroF1.Mean:F4} ± {macroF1.Deviation:F4}"));
            return;
        }
        terminal.Output.WriteLine(JsonLine.Of(writer =>
        {
            WriteFields(writer, "folds", results.Count, accuracy.Mean, macroF1.Mean, results.Average(result => result.Loss));
            writer.WriteNumber("accuracy_deviation", accuracy.Deviation);
            writer.WriteNumber("macro_f1_deviation", macroF1.Deviation);
        }));
    }

    private static string Fold(int fold, EvaluationResult result) =>
        Invariant($"Fold {fold}: accuracy {result.Accuracy:F4}, macro-F1 {result.MacroF1:F4}, ") +
        Invariant($"loss {result.Loss:F4} ({result.Rows} rows)");

    private static string FoldJson(int fold, EvaluationResult result) =>
        JsonLine.Of(writer => WriteFields(writer, "fold", fold, result.Accuracy, result.MacroF1, result.Loss));

    private static void WriteFields(Utf8JsonWriter writer, string name, int value, double accuracy, double macroF1, double loss)
    {
        writer.WriteNumber(name, value);
        writer.WriteNumber("accuracy", accuracy);
        writer.WriteNumber("macro_f1", macroF1);
        writer.WriteNumber("loss", loss);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
