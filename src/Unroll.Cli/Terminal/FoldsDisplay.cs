using System.Globalization;
using System.Text.Json;
using Unroll.Evaluation;
using Unroll.Storage;

namespace Unroll.Cli;

/// <summary>What is shown of a fold.</summary>
/// <param name="Rows">The number of rows it is measured on.</param>
/// <param name="Accuracy">Of the model.</param>
/// <param name="MacroF1">Of the model.</param>
/// <param name="Loss">Of the model.</param>
internal sealed record FoldFigures(int Rows, double Accuracy, double MacroF1, double Loss)
{
    /// <summary>Where a text may have several labels.</summary>
    public double? MicroF1 { get; init; }

    /// <summary>The accuracy of the network alone; null where there is none.</summary>
    public double? Network { get; init; }

    /// <summary>The accuracy of the linear part alone; null where there is none.</summary>
    public double? Linear { get; init; }

    public static FoldFigures Of(PartScores scores) =>
        new(scores.Model.Rows, scores.Model.Accuracy, scores.Model.MacroF1, scores.Model.Loss)
        {
            MicroF1 = scores.Model.IsMultiLabel ? scores.Model.MicroF1 : null,
            Network = scores.Network?.Accuracy,
            Linear = scores.Linear?.Accuracy,
        };

    /// <summary>Reads what <see cref="ToJson"/> writes.</summary>
    public static FoldFigures Read(JsonElement json)
    {
        return new FoldFigures(
            json.GetProperty("rows").GetInt32(), Number("accuracy")!.Value, Number("macro_f1")!.Value, Number("loss")!.Value)
        {
            MicroF1 = Number("micro_f1"),
            Network = Number("network"),
            Linear = Number("linear"),
        };

        double? Number(string name) => json.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : null;
    }

    public string ToJson() => JsonLine.Of(writer =>
    {
        writer.WriteNumber("rows", Rows);
        foreach ((string name, double? value) in (ReadOnlySpan<(string, double?)>)
            [
                ("accuracy", Accuracy), ("macro_f1", MacroF1), ("loss", Loss), ("micro_f1", MicroF1), ("network", Network),
                ("linear", Linear),
            ])
        {
            if (value is { } number)
                writer.WriteNumber(name, number);
        }
    });
}

/// <summary>The results of a cross-validation as they come, a line a fold, and their means.</summary>
internal static class FoldsDisplay
{
    public static void Write(Terminal terminal, IEnumerable<FoldFigures> folds, bool json)
    {
        var results = new List<FoldFigures>();
        foreach (FoldFigures result in folds)
        {
            results.Add(result);
            terminal.Output.WriteLine(json ? FoldJson(results.Count, result) : Fold(results.Count, result));
        }
        var accuracy = MeanInterval.Of(results.Select(result => result.Accuracy));
        var macroF1 = MeanInterval.Of(results.Select(result => result.MacroF1));
        MeanInterval? microF1 = results.All(result => result.MicroF1 is not null)
            ? MeanInterval.Of(results.Select(result => result.MicroF1!.Value))
            : null;
        MeanInterval? linear = results.All(result => result.Linear is not null)
            ? MeanInterval.Of(results.Select(result => result.Linear!.Value))
            : null;
        MeanInterval? network = results.All(result => result.Network is not null)
            ? MeanInterval.Of(results.Select(result => result.Network!.Value))
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
            double loss = results.Average(result => result.Loss);
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

    private static string Fold(int fold, FoldFigures result) =>
        Invariant($"Fold {fold}: accuracy {result.Accuracy:F4}, macro-F1 {result.MacroF1:F4}, ") +
        Invariant($"loss {result.Loss:F4} ({result.Rows} rows)");

    private static string FoldJson(int fold, FoldFigures result) => JsonOutput.Of(writer =>
    {
        WriteFields(writer, "fold", fold, result.Accuracy, result.MacroF1, result.Loss);
        WriteParts(writer, result.Network, result.Linear);
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
