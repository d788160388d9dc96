using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.Cli.Tests.Experiments;

/// <summary>
/// The tables of the documents are what the commands below them print: some rows of those that are measured fast. A row does not
/// hang on the others, so a command that measures a few rows prints the same.
/// </summary>
public partial class ExperimentDocumentTests
{
    [Theory]
    [InlineData("why-rnns-are-hard-to-train.md", "vanishing", "--cells rnn,irnn", 2)]
    [InlineData("why-rnns-are-hard-to-train.md", "exploding", "--cells rnn --radii 1.2", 2)]
    [InlineData("hidden-state.md", "chaos", "--radii 3", 1)]
    [InlineData("hidden-state.md", "seeds", "", 1)]
    public void Rows_of_the_table_are_those_that_the_command_prints(string document, string name, string options, int rows)
    {
        string[] printed = CommandRun.Of(
            ["experiment", name, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]).OutputLines;
        string[][] cells = [.. printed.Select(line => Columns().Split(line.Trim()))];
        string[][] found = [.. TableAbove(document, name).Where(row => cells.Any(line => HasInOrder(line, row)))];
        Assert.True(found.Length == rows, $"{found.Length} rows of the document are among:\n{string.Join('\n', printed)}");
    }

    // The table before the block of code that runs the experiment.
    private static IEnumerable<string[]> TableAbove(string document, string name)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", document));
        int command = Array.FindIndex(lines, line => line.EndsWith($" experiment {name}", StringComparison.Ordinal));
        int last = Array.FindLastIndex(lines, command, line => line.StartsWith('|'));
        return lines[..(last + 1)].Reverse().TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)).SkipLast(2);
    }

    // A document may leave columns out.
    private static bool HasInOrder(string[] printed, string[] row)
    {
        int next = 0;
        foreach (string cell in printed)
            next += next < row.Length && IsSame(cell, row[next]) ? 1 : 0;
        return next == row.Length;
    }

    private static bool IsSame(string printed, string written) =>
        printed == written || (Number(printed) is { } a && Number(written) is { } b && a.Equals(b));

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;

    [GeneratedRegex("  +")]
    private static partial Regex Columns();
}
