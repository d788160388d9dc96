namespace Unroll.Data;

/// <summary>
/// Rows of tab-separated columns; empty lines are passed over. Quotes are ordinary characters, unless the file plainly uses them
/// as CSV does (<see cref="TsvQuotes"/>).
/// </summary>
/// <param name="lines">A reader that gives the first line next.</param>
/// <param name="format">Where it says TSV, quotes are ordinary characters in any case.</param>
/// <param name="note">Takes what is to be told about how the file was read.</param>
internal sealed class TsvRows(Utf8LineReader lines, DataFormat format, Action<string>? note)
{
    private bool _isDecided = format.Kind == DataKind.Tsv;
    private int _columns;
    private int _rows;
    private int _quotedRows;
    private int _doubledRows;

    /// <summary>Whether quotes around fields are taken off, known when the first line with a quote has been read.</summary>
    public bool UndoesQuotes { get; private set; }

    public IEnumerable<TableRow> Read()
    {
        while (lines.Read())
        {
            if (lines.Line.IsEmpty)
                continue;
            bool hasQuote = lines.Line.Contains((byte)'"');
            if (hasQuote && !_isDecided)
            {
                _isDecided = true;
                UndoesQuotes = TsvQuotes.AreUsed(lines, _columns, format.Header);
            }
            if (UndoesQuotes)
                break;
            string[] fields = Fields();
            _rows++;
            if (hasQuote)
                CountQuotes(fields);
            yield return new TableRow(lines.Number, fields);
        }
        if (UndoesQuotes)
        {
            note?.Invoke(
                $"{lines.Source}: fields are in quotes from line {lines.Number} on, which are undone as in CSV; " +
                "give DataFormat.Kind = Tsv to keep them");
            lines.ReadAgain();
            foreach (TableRow row in CsvRows.Read(lines, '\t', _columns))
                yield return row;
        }
        // Most rows, or all of a few behind the header.
        else if (_doubledRows > 0 || (_quotedRows > 1 && _quotedRows >= Math.Min(_rows - 1, Math.Max(4, (_rows / 2) + 1))))
        {
            note?.Invoke(
                $"{lines.Source}: {_quotedRows} of {_rows} lines have a column that begins and ends with a quote, " +
                "and quotes are read as they are; give DataFormat.Kind = Csv and DataFormat.Delimiter = \"tab\" to undo them");
        }
    }

    private string[] Fields()
    {
        string line = lines.Text;
        string[] fields = line.Split('\t');
        if (_columns == 0)
            _columns = fields.Length;
        if (fields.Length == _columns)
            return fields;
        if (Delimiters.EndsIn(fields, _columns, '\t') is { } ends)
            throw lines.Error($"{fields.Length} columns, expected {_columns} as in the first row; {ends}");
        if (line.Contains('\r', StringComparison.Ordinal))
        {
            throw lines.Error(
                $"{fields.Length} columns, expected {_columns} as in the first row; a CR without LF (U+000D) stands in the " +
                "line: end every line in LF or CRLF (tr '\\r' '\\n')");
        }
        string found = fields.Length == 1 ? $"no tab in {Excerpt.Of(line)}" : $"{fields.Length} columns";
        string expected = _columns == 2
            ? "label<TAB>text; put exactly one tab in the row"
            : $"{_columns} columns as in the first row";
        string quotes = _quotedRows > 0 || line.Contains('"', StringComparison.Ordinal)
            ? ", or give DataFormat.Kind = Csv and DataFormat.Delimiter = \"tab\" if quotes hold texts together"
            : "";
        throw lines.Error($"{found}, expected {expected}{quotes}");
    }

    private void CountQuotes(string[] fields)
    {
        bool isQuoted = false, isDoubled = false;
        foreach (string field in fields)
        {
            if (field is not ['"', .. var inside, '"'])
                continue;
            isQuoted = true;
            string rest = inside.Replace("\"\"", "", StringComparison.Ordinal);
            isDoubled |= rest.Length < inside.Length && !rest.Contains('"', StringComparison.Ordinal);
        }
        _quotedRows += isQuoted ? 1 : 0;
        _doubledRows += isDoubled ? 1 : 0;
    }
}
