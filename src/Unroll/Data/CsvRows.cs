namespace Unroll.Data;

/// <summary>Rows of a CSV file (RFC 4180). Any line end ends a row; empty lines are passed over.</summary>
internal static class CsvRows
{
    /// <summary>The rows, all with as many columns as the first.</summary>
    /// <param name="lines">The file from its beginning.</param>
    /// <param name="delimiter">What parts the columns.</param>
    /// <param name="columns">How many columns the rows before have; 0 where there are none.</param>
    public static IEnumerable<TableRow> Read(Utf8LineReader lines, char delimiter, int columns = 0)
    {
        var csv = new CsvParser(lines, delimiter);
        bool endsInDelimiter = false, endsInReturn = false, followsReturn = false;
        while (csv.Read())
        {
            if (csv.IsEmptyLine)
                continue;
            if (columns == 0)
            {
                columns = csv.Fields.Count;
                endsInDelimiter = columns > 1 && csv.Fields[^1].Length == 0;
                endsInReturn = csv.EndsInReturn;
            }
            if (csv.Fields.Count != columns)
            {
                string advice = (followsReturn || csv.EndsInReturn) && !endsInReturn
                    ? "a CR without LF (U+000D) ends a row here; quote the text that holds it or take it out"
                    : Advice(csv.Fields, columns, delimiter, endsInDelimiter);
                throw new InputException(
                    $"{lines.Source}:{csv.Line}: {Excerpt.OfColumns(csv.Fields.Count)}, expected {columns} as in the first " +
                    $"row; {advice}");
            }
            followsReturn = csv.EndsInReturn;
            yield return new TableRow(csv.Line, [.. csv.Fields]);
        }
    }

    private static string Advice(IReadOnlyList<string> fields, int columns, char delimiter, bool firstEndsInDelimiter)
    {
        string one = Delimiters.SingularOf(delimiter);
        string set = $"set DataFormat.Delimiter if {Delimiters.NameOf(delimiter)} do not part the columns";
        if (fields.Count > columns)
        {
            return Delimiters.EndsIn(fields, columns, delimiter) is { } ends
                ? ends
                : $"quote a text that holds the delimiter, a {one}, or {set}";
        }
        if (firstEndsInDelimiter && fields.Count == columns - 1)
            return $"the first row ends in a {one}, and this one does not: take it off the first row";
        if (fields is ["\u001A"])
            return "the row is Ctrl-Z (U+001A), an old sign for the end of a file; take it out";
        char[] others = [.. ",;\t|".Where(c => c != delimiter && fields[0].Contains(c, StringComparison.Ordinal))];
        return fields.Count == 1 && others.Length > 0
            ? $"the columns are parted by {Delimiters.NameOf(delimiter)}, this row by {Delimiters.NameOf(others[0])}; " +
              "use one of them throughout, or set DataFormat.Delimiter"
            : $"give the row every column, each behind a {one}, or {set}";
    }
}
