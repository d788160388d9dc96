using System.Globalization;
using System.Text.Json;
using Unroll.Evaluation;
using Unroll.Models;
using Unroll.Storage;

namespace Unroll.Cli;

/// <summary>What is shown of a training of one of several seeds.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="KeptEpoch">The epoch whose model is kept; null for a linear part alone.</param>
/// <param name="Figures">Every figure by its key.</param>
internal sealed record SeedFigures(ulong Seed, int? KeptEpoch, IReadOnlyList<KeyValuePair<string, double>> Figures)
{
    private const string SeedKey = "seed";
    private const string EpochKey = "kept_epoch";

    public static SeedFigures Of(SeedResult result) => new(result.Seed, result.Summary.Kept?.Epoch, result.Figures());

    /// <summary>Reads what <see cref="WriteFields"/> writes.</summary>
    public static SeedFigures Read(JsonElement json) => new(
        json.GetProperty(SeedKey).GetUInt64(),
        json.TryGetProperty(EpochKey, out JsonElement epoch) ? epoch.GetInt32() : null,
        [
            .. json.EnumerateObject().Where(field => field.Name is not (SeedKey or EpochKey))
                .Select(field => KeyValuePair.Create(field.Name, field.Value.GetDouble())),
        ]);

    public void WriteFields(Utf8JsonWriter writer)
    {
        writer.WriteNumber(SeedKey, Seed);
        if (KeptEpoch is { } kept)
            writer.WriteNumber(EpochKey, kept);
        foreach ((string key, double value) in Figures)
            writer.WriteNumber(key, value);
    }

    public string ToJson() => JsonLine.Of(WriteFields);
}

/// <summary>Trainings of several seeds as they come, a line a seed, then the mean and 95 % interval of every figure.</summary>
internal static class SeedsDisplay
{
    public static void Write(Terminal terminal, IEnumerable<SeedFigures> seeds, bool json)
    {
        var results = new List<SeedFigures>();
        foreach (SeedFigures result in seeds)
        {
            results.Add(result);
            terminal.Output.WriteLine(json ? SeedJson(result) : Seed(result));
        }
        (string Key, MeanInterval Interval)[] figures =
        [
            .. results[0].Figures.Select(figure => (figure.Key, MeanInterval.Of(
                results.Select(result => result.Figures.Single(other => other.Key == figure.Key).Value)))),
        ];
        if (json)
            terminal.Output.WriteLine(FiguresJson(results, figures));
        else
            WriteTable(terminal.Output, results, figures);
    }

    private static string Seed(SeedFigures result)
    {
        IEnumerable<string> figures = result.Figures.Select(figure => Invariant($"{NameOf(figure.Key)} {figure.Value:F4}"));
        string epoch = result.KeptEpoch is { } kept ? Invariant($"epoch {kept}, ") : "";
        return Invariant($"Seed {result.Seed}: ") + epoch + string.Join(", ", figures);
    }

    private static string SeedJson(SeedFigures result) => JsonOutput.Of(result.WriteFields);

    private static string FiguresJson(List<SeedFigures> results, (string Key, MeanInterval Interval)[] figures) =>
        JsonOutput.Of(writer =>
        {
            writer.WriteNumber("seeds", results.Count);
            writer.WriteNumber("first_seed", results[0].Seed);
            writer.WriteStartObject("figures");
            foreach ((string key, MeanInterval interval) in figures)
            {
                writer.WriteStartObject(key);
                writer.WriteNumber("mean", interval.Mean);
                writer.WriteNumber("low", interval.Low);
                writer.WriteNumber("high", interval.High);
                writer.WriteNumber("deviation", interval.Deviation);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        });

    private static void WriteTable(
        TextWriter output, List<SeedFigures> results, (string Key, MeanInterval Interval)[] figures)
    {
        int width = figures.Max(figure => figure.Key.Length);
        string seeds = $"seeds {results[0].Seed} to {results[^1].Seed}".PadRight(width);
        output.WriteLine();
        output.WriteLine($"{seeds}    mean  95 % interval     deviation");
        foreach ((string key, MeanInterval interval) in figures)
        {
            string name = NameOf(key).PadRight(seeds.Length);
            output.WriteLine(
                Invariant($"{name}  {interval.Mean:F4}  {interval.Low:F4} to {interval.High:F4}  {interval.Deviation,9:F4}"));
        }
    }

    private static string NameOf(string key) => key.Replace("macro_f1", "macro-F1", StringComparison.Ordinal)
        .Replace("micro_f1", "micro-F1", StringComparison.Ordinal)
        .Replace("ece", "ECE", StringComparison.Ordinal).Replace('_', ' ');

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
