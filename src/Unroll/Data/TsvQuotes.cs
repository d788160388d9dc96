namespace Unroll.Data;

/// <summary>Whether a TSV file plainly uses quotes as CSV does: around fields, doubled inside them.</summary>
internal static class TsvQuotes
{
    private const int MostLines = 1000;
    private const int MostBytes = 256 << 10;

    /// <summary>
    /// True if every quote from the current line on fits the rules of CSV, and at least one shows that it was meant so: it is
    /// doubled, or it holds a tab or a line end together, or every field of these lines is in quotes.
    /// </summary>
    /// <param name="lines">A reader that stands on the first line with a quote.</param>
    /// <param name="columns">How many columns the rows before have; 0 where this is the first.</param>
    /// <param name="hasHeader">Whether the first row names the columns.</param>
    /// <remarks>
    /// Texts that merely begin and end with a quote, or hold some, are read as they are. A quote that would swallow whole rows
    /// speaks against quoting.
    /// </remarks>
    public static bool AreUsed(Utf8LineReader lines, int columns, bool hasHeader)
    {
        bool isFirst = columns == 0;
        byte[] ahead = lines.Ahead(MostLines, MostBytes, out bool isRest).ToArray();
        using var sample = new Utf8LineReader(new MemoryStream(ahead), "");
        var csv = new CsvParser(sample, '\t');
        bool isNeeded = false, areAllQuoted = true;
        int rows = 0;
        try
        {
            while (csv.Read())
            {
                if (csv.IsEmptyLine)
                    continue;
                if (columns == 0)
                    columns = csv.Fields.Count;
                if (csv.Fields.Count != columns)
                    return false;
                rows++;
                int quoted = 0;
                for (int i = 0; i < columns; i++)
                {
                    string field = csv.Fields[i];
                    bool hasLineEnd = field.AsSpan().ContainsAny('\r', '\n');
                    bool hasTab = field.Contains('\t', StringComparison.Ordinal);
                    if (hasLineEnd && hasTab)
                        return false;
                    quoted += csv.IsQuoted(i) || field.Length == 0 ? 1 : 0;
                    isNeeded |= csv.IsQuoted(i) && (hasLineEnd || hasTab || field.Contains('"', StringComparison.Ordinal));
                }
                areAllQuoted &= quoted == columns;
                // A header in quotes: no name of a column has some of its own.
                bool isQuotedName = quoted == columns
                    || (hasHeader && Enumerable.Range(0, columns).Any(i => csv.IsQuoted(i) && csv.Fields[i].Length > 0));
                isNeeded |= isFirst && rows == 1 && isQuotedName;
            }
        }
        // Of a file in another encoding too: the rows say it when they are read.
        catch (InputException) when (isRest || !csv.EndsInQuotes || HoldsRows(ahead, csv.Line))
        {
            return false;
        }
        // The last row goes on behind what is looked at.
        catch (InputException)
        {
        }
        return isNeeded || (areAllQuoted && rows > 1 && columns > 1);
    }

    // Whether the lines after the one where a quote was opened have columns of their own.
    private static bool HoldsRows(ReadOnlySpan<byte> ahead, int line)
    {
        for (; line > 0; line--)
            ahead = ahead[(ahead.IndexOf((byte)'\n') + 1)..];
        return ahead.Contains((byte)'\t');
    }
}
