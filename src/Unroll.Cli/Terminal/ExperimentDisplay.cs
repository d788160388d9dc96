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
    private const string Gap = "  ";

    private readonly long _started = Stopwatch.GetTimestamp();

    public void Line(string line)
    {
        if (json)
            terminal.Output.WriteLine(JsonOutput.Versioned(line));
    }

    // The first column stands to the left, the others to the right. On a screen that is too narrow the table goes on below, with
    // the first column again.
    public void Table(ExperimentTable table)
    {
        if (json)
            return;
        IReadOnlyList<IReadOnlyList<string>> rows = [table.Headers, .. table.Rows];
        int[] widths = [.. table.Headers.Select((_, column) => rows.Max(row => row[column].Length))];
        terminal.Output.WriteLine(table.Title);
        int screen = terminal.OutputIsTerminal ? WordWrap.ScreenWidth : int.MaxValue;
        foreach (int[] columns in Blocks(widths, screen))
        {
            foreach (IReadOnlyList<string> row in rows)
            {
                IEnumerable<string> cells = columns.Select(column => row[column].PadLeft(widths[column]));
                string line = string.Join(Gap, [row[0].PadRight(widths[0]), .. cells]);
                terminal.Output.WriteLine(line.TrimEnd());
            }
            terminal.Output.WriteLine();
        }
    }

    /// <summary>The columns behind the first one that stand beside each other, one at least.</summary>
    /// <param name="widths">Of all columns.</param>
    /// <param name="screen">The columns of the screen.</param>
    internal static IEnumerable<int[]> Blocks(int[] widths, int screen)
    {
        var block = new List<int>();
        int used = widths[0];
        for (int column = 1; column < widths.Length; column++)
        {
            if (block.Count > 0 && used + Gap.Length + widths[column] > screen)
            {
                yield return [.. block];
                block.Clear();
                used = widths[0];
            }
            block.Add(column);
            used += Gap.Length + widths[column];
        }
        yield return [.. block];
    }

    public void Text(string text)
    {
        if (!json)
            terminal.Output.WriteLine(text);
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
}
