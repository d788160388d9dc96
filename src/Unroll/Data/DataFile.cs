namespace Unroll.Data;

/// <summary>
/// Reads rows from a file or a stream, one by one as they are asked for: TSV, CSV, JSON lines or fastText, compressed by gzip or
/// not. The encoding is UTF-8, with or without a byte-order mark. A line, or a CSV row over several lines, may have 16 MB.
/// </summary>
public static class DataFile
{
    private const string Expected = "a UTF-8 file of labelled texts (TSV, CSV, JSON lines or fastText)";
    private const string ExpectedLines = "a UTF-8 file with one text a line";

    /// <summary>The labelled texts of a file in order, at least one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">How to read it; null to find everything out.</param>
    /// <param name="note">Takes what is to be told about how the file was read, one line each; null for nobody.</param>
    /// <exception cref="InputException">While rows are taken: the file or a row cannot be used; with file and line.</exception>
    public static IEnumerable<LabelledText> Read(string path, DataFormat? format = null, Action<string>? note = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Labelled(() => InputFile.OpenLines(path, Expected), format ?? new DataFormat(), note);
    }

    /// <summary>The labelled texts of a stream in order, at least one; they can be taken once.</summary>
    /// <param name="stream">Is read to its end, and closed when the rows have been taken.</param>
    /// <param name="format">How to read it; null to find everything out.</param>
    /// <param name="name">What errors call the stream. The ending of a file's name tells the kind of the data.</param>
    /// <param name="note">Takes what is to be told about how the stream was read, one line each; null for nobody.</param>
    /// <exception cref="InputException">While rows are taken: the stream or a row cannot be used; with name and line.</exception>
    public static IEnumerable<LabelledText> Read(
        Stream stream, DataFormat? format = null, string name = "stream", Action<string>? note = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Labelled(() => InputFile.OpenLines(stream, name), format ?? new DataFormat(), note);
    }

    /// <summary>
    /// The texts of a file in order, with labels or without: the rows of what
    /// <see cref="Read(string, DataFormat, Action{string})"/> reads, whose labels are left out and need not be there, or else the
    /// lines of plain text. A file is plain text where neither its name nor its beginning shows another kind.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="format">How to read it; null to find everything out.</param>
    /// <param name="note">Takes what is to be told about how the file was read, one line each; null for nobody.</param>
    /// <exception cref="InputException">While texts are taken: the file or a row cannot be used; with file and line.</exception>
    public static IEnumerable<TextRow> ReadTexts(string path, DataFormat? format = null, Action<string>? note = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return TextRows.Read(() => InputFile.OpenLines(path, ExpectedLines), format ?? new DataFormat(), note);
    }

    /// <summary>
    /// The texts of a stream in order; see <see cref="ReadTexts(string, DataFormat, Action{string})"/>. They can be taken once.
    /// </summary>
    /// <param name="stream">Is read to its end, and closed when the texts have been taken.</param>
    /// <param name="format">How to read it; null to find everything out.</param>
    /// <param name="name">What errors call the stream. The ending of a file's name tells the kind of the data.</param>
    /// <param name="note">Takes what is to be told about how the stream was read, one line each; null for nobody.</param>
    /// <exception cref="InputException">
    /// While texts are taken: the stream or a row cannot be used; with name and line.
    /// </exception>
    public static IEnumerable<TextRow> ReadTexts(
        Stream stream, DataFormat? format = null, string name = "stream", Action<string>? note = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return TextRows.Read(() => InputFile.OpenLines(stream, name), format ?? new DataFormat(), note);
    }

    /// <summary>The lines of a file, each a text without a label. An empty line is an empty text.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">While lines are taken: the file or a line cannot be read; with file and line.</exception>
    public static IEnumerable<string> ReadLines(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Lines(() => InputFile.OpenLines(path, ExpectedLines));
    }

    /// <summary>
    /// The lines of a stream, each a text without a label; they can be taken once. An empty line is an empty text.
    /// </summary>
    /// <param name="stream">Is read to its end, and closed when the lines have been taken.</param>
    /// <param name="name">What errors call the stream.</param>
    /// <exception cref="InputException">
    /// While lines are taken: the stream or a line cannot be read; with name and line.
    /// </exception>
    public static IEnumerable<string> ReadLines(Stream stream, string name = "stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Lines(() => InputFile.OpenLines(stream, name));
    }

    private static IEnumerable<string> Lines(Func<Utf8LineReader> open)
    {
        using Utf8LineReader lines = open();
        while (lines.Read())
            yield return lines.Text;
    }

    /// <summary>What a file is; its first line is read again.</summary>
    /// <param name="lines">A reader that stands before the first line.</param>
    /// <param name="format">What was said about the file.</param>
    /// <exception cref="InputException">The file is empty, or does not show what it is.</exception>
    internal static DataKind KindOf(Utf8LineReader lines, DataFormat format)
    {
        if (!lines.ReadFirst())
            throw new InputException($"{lines.Source}: empty file; expected {Expected}");
        DataKind kind = format.Kind ?? KindDetection.Of(lines, format);
        lines.ReadAgain();
        return kind;
    }

    /// <summary>The labelled texts of a file in order; there may be none.</summary>
    /// <param name="lines">A reader that gives the first line next.</param>
    /// <param name="kind">What the file is.</param>
    /// <param name="format">How to read it.</param>
    /// <param name="note">Takes what is to be told about how the file was read, one line each; null for nobody.</param>
    /// <exception cref="InputException">While rows are taken: a row cannot be used; with file and line.</exception>
    internal static IEnumerable<LabelledText> Labelled(
        Utf8LineReader lines, DataKind kind, DataFormat format, Action<string>? note)
    {
        format.RequireUsable(kind);
        IEnumerable<LabelledText> rows = kind switch
        {
            DataKind.Tsv or DataKind.Csv => LabelledColumns.Read(new TableRows(lines, kind, format, note), format),
            DataKind.Jsonl => JsonRows.Read(lines, format),
            DataKind.FastText => FastTextRows.Read(lines, note),
            DataKind.Lines => throw new InputException(
                $"{lines.Source}: DataFormat.Kind = Lines has no labels, expected Tsv or Csv or Jsonl or FastText"),
            _ => throw new InputException($"DataFormat.Kind = {kind} is not known, expected Tsv or Csv or Jsonl or FastText"),
        };
        foreach (LabelledText row in rows)
        {
            // Those that may have several labels have looked at each.
            if (kind is DataKind.Tsv or DataKind.Csv && LabelText.Fault(row.Label) is { } fault)
                throw new InputException($"{lines.Source}:{row.Line}: {fault}");
            yield return row;
        }
    }

    private static IEnumerable<LabelledText> Labelled(
        Func<Utf8LineReader> open, DataFormat format, Action<string>? note)
    {
        using Utf8LineReader lines = open();
        DataKind kind = KindOf(lines, format);
        bool any = false;
        foreach (LabelledText row in Labelled(lines, kind, format, note))
        {
            any = true;
            yield return row;
        }
        if (!any)
        {
            string found = kind is DataKind.Tsv or DataKind.Csv && format.Header ? "a header and no rows" : "no rows";
            throw new InputException($"{lines.Source}: {found}; expected {Expected}");
        }
    }
}
