namespace Unroll.Data;

/// <summary>The rows of a TSV or CSV file, and what errors about its columns have to say.</summary>
internal sealed class TableRows
{
    private readonly bool _isTsv;
    private readonly TsvRows? _tsv;
    private readonly char _delimiter;

    /// <summary>Begins to read.</summary>
    /// <param name="lines">A reader that gives the first line next.</param>
    /// <param name="kind">TSV or CSV.</param>
    /// <param name="format">How to read them.</param>
    /// <param name="note">Takes what is to be told about how the file was read.</param>
    public TableRows(Utf8LineReader lines, DataKind kind, DataFormat format, Action<string>? note)
    {
        Source = lines.Source;
        char? separator = SeparatorLine.Take(lines);
        _isTsv = kind == DataKind.Tsv;
        if (_isTsv)
        {
            _delimiter = '\t';
            _tsv = new TsvRows(lines, format, note);
            Rows = _tsv.Read();
        }
        else
        {
            _delimiter = format.Delimiter ?? separator ?? Delimiters.Detect(lines, format);
            Rows = CsvRows.Read(lines, _delimiter);
        }
    }

    /// <summary>What errors call the file.</summary>
    public string Source { get; }

    /// <summary>The rows in order, all with as many columns as the first; they can be taken once.</summary>
    public IEnumerable<TableRow> Rows { get; }

    /// <summary>Whether a character would have parted columns where it stands outside of quotes.</summary>
    public bool PartsBy(char delimiter) =>
        _delimiter == delimiter || (_delimiter == Delimiters.None && Delimiters.IsLookedFor(delimiter));

    /// <summary>What parts the columns and how to change that, to stand behind an error about columns.</summary>
    public string PartedBy => _isTsv
        ? " (columns are parted by tabs; DataFormat.Kind = Csv reads others)"
        : _delimiter == Delimiters.None
            ? " (no comma, semicolon, tab or pipe parts the first line; DataFormat.Delimiter sets what does)"
            : $" (columns are parted by {Delimiters.NameOf(_delimiter)}; DataFormat.Delimiter sets another)";

    /// <summary>A row as this file has them, with its line end, LF.</summary>
    /// <param name="fields">What stands in the columns. TSV cannot hold a tab or line end: a space stands there instead.</param>
    public string Format(IEnumerable<string> fields) => _isTsv && !_tsv!.UndoesQuotes
        ? string.Join('\t', fields.Select(field => field.Replace('\t', ' ').ReplaceLineEndings(" "))) + "\n"
        : CsvLine.Of(fields, _delimiter == Delimiters.None ? ',' : _delimiter);
}
