namespace Unroll.Text;

/// <summary>
/// Reads labelled texts from a tab-separated file: a header line <c>label&lt;TAB&gt;text</c>, then one row a line.
/// Quotes are ordinary characters; the encoding is UTF-8, with or without a byte-order mark; gzip is decompressed.
/// </summary>
public static class LabelledTextReader
{
    private const string Format = "a UTF-8 file with a header line label<TAB>text and one label<TAB>text row a line";

    /// <summary>The line of the file on which row 0 stands.</summary>
    public const int FirstRowLine = 2;

    /// <summary>Reads every row of a file, in order.</summary>
    /// <param name="path">The file.</param>
    /// <returns>At least one row.</returns>
    /// <exception cref="InputException">
    /// The file is missing, empty or not UTF-8 text, its header is another one, or a row has not exactly one tab or no label.
    /// </exception>
    public static IReadOnlyList<LabelledText> ReadTsv(string path)
    {
        using Utf8LineReader lines = InputFile.OpenLines(path, Format);
        if (!lines.Read())
            throw new InputException($"{path}: empty file; expected {Format}");
        if (!lines.Text.Equals("label\ttext", StringComparison.OrdinalIgnoreCase))
            throw lines.Error($"header {Quote(lines.Text)}, expected label<TAB>text; add that line at the top");
        var rows = new List<LabelledText>();
        while (lines.Read())
            rows.Add(ParseRow(lines));
        if (rows.Count == 0)
            throw new InputException($"{path}: a header and no rows; expected {Format}");
        return rows;
    }

    private static LabelledText ParseRow(Utf8LineReader lines)
    {
        string line = lines.Text;
        int tabs = line.Count(c => c == '\t');
        if (tabs != 1)
        {
            string found = tabs == 0 ? $"no tab in {Quote(line)}" : $"{tabs + 1} columns";
            throw lines.Error($"{found}, expected label<TAB>text; put exactly one tab in the row");
        }
        int tab = line.IndexOf('\t', StringComparison.Ordinal);
        if (tab == 0)
            throw lines.Error("no label before the tab, expected label<TAB>text; label the row or remove it");
        return new LabelledText(line[..tab], line[(tab + 1)..]);
    }

    private static string Quote(string text) => text.Length <= 40 ? $"\"{text}\"" : $"\"{text[..40]}…\"";
}
