using System.Globalization;
using Unroll.Evaluation;
using Unroll.Models;

namespace Unroll.Cli;

/// <summary>Trainings of several seeds as they come, a line a seed, then the mean and 95 % interval of every figure.</summary>
internal static class SeedsDisplay
{
    public static void Write(Terminal terminal, IEnumerable<SeedResult> seeds, bool json)
    {
        var results = new List<SeedResult>();
        foreach (SeedResult result in seeds)
        {
            results.Add(result);
            terminal.Output.WriteLine(json ? SeedJson(result) : Seed(result));
        }
        (string Key, MeanInterval Interval)[] figures =
        [
            .. results[0].Figures().Select(figure => (figure.Key, MeanInterval.Of(
                results.Select(result => result.Figures().Single(other => other.Key == figure.Key).Value)))),
        ];
        if (json)
            terminal.Output.WriteLine(FiguresJson(results, figures));
        else
            WriteTable(terminal.Output, results, figures);
    }

    private static string Seed(SeedResult result)
    {
        IEnumerable<string> figures = result.Figures().Select(figure => Invariant($"{NameOf(figure.Key)} {figure.Value:F4}"));
        string epoch = result.Summary.Kept is { } kept ? Invariant($"epoch {kept.Epoch}, ") : "";
        return Invariant($"Seed {result.Seed}: ") + epoch + string.Join(", ", figures);
    }

    private static string SeedJson(SeedResult result) => JsonOutput.Of(writer =>
    {
        writer.WriteNumber("seed", result.Seed);
        if (result.Summary.Kept is { } kept)
            writer.WriteNumber("kept_epoch", kept.Epoch);
        foreach ((string key, double value) in result.Figures())
            writer.WriteNumber(key, value);
    });

    private static string FiguresJson(List<SeedResult> results, (string Key, MeanInterval Interval)[] figures) =>
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
        TextWriter output, List<SeedResult> results, (string Key, MeanInterval Interval)[] figures)
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
