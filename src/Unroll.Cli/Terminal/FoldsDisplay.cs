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
        (double accuracy, double accuracyDeviation) = MeanAndDeviation(results.Select(result => result.Accuracy));
        (double macroF1, double macroF1Deviation) = MeanAndDeviation(results.Select(result => result.MacroF1));
        if (!json)
        {
            terminal.Output.WriteLine(
                Invariant($"Mean of {results.Count} folds: accuracy {accuracy:F4} ± {accuracyDeviation:F4}, ") +
                Invariant($"macro-F1 {macroF1:F4} ± {macroF1Deviation:F4}"));
            return;
        }
        terminal.Output.WriteLine(JsonLine.Of(writer =>
        {
            WriteFields(writer, "folds", results.Count, accuracy, macroF1, results.Average(result => result.Loss));
            writer.WriteNumber("accuracy_deviation", accuracyDeviation);
            writer.WriteNumber("macro_f1_deviation", macroF1Deviation);
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

    // The sample's deviation, over n - 1.
    private static (double Mean, double Deviation) MeanAndDeviation(IEnumerable<double> values)
    {
        double[] all = [.. values];
        double mean = all.Average();
        return (mean, Math.Sqrt(all.Sum(value => (value - mean) * (value - mean)) / (all.Length - 1)));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
