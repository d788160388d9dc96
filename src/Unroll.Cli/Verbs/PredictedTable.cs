using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using Unroll.Cli.Data;
using Unroll.Models;
using Unroll.Text;

namespace Unroll.Cli.Verbs;

/// <summary>
/// Rows of a CSV or TSV file, written again with the label and the probability of one column's text behind them.
/// </summary>
internal sealed class PredictedTable
{
    private const string Expected = "a UTF-8 file with a header (CSV or TSV)";

    private readonly char _delimiter;
    private readonly bool _isTsv;

    private PredictedTable(char delimiter, bool isTsv) => (_delimiter, _isTsv) = (delimiter, isTsv);

    /// <summary>Classifies one column.</summary>
    /// <param name="classifier">The model.</param>
    /// <param name="path">The file, or standard input.</param>
    /// <param name="column">The column's name, or its number from 1.</param>
    /// <param name="lines">How labels are written.</param>
    /// <param name="terminal">Where to.</param>
    public static void Write(SentenceClassifier classifier, string path, string column, PredictionLines lines, Terminal terminal)
    {
        using Utf8LineReader reader = DataFile.OpenLines(path, Expected, terminal);
        if (!reader.Read())
            throw new InputException($"{reader.Source}: empty file; expected {Expected}");
        DataKind kind = KindDetection.OfTable(reader);
        reader.ReadAgain();
        char delimiter = kind == DataKind.Tsv ? '\t' : CsvRows.Detect(reader);
        var table = new PredictedTable(delimiter, kind == DataKind.Tsv);
        using IEnumerator<TableRow> rows =
            (kind == DataKind.Tsv ? TsvRows.Read(reader) : CsvRows.Read(reader, delimiter)).GetEnumerator();
        if (!rows.MoveNext())
            throw new InputException($"{reader.Source}: no header; expected {Expected}");
        string[] names = rows.Current.Fields;
        int place = ColumnNames.Find(rows.Current, reader.Source, "--column", column);
        terminal.Output.Write(table.Format([[.. names, NewName("label", names), NewName("probability", names)]]));
        PredictCommand.Stream(
            classifier, Rest(), row => ($"{reader.Source}:{row.Line}", row.Fields[place]),
            (batch, predictions) => table.Format(batch.Zip(predictions, (row, prediction) => (string[])
                [.. row.Fields, lines.LabelOf(prediction), PredictionLines.Format(prediction.Probability)])),
            terminal);

        IEnumerable<TableRow> Rest()
        {
            while (rows.MoveNext())
                yield return rows.Current;
        }
    }

    // Two columns of one name cannot be told apart afterwards.
    private static string NewName(string name, string[] names)
    {
        while (names.Contains(name, StringComparer.OrdinalIgnoreCase))
            name = $"predicted_{name}";
        return name;
    }

    private string Format(IEnumerable<string[]> rows)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        if (_isTsv)
        {
            // A label may come from a file of another kind; a tab or line end in it would break the row.
            foreach (string[] row in rows)
                text.Write(string.Join('\t', row.Select(field => field.Replace('\t', ' ').ReplaceLineEndings(" "))) + "\n");
            return text.ToString();
        }
        var format = new CsvConfiguration(CultureInfo.InvariantCulture) { Delimiter = _delimiter.ToString(), NewLine = "\n" };
        using (var csv = new CsvWriter(text, format))
        {
            foreach (string[] row in rows)
            {
                foreach (string field in row)
                    csv.WriteField(field);
                csv.NextRecord();
            }
        }
        return text.ToString();
    }
}
