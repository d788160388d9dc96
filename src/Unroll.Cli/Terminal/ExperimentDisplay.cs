using Unroll.Experiments;

namespace Unroll.Cli;

/// <summary>The results of an experiment on standard output, as JSON lines or as tables, and on a screen how far it is.</summary>
/// <param name="experiment">The experiment's name.</param>
/// <param name="terminal">Where results go.</param>
/// <param name="json">Whether the lines are printed; else the tables are.</param>
internal sealed class ExperimentDisplay(string experiment, Terminal terminal, bool json) : IExperimentOutput
{
    private const int WidestProgress = 40;

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
        terminal.Output.WriteLine(table.Title);
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
            terminal.Output.WriteLine(text);
    }

    public void Progress(int done, int all)
    {
        if (!terminal.ErrorIsTerminal)
            return;
        string cleared = "\r" + new string(' ', WidestProgress) + "\r";
        terminal.RawError.Write(done == all ? cleared : $"\r{experiment}: {done} of {all} runs");
    }
}
