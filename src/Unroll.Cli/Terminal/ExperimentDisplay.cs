using System.Diagnostics;
using System.Globalization;
using Unroll.Experiments;

namespace Unroll.Cli;

/// <summary>The results of an experiment on standard output, as JSON lines or as tables, and on a screen how far it is.</summary>
/// <param name="experiment">The experiment's name.</param>
/// <param name="terminal">Where results go.</param>
/// <param name="json">Whether the lines are printed; else the tables are.</param>
internal sealed class ExperimentDisplay(string experiment, Terminal terminal, bool json) : IExperimentOutput
{
    private const int BarWidth = 30;
    private const int WidestProgress = 79;

    private readonly long _started = Stopwatch.GetTimestamp();

    public void Line(string line)
    {
        if (json)
            terminal.Output.WriteLine(JsonOutput.Versioned(line));
    }

    // The first column stands to the left, the others to the right.
    public void Table(ExperimentTable table)
    {
        if (json)
            return;
        IReadOnlyList<IReadOnlyList<string>> rows = [table.Headers, .. table.Rows];
        int[] widths = [.. table.Headers.Select((_, column) => rows.Max(row => row[column].Length))];
        WriteWords(table.Title);
        foreach (IReadOnlyList<string> row in rows)
        {
            IEnumerable<string> cells = row.Select(
                (text, column) => column == 0 ? text.PadRight(widths[0]) : text.PadLeft(widths[column]));
            terminal.Output.WriteLine(string.Join("  ", cells).TrimEnd());
        }
        terminal.Output.WriteLine();
    }

    public void Text(string text)
    {
        if (!json)
            WriteWords(text);
    }

    public void Progress(int done, int all)
    {
        if (!terminal.ErrorIsTerminal)
            return;
        string cleared = "\r" + new string(' ', WidestProgress) + "\r";
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_started);
        terminal.RawError.Write(done == all ? cleared : $"\r{ProgressLine(experiment, done, all, elapsed)}");
    }

    /// <summary>A bar, how many runs are done, and how long the others will take.</summary>
    internal static string ProgressLine(string experiment, int done, int all, TimeSpan elapsed)
    {
        int full = (int)((long)BarWidth * done / Math.Max(1, all));
        string bar = new string('━', full).PadRight(BarWidth, '─');
        string left = "";
        if (done > 0)
        {
            TimeSpan rest = elapsed * (all - done) / done;
            left = string.Create(CultureInfo.InvariantCulture, $", {(int)rest.TotalMinutes}:{rest.Seconds:00} left");
        }
        return $"{experiment} {bar} {done} of {all} runs{left}".PadRight(WidestProgress);
    }

    // On a screen, lines break between words.
    private void WriteWords(string text)
    {
        int width = terminal.OutputIsTerminal ? WordWrap.ScreenWidth : int.MaxValue;
        foreach (string line in WordWrap.Lines(text, width))
            terminal.Output.WriteLine(line);
    }
}
