namespace Unroll.Data;

/// <summary>
/// A CSV or TSV file with a header, whose rows come whole, one by one: to classify one column and keep the others.
/// </summary>
public sealed class DataTable : IDisposable
{
    private const string Expected = "a UTF-8 file with a header (CSV or TSV)";

    private readonly Utf8LineReader _lines;
    private readonly TableRows _table;
    private readonly IEnumerator<TableRow> _rows;

    private DataTable(Utf8LineReader lines, DataFormat format, Action<string>? note)
    {
        _lines = lines;
        if (!format.Header)
        {
            throw new InputException(
                "DataFormat.Header = false is for labelled rows, expected a table with a header; leave it out");
        }
        if (!lines.ReadFirst())
            throw new InputException($"{lines.Source}: empty file; expected {Expected}");
        DataKind kind = KindDetection.OfTable(lines, format.Kind);
        lines.ReadAgain();
        format.RequireUsable(kind);
        _table = new TableRows(lines, kind, format, note);
        _rows = _table.Rows.GetEnumerator();
        if (!_rows.MoveNext())
            throw new InputException($"{lines.Source}: no header; expected {Expected}");
        Header = _rows.Current;
        TextColumn = ColumnNames.Find(
            Header, _table, "DataFormat.TextColumn", format.TextColumn ?? DataFormat.DefaultText);
    }

    /// <summary>The names of the columns.</summary>
    public TableRow Header { get; }

    /// <summary>The place in <see cref="TableRow.Fields"/>, from 0, of <see cref="DataFormat.TextColumn"/>.</summary>
    public int TextColumn { get; }

    /// <summary>Reads the header of a file.</summary>
    /// <param name="path">The file; gzip is decompressed on the way.</param>
    /// <param name="format">How to read it, and which column is the text; the label's column is not looked for.</param>
    /// <param name="note">Takes what is to be told about how the file was read, one line each; null for nobody.</param>
    /// <exception cref="InputException">The file cannot be used or has no such column; with file and line.</exception>
    public static DataTable Open(string path, DataFormat? format = null, Action<string>? note = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Open(InputFile.OpenLines(path, Expected), format, note);
    }

    /// <summary>Reads the header of a stream.</summary>
    /// <param name="stream">Is closed with the table.</param>
    /// <param name="format">How to read it, and which column is the text; the label's column is not looked for.</param>
    /// <param name="name">What errors call the stream. The ending of a file's name tells the kind of the data.</param>
    /// <param name="note">Takes what is to be told about how the stream was read, one line each; null for nobody.</param>
    /// <exception cref="InputException">The stream cannot be used or has no such column; with name and line.</exception>
    public static DataTable Open(Stream stream, DataFormat? format = null, string name = "stream", Action<string>? note = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Open(InputFile.OpenLines(stream, name), format, note);
    }

    /// <summary>The rows below the header in order; they can be taken once.</summary>
    /// <exception cref="InputException">While rows are taken: a row cannot be used; with file and line.</exception>
    public IEnumerable<TableRow> Rows()
    {
        while (_rows.MoveNext())
            yield return _rows.Current;
    }

    /// <summary>A row as this file has them, with its line end, LF.</summary>
    /// <param name="fields">What stands in the columns. TSV cannot hold a tab or line end: a space stands there instead.</param>
    public string Format(IEnumerable<string> fields) => _table.Format(fields);

    /// <summary>Closes the file or stream.</summary>
    public void Dispose()
    {
        _rows.Dispose();
        _lines.Dispose();
    }

    private static DataTable Open(Utf8LineReader lines, DataFormat? format, Action<string>? note)
    {
        try
        {
            return new DataTable(lines, format ?? new DataFormat(), note);
        }
        catch
        {
            lines.Dispose();
            throw;
        }
    }
}
