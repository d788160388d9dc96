namespace Unroll.Data;

/// <summary>Texts to classify, out of any file that <see cref="DataFile"/> reads, or out of plain lines.</summary>
internal static class TextRows
{
    private const string Expected = "a UTF-8 file with one text a line, or with rows that have a text";

    /// <summary>The texts in order.</summary>
    /// <param name="open">Opens the file.</param>
    /// <param name="format">How to read it.</param>
    /// <param name="note">Takes what is to be told about how it was read.</param>
    public static IEnumerable<TextRow> Read(Func<Utf8LineReader> open, DataFormat format, Action<string>? note)
    {
        using Utf8LineReader lines = open();
        // Empty lines before the first row: texts of plain text, and nothing elsewhere.
        var blanks = new List<string>();
        bool any = false;
        while (format.Kind != DataKind.Lines && lines.Read() && (any = true) && lines.Line.Trim(" \t"u8).IsEmpty)
            blanks.Add(lines.Text);
        if (any)
            lines.ReadAgain();
        DataKind kind = format.Kind ?? (any ? TextDetection.Of(lines, format) : DataKind.Lines);
        format.RequireUsable(kind);
        int column = 0;
        IEnumerable<TextRow> rows = kind switch
        {
            DataKind.Lines => Lines(lines, blanks, isKnown: format.Kind is not null),
            DataKind.Tsv or DataKind.Csv => Columns(
                new TableRows(lines, kind, format, note), format, place => column = place + 1),
            DataKind.Jsonl => JsonRows.ReadTexts(lines, format),
            DataKind.FastText => FastTextRows.ReadTexts(lines),
            _ => throw new InputException(
                $"DataFormat.Kind = {kind} is not known, expected {string.Join(" or ", Enum.GetNames<DataKind>())}"),
        };
        any = kind == DataKind.Lines;
        foreach (TextRow row in rows)
        {
            // Not before a row has come of it.
            if (!any && format.Kind is null)
                note?.Invoke(How(lines, kind, format, column));
            any = true;
            yield return row;
        }
        if (!any)
        {
            string found = kind is DataKind.Tsv or DataKind.Csv && format.Header ? "a header and no rows" : "no rows";
            throw new InputException($"{lines.Source}: {found}; expected {Expected}");
        }
    }

    private static string How(Utf8LineReader lines, DataKind kind, DataFormat format, int column)
    {
        string name = kind.ToString().ToLowerInvariant();
        string what = kind == DataKind.FastText ? "the texts behind the labels"
            : kind == DataKind.Jsonl ? $"the texts under {Excerpt.Of(format.TextColumn ?? DataFormat.DefaultText)}"
            : format.Header ? $"the texts in column {Excerpt.Of(format.TextColumn ?? DataFormat.DefaultText)}"
            : $"the texts in column {column}";
        return $"{lines.Source}: read as {name}, {what}; DataFormat.Kind = Lines takes every line as a text";
    }

    private static IEnumerable<TextRow> Lines(Utf8LineReader lines, List<string> blanks, bool isKnown)
    {
        int number = 0;
        foreach (string blank in blanks)
            yield return new TextRow(blank, ++number);
        while (lines.Read())
        {
            if (!isKnown && (lines.Line.StartsWith(FastTextRows.Prefix) || JsonRows.IsObject(lines.Line)))
            {
                throw lines.Error(
                    $"{Excerpt.Of(lines.Text)} is a row of data, and line 1 is plain text; " +
                    "give DataFormat.Kind = Jsonl or FastText, or DataFormat.Kind = Lines to take every line as a text");
            }
            yield return new TextRow(lines.Text, lines.Number);
        }
    }

    private static IEnumerable<TextRow> Columns(TableRows table, DataFormat format, Action<int> found)
    {
        int text = -1;
        foreach (TableRow row in table.Rows)
        {
            bool isFirst = text < 0;
            if (isFirst)
                found(text = Find(row, table, format));
            if (!isFirst || !format.Header)
                yield return new TextRow(row.Fields[text], row.Line);
        }
    }

    // Without a header the text is in column 2, as behind a label, or in the only one.
    private static int Find(TableRow first, TableRows table, DataFormat format)
    {
        try
        {
            return LabelledColumns.FindColumn(
                first, table, format.Header, "DataFormat.TextColumn", format.TextColumn, DataFormat.DefaultText,
                Math.Min(2, first.Fields.Count));
        }
        catch (InputException e) when (format.Kind is null)
        {
            throw new InputException($"{e.Message}; DataFormat.Kind = Lines takes every line as a text", e);
        }
    }
}
