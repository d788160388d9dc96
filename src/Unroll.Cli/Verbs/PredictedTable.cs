using Unroll.Data;
using Unroll.Models;

namespace Unroll.Cli.Verbs;

/// <summary>
/// Rows of a CSV or TSV file, written again with the label and the probability of one column's text behind them.
/// </summary>
internal static class PredictedTable
{
    /// <summary>Classifies one column.</summary>
    /// <param name="classifier">The model.</param>
    /// <param name="path">The file, or standard input.</param>
    /// <param name="format">How to read it; its column of the text is classified.</param>
    /// <param name="lines">How labels are written.</param>
    /// <param name="terminal">Where to.</param>
    public static void Write(
        SentenceClassifier classifier, string path, DataFormat format, PredictionLines lines, Terminal terminal)
    {
        using DataTable table = Open(path, format, terminal);
        // Cells are data and stay as they are, but on a screen.
        if (!terminal.OutputIsTerminal)
            terminal = terminal with { Output = terminal.RawOutput };
        IReadOnlyList<string> names = table.Header.Fields;
        terminal.Output.Write(table.Format(
            [.. names.Select(lines.Cell), NewName("label", names), NewName("probability", names)]));
        PredictCommand.Stream(
            classifier, table.Rows(), row => ($"{DataInput.NameOf(path)}:{row.Line}", row.Fields[table.TextColumn]),
            (batch, predictions) => string.Concat(batch.Zip(predictions, (row, prediction) => table.Format(
                [
                    .. row.Fields.Select(lines.Cell), lines.Cell(lines.LabelOf(prediction)),
                    lines.ProbabilityOf(prediction),
                ]))),
            terminal);
    }

    private static DataTable Open(string path, DataFormat format, Terminal terminal)
    {
        try
        {
            return DataInput.OpenTable(path, format, terminal);
        }
        catch (InputException e)
        {
            throw new InputException(FlagNames.Translate(e.Message, FlagNames.PredictedColumn), e);
        }
    }

    // Two columns of one name cannot be told apart afterwards.
    private static string NewName(string name, IReadOnlyList<string> names)
    {
        while (names.Contains(name, StringComparer.OrdinalIgnoreCase))
            name = $"predicted_{name}";
        return name;
    }
}
