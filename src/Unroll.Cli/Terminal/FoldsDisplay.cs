using System.Globalization;
using System.Text.Json;
using Unroll.Evaluation;

namespace Unroll.Cli;

/// <summary>The results of a cross-validation as they come, a line a fold, and their means.</summary>
internal static class FoldsDisplay
{
    public static void Write(Terminal terminal, IEnumerable<PartScores> folds, bool json)
    {
        var results = new List<PartScores>();
        foreach (PartScores result in folds)
        {
            results.Add(result);
            terminal.Output.WriteLine(json ? FoldJson(results.Count, result) : Fold(results.Count, result.Model));
        }
        var accuracy = MeanInterval.Of(results.Select(result => result.Model.Accuracy));
        var macroF1 = MeanInterval.Of(results.Select(result => result.Model.MacroF1));
        MeanInterval? microF1 = results.All(result => result.Model.IsMultiLabel)
            ? MeanInterval.Of(results.Select(result => result.Model.MicroF1))
            : null;
        MeanInterval? linear = results.All(result => result.Linear is not null)
            ? MeanInterval.Of(results.Select(result => result.Linear!.Accuracy))
            : null;
        MeanInterval? network = results.All(result => result.Network is not null)
            ? MeanInterval.Of(results.Select(result => result.Network!.Accuracy))
            : null;
        if (!json)
        {
            terminal.Output.WriteLine(
                Invariant($"Mean of {results.Count} folds: accuracy {accuracy.Mean:F4} ± {accuracy.Deviation:F4}, ") +
                Invariant($"macro-F1 {macroF1.Mean:F4} ± {macroF1.Deviation:F4}") +
                (microF1 is null ? "" : Invariant($", micro-F1 {microF1.Mean:F4} ± {microF1.Deviation:F4}")));
            if (linear is not null && network is not null)
            {
                terminal.Output.WriteLine(
                    Invariant($"Network alone: accuracy {network.Mean:F4} ± {network.Deviation:F4}; ") +
                    Invariant($"linear part alone: {linear.Mean:F4} ± {linear.Deviation:F4}"));
            }
            return;
        }
        terminal.Output.WriteLine(JsonOutput.Of(writer =>
        {
            double loss = results.Average(result => result.Model.Loss);
            WriteFields(writer, "folds", results.Count, accuracy.Mean, macroF1.Mean, loss);
            writer.WriteNumber("accuracy_deviation", accuracy.Deviation);
            writer.WriteNumber("macro_f1_deviation", macroF1.Deviation);
            if (microF1 is not null)
            {
                writer.WriteNumber("micro_f1", microF1.Mean);
                writer.WriteNumber("micro_f1_deviation", microF1.Deviation);
            }
            WriteParts(writer, network?.Mean, linear?.Mean);
        }));
    }

    private static string Fold(int fold, EvaluationResult result) =>
        Invariant($"Fold {fold}: accuracy {result.Accuracy:F4}, macro-F1 {result.MacroF1:F4}, ") +
        Invariant($"loss {result.Loss:F4} ({result.Rows} rows)");

    private static string FoldJson(int fold, PartScores result) => JsonOutput.Of(writer =>
    {
        WriteFields(writer, "fold", fold, result.Model.Accuracy, result.Model.MacroF1, result.Model.Loss);
        WriteParts(writer, result.Network?.Accuracy, result.Linear?.Accuracy);
    });

    private static void WriteParts(Utf8JsonWriter writer, double? network, double? linear)
    {
        if (network is not null)
            writer.WriteNumber("network_accuracy", network.Value);
        if (linear is not null)
            writer.WriteNumber("linear_accuracy", linear.Value);
    }

    private static void WriteFields(Utf8JsonWriter writer, string name, int value, double accuracy, double macroF1, double loss)
    {
        writer.WriteNumber(name, value);
        writer.WriteNumber("accuracy", accuracy);
        writer.WriteNumber("macro_f1", macroF1);
        writer.WriteNumber("loss", loss);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
