using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using Unroll.Text;

namespace Unroll.Cli.Data;

/// <summary>Rows of a CSV file (RFC 4180). Any line end ends a row; empty lines are passed over.</summary>
internal static class CsvRows
{
    private const string QuoteRule = "put the field in quotes and double the quotes inside it";

    /// <param name="lines">The file from its beginning.</param>
    /// <param name="delimiter">What parts the columns; null for the most frequent of comma, semicolon and tab in the first line.</param>
    public static IEnumerable<TableRow> Read(Utf8LineReader lines, char? delimiter)
    {
        using var text = new Utf8LineText(lines);
        using var parser = new CsvParser(text, Configure(delimiter ?? Detect(lines), lines.Source, () => text.RecordLine));
        int columns = 0;
        while (parser.Read())
        {
            string[] fields = parser.Record ?? [];
            int line = text.RecordLine;
            text.BeginRecord(parser.RawRow + 1);
            if (fields is [""] && string.IsNullOrWhiteSpace(parser.RawRecord))
                continue;
            if (columns == 0)
                columns = fields.Length;
            if (fields.Length != columns)
                throw new InputException($"{lines.Source}:{line}: {ColumnNames.CountText(fields.Length)}, expected {columns} as in the first row; quote a text that holds the delimiter");
            yield return new TableRow(line, fields);
        }
    }

    private static CsvConfiguration Configure(char delimiter, string source, Func<int> recordLine) => new(CultureInfo.InvariantCulture)
    {
        Delimiter = delimiter.ToString(),
        DetectDelimiter = false,
        IgnoreBlankLines = false,
        BufferSize = Utf8LineText.BufferSize,
        BadDataFound = bad => throw new InputException($"{source}:{Describe(bad, recordLine())}"),
    };

    /// <summary>The most frequent of comma, semicolon and tab in the next line, which is read again.</summary>
    public static char Detect(Utf8LineReader lines)
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

    private static string Describe(BadDataFoundArgs bad, int recordLine)
    {
        string field = bad.Field;
        int fieldLine = recordLine + LineEnds(bad.RawRecord.AsSpan(0, Math.Max(0, bad.RawRecord.IndexOf(field, StringComparison.Ordinal))));
        if (!field.StartsWith('"'))
        {
            int quote = field.IndexOf('"', StringComparison.Ordinal);
            return $"{fieldLine}: a quote inside the unquoted field {Excerpt.Of(field)} (character {quote + 1}); {QuoteRule}";
        }
        int end = ClosingQuote(field);
        if (end < 0)
            return $"{fieldLine}: the quote that opens the field {Excerpt.Of(field)} is never closed; close it, or {QuoteRule}";
        int endLine = fieldLine + LineEnds(field.AsSpan(0, end));
        string opened = endLine == fieldLine ? "" : $" opened on line {fieldLine}";
        return $"{endLine}: {Excerpt.Of(field[(end + 1)..])} after the closing quote of a field{opened}, expected the delimiter; double the quotes inside a field";
    }

    // The place of the quote that closes a field: the first that is not doubled.
    private static int ClosingQuote(string field)
    {
        for (int i = 1; i < field.Length; i++)
        {
            if (field[i] != '"')
                continue;
            if (i + 1 == field.Length || field[i + 1] != '"')
                return i;
            i++;
        }
        return -1;
    }

    private static int LineEnds(ReadOnlySpan<char> text) => text.Count('\n') + text.Count('\r') - text.Count("\r\n");
}
