using System.Globalization;
using System.Text.Json;
using Unroll.Search;

namespace Unroll.Cli.Runs;

/// <summary>A search as one HTML file.</summary>
/// <param name="title">What it is called.</param>
/// <param name="halving">The rungs.</param>
/// <param name="space">What was drawn.</param>
/// <param name="measure">What ranks the trials.</param>
internal sealed class SearchPage(string title, SuccessiveHalving halving, SearchSpace space, string measure)
{
    /// <summary>The name of the page in the folder of a search.</summary>
    public const string Name = "report.html";

    /// <summary>Writes the page, or says why not.</summary>
    /// <param name="folder">The folder of the search.</param>
    /// <param name="progress">How far it has come.</param>
    /// <param name="command">The command that trains the best trial; null while the search has not ended.</param>
    /// <param name="terminal">Where it is said.</param>
    public void Write(string folder, SearchProgress progress, string? command, Terminal terminal)
    {
        string path = Path.Combine(folder, Name);
        PageFile.TryWrite(
            path, terminal, () => PageFile.Write(path, overwrite: true, json => WriteFields(json, progress, command)));
    }

    private void WriteFields(Utf8JsonWriter json, SearchProgress progress, string? command)
    {
        json.WriteString("title", title);
        json.WriteStartArray("runs");
        json.WriteEndArray();
        json.WriteStartArray("sentences");
        json.WriteEndArray();
        json.WriteStartObject("search");
        json.WriteString("verdict", Verdict(progress));
        json.WriteString("measure", measure);
        json.WriteNumber("eta", halving.Eta);
        json.WriteStartArray("rungs");
        foreach (int epochs in halving.Rungs)
            json.WriteNumberValue(epochs);
        json.WriteEndArray();
        json.WriteStartArray("settings");
        foreach (SettingRange range in space.Ranges)
            WriteSetting(json, range, progress);
        json.WriteEndArray();
        json.WriteStartArray("trials");
        foreach (int trial in progress.Begun.Keys.Order())
            WriteTrial(json, trial, progress);
        json.WriteEndArray();
        if (progress.Outcome is { } outcome && command is not null)
        {
            json.WriteStartObject("outcome");
            outcome.WriteFields(json);
            json.WriteString("command", command);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private string Verdict(SearchProgress progress)
    {
        if (progress.Outcome is not { } outcome)
            return Invariant($"{progress.Begun.Count} of {halving.Trials} trials have begun; the search has not ended.");
        int whole = progress.Results.Count(result => result.Rung == halving.Top);
        return Invariant($"{progress.Begun.Count} trials, {whole} of them trained to the end: trial {outcome.Trial} is the ") +
            Invariant($"best on the dev rows, and its accuracy on {outcome.TestRows} rows that no trial saw is ") +
            Invariant($"{outcome.TestAccuracy:F4}.");
    }

    private static void WriteSetting(Utf8JsonWriter json, SettingRange range, SearchProgress progress)
    {
        json.WriteStartObject();
        json.WriteString("name", range.Name);
        json.WriteStartArray("choices");
        foreach (string choice in range.Choices)
            json.WriteStringValue(choice);
        json.WriteEndArray();
        json.WriteBoolean("log", range.IsLog);
        // The first rung has all trials; in the others are those that did well.
        (string Value, double Score)[] first =
        [
            .. progress.Results.Where(result => result is { Rung: 0, Score: not null }).Select(result => (
                progress.Settings[result.Trial].FirstOrDefault(setting => setting.Key == range.Name).Value ?? "",
                result.Score!.Value)),
        ];
        double? importance = SettingImportance.Of([.. first.Select(each => each.Value)], [.. first.Select(each => each.Score)]);
        if (importance is { } share)
            json.WriteNumber("importance", share);
        else
            json.WriteNull("importance");
        json.WriteEndObject();
    }

    private static void WriteTrial(Utf8JsonWriter json, int trial, SearchProgress progress)
    {
        TrialResult[] results = [.. progress.Results.Where(result => result.Trial == trial).OrderBy(result => result.Rung)];
        json.WriteStartObject();
        json.WriteNumber("trial", trial);
        SearchDisplay.WriteSettings(json, progress.Settings[trial]);
        json.WriteStartArray("results");
        foreach (TrialResult result in results)
        {
            json.WriteStartObject();
            json.WriteNumber("rung", result.Rung);
            json.WriteNumber("epochs", result.Epochs);
            if (result.Score is { } score)
                json.WriteNumber("score", score);
            else
                json.WriteNull("score");
            json.WriteNumber("minute", Math.Round((result.Ended - progress.Started!.Value).TotalMinutes, 3));
            json.WriteNumber("seconds", result.Seconds);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("curve");
        foreach (double value in results.Length > 0 ? results[^1].Curve : [])
            json.WriteNumberValue(value);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
