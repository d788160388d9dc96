namespace Unroll.Text;

/// <summary>
/// Reads labelled texts from a tab-separated file: a header line <c>label&lt;TAB&gt;text</c>, then one row a line.
/// Quotes are ordinary characters; the encoding is UTF-8, with or without a byte-order mark.
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
    /// The file is missing, empty or not UTF-8, its header is another one, or a row has not exactly one tab or no label.
    /// </exception>
    public static IReadOnlyList<LabelledText> ReadTsv(string path)
    {
        List<string> lines = Utf8Lines.ReadFile(path, Format);
        if (lines.Count == 0)
            throw new InputException($"{path}: empty file; expected {Format}");
        if (!lines[0].Equals("label\ttext", StringComparison.OrdinalIgnoreCase))
        {
            throw new InputException(
                $"{path}:1: header {Quote(lines[0])}, expected label<TAB>text; add that line at the top");
        }
        if (lines.Count == 1)
            throw new InputException($"{path}: a header and no rows; expected {Format}");
        var rows = new LabelledText[lines.Count - 1];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = ParseRow(lines[i + 1], path, i + FirstRowLine);
        return rows;
    }

    private static LabelledText ParseRow(string line, string path, int number)
    {
        int tabs = line.Count(c => c == '\t');
        if (tabs != 1)
        {
            string found = tabs == 0 ? $"no tab in {Quote(line)}" : $"{tabs + 1} columns";
            throw new InputException($"{path}:{number}: {found}, expected label<TAB>text; put exactly one tab in the row");
        }
        int tab = line.IndexOf('\t', StringComparison.Ordinal);
        if (tab == 0)
            throw new InputException($"{path}:{number}: no label before the tab, expected label<TAB>text; label the row or remove it");
        return new LabelledText(line[..tab], line[(tab + 1)..]);
    }

    private static string Quote(string text) => text.Length <= 40 ? $"\"{text}\"" : $"\"{text[..40]}…\"";
}
