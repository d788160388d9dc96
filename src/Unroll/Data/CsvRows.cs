namespace Unroll.Data;

/// <summary>Rows of a CSV file (RFC 4180). Any line end ends a row; empty lines are passed over.</summary>
internal static class CsvRows
{
    /// <summary>The rows, all with as many columns as the first.</summary>
    /// <param name="lines">The file from its beginning.</param>
    /// <param name="delimiter">What parts the columns.</param>
    public static IEnumerable<TableRow> Read(Utf8LineReader lines, char delimiter)
    {
        var csv = new CsvParser(lines, delimiter);
        int columns = 0;
        while (csv.Read())
        {
            if (csv.IsEmptyLine)
                continue;
            if (columns == 0)
                columns = csv.Fields.Count;
            if (csv.Fields.Count != columns)
            {
                string found = ColumnNames.CountText(csv.Fields.Count);
                throw new InputException(
                    $"{lines.Source}:{csv.Line}: {found}, expected {columns} as in the first row; " +
                    "quote a text that holds the delimiter");
            }
            yield return new TableRow(csv.Line, [.. csv.Fields]);
        }
    }

    /// <summary>The most frequent of comma, semicolon and tab in the next line, which is read again.</summary>
    public static char DetectDelimiter(Utf8LineReader lines)
    {
        lines.Read();
        lines.ReadAgain();
        char[] candidates = [',', ';', '\t'];
        int[] counts = new int[candidates.Length];
        bool quoted = false;
        foreach (byte c in lines.Line)
        {
            quoted ^= c == '"';
            if (!quoted && Array.IndexOf(candidates, (char)c) is var i and >= 0)
                counts[i]++;
        }
        return candidates[Array.IndexOf(counts, counts.Max())];
    }
}
