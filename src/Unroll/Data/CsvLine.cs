using System.Text;

namespace Unroll.Data;

/// <summary>Writes rows as RFC 4180 has them, so that <see cref="DataFile"/> and others read the same fields.</summary>
public static class CsvLine
{
    /// <summary>One row with its line end, LF.</summary>
    /// <param name="fields">
    /// What stands in the columns. A field is quoted where it has to be: with the delimiter, a quote, a line end, or a space at
    /// an end.
    /// </param>
    /// <param name="delimiter">What parts the columns.</param>
    /// <param name="escapeFormulas">
    /// Whether a field that a spreadsheet would compute (see <see cref="IsFormula"/>) gets an apostrophe before it: for texts
    /// that strangers wrote.
    /// </param>
    public static string Of(IEnumerable<string> fields, char delimiter = ',', bool escapeFormulas = false)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var line = new StringBuilder();
        bool isFirst = true;
        foreach (string field in fields)
        {
            if (!isFirst)
                line.Append(delimiter);
            isFirst = false;
            bool isFormula = escapeFormulas && IsFormula(field);
            if (isFormula || NeedsQuotes(field, delimiter))
                line.Append(isFormula ? "\"'" : "\"").Append(field.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            else
                line.Append(field);
        }
        // One empty column alone would be an empty line, which readers pass over.
        if (!isFirst && line.Length == 0)
            line.Append("\"\"");
        return line.Append('\n').ToString();
    }

    /// <summary>
    /// Whether a spreadsheet may take a field for a formula: it begins with one of <c>= + - @</c>, wide or not, a tab, CR or LF.
    /// </summary>
    /// <param name="field">Any text.</param>
    public static bool IsFormula(string field) =>
        field is ['=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠' or '\t' or '\r' or '\n', ..];

    private static bool NeedsQuotes(string field, char delimiter) =>
        field.Length > 0 && (field[0] == ' ' || field[^1] == ' ' || field.AsSpan().ContainsAny([delimiter, '"', '\r', '\n']));
}
