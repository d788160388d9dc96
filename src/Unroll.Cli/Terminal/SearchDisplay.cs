using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Unroll.Search;

namespace Unroll.Cli;

/// <summary>
/// A search as it goes: a line of each result on standard output, as text or JSON, and where a person looks on, a table of the
/// best trials and of those that run on standard error, which is drawn anew.
/// </summary>
/// <param name="terminal">Where it is shown.</param>
/// <param name="halving">The rungs.</param>
/// <param name="measure">What ranks the trials, such as <c>macro-F1</c>.</param>
/// <param name="json">Whether lines are JSON.</param>
internal sealed class SearchDisplay(Terminal terminal, SuccessiveHalving halving, string measure, bool json)
{
    private const int MostShown = 8;

    private int _told;
    private double? _best;

    /// <summary>Shows what comes to a journal until the work has ended.</summary>
    /// <param name="progress">Reads how far the search has come.</param>
    /// <param name="waitForEnd">Waits a moment, and tells whether the work has ended.</param>
    public void Run(Func<SearchProgress> progress, Func<bool> waitForEnd)
    {
        if (!terminal.ErrorIsTerminal)
        {
            Follow(progress, waitForEnd, terminal.Output.WriteLine, _ => { });
            return;
        }
        IAnsiConsole console =
            AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.RawError) });
        console.Live(TableOf(progress())).AutoClear(true).Start(live =>
        {
            // On one screen the table tells what the lines would.
            Action<string> writeLine = terminal.OutputIsTerminal && !json ? _ => { } : terminal.Output.WriteLine;
            Follow(progress, waitForEnd, writeLine, now => live.UpdateTarget(TableOf(now)));
        });
    }

    private void Follow(
        Func<SearchProgress> progress, Func<bool> waitForEnd, Action<string> writeLine, Action<SearchProgress> show)
    {
        bool ended;
        do
        {
            ended = waitForEnd();
            SearchProgress now = progress();
            foreach (TrialResult result in now.Results.Skip(_told))
                writeLine(json ? JsonOf(result, now) : LineOf(result, now));
            _told = now.Results.Count;
            show(now);
        }
        while (!ended);
    }

    private string LineOf(TrialResult result, SearchProgress progress)
    {
        string settings = SettingsOf(progress.Settings[result.Trial]);
        string trained = Invariant($"Trial {result.Trial}, {result.Epochs} of {halving.Rungs[^1]} epochs: ");
        if (result.Score is null)
            return $"{trained}broke; {settings}";
        bool isBest = result.Rung == halving.Top && !(Shown(result) <= _best);
        if (isBest)
            _best = Shown(result);
        return trained + Invariant($"dev {measure} {Shown(result):F4}{(isBest ? " *" : "")}; {settings}");
    }

    private static string JsonOf(TrialResult result, SearchProgress progress) => JsonOutput.Of(writer =>
    {
        result.WriteFields(writer);
        WriteSettings(writer, progress.Settings[result.Trial]);
        writer.WriteNumber("seconds", result.Seconds);
        writer.WriteString("worker", result.Worker);
    });

    /// <summary>Writes the settings of a trial as an object.</summary>
    public static void WriteSettings(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, string>> settings)
    {
        json.WriteStartObject("settings");
        foreach ((string name, string value) in settings)
            json.WriteString(name, value);
        json.WriteEndObject();
    }

    // Loss ranks by its negative.
    private double? Shown(TrialResult result) => measure == "loss" ? -result.Score : result.Score;

    private static string SettingsOf(IReadOnlyList<KeyValuePair<string, string>> settings) =>
        string.Join(' ', settings.Select(setting => $"{setting.Key}={setting.Value}"));

    private Table TableOf(SearchProgress progress)
    {
        long epochs = SearchSummary.EpochsOf(progress);
        TimeSpan time = progress.Started is { } started ? DateTimeOffset.UtcNow - started : TimeSpan.Zero;
        string best = progress.Best is { } first
            ? Invariant($", best dev {measure} {Shown(first):F4} (trial {first.Trial})")
            : "";
        Table table = new Table { Border = TableBorder.Simple }.Title(Markup.Escape(Invariant(
            $"{progress.Begun.Count} of {halving.Trials} trials, {epochs} epochs, ") + Invariant(
            $"{(int)time.TotalMinutes}:{time.Seconds:00}{best}")));
        table.AddColumn(new TableColumn("trial").RightAligned()).AddColumn(new TableColumn("epochs").RightAligned())
            .AddColumn($"dev {measure}").AddColumn("settings");
        IEnumerable<TrialResult> last =
            progress.Results.GroupBy(result => result.Trial).Select(trial => trial.MaxBy(each => each.Rung)!);
        foreach (TrialResult result in last.OrderByDescending(result => result.Rung).ThenByDescending(result => result.Score)
            .Take(MostShown))
        {
            Add(result.Trial, Invariant($"{result.Epochs}"), result.Score is null ? "broke" : Invariant($"{Shown(result):F4}"));
        }
        foreach ((int trial, int rung) in progress.Running.OrderBy(job => job.Trial))
            Add(trial, Invariant($"→ {halving.Rungs[rung]}"), "");
        return table;

        void Add(int trial, string until, string score) => table.AddRow(
            Markup.Escape(Invariant($"{trial}")), Markup.Escape(until), Markup.Escape(score),
            Markup.Escape(SettingsOf(progress.Settings[trial])));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
