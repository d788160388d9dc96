using System.Globalization;
using Unroll.Data;

namespace Unroll.Import;

/// <summary>
/// Vocabularies with a token and a number on every line: ids are read, where they count up from 0 or 1 in the order of the lines;
/// all other numbers, such as how often a word occurs, are refused.
/// </summary>
internal static class NumberedLines
{
    private static readonly char[][] Separators = [['\t'], [' '], [',']];

    /// <summary>The tokens with their ids; null where the lines have no such form.</summary>
    /// <param name="lines">The file's lines.</param>
    /// <param name="path">The file, for errors.</param>
    /// <exception cref="InputException">There is a number on every line, and it is no id.</exception>
    public static IReadOnlyList<VocabularyEntry>? Find(IReadOnlyList<string> lines, string path)
    {
        (int Line, string Text)[] written =
            [.. lines.Select((text, i) => (i + 1, text)).Where(line => !string.IsNullOrWhiteSpace(line.text))];
        if (written.Length == 0)
            return null;
        foreach (char[] separator in Separators)
        {
            string[][] fields = [.. written.Select(line => Cut(line.Text, separator))];
            int width = fields[^1].Length;
            if (width < 2 || fields.Any(row => row.Length != width))
                continue;
            bool hasHeader = fields.Length > 2 && !fields[0].Any(IsNumber) && fields.Skip(1).All(row => row.Any(IsNumber));
            int rows = hasHeader ? 1 : 0;
            int[] numeric = [.. Enumerable.Range(0, width).Where(column => fields.Skip(rows).All(row => IsNumber(row[column])))];
            if (numeric.Length == 0 || fields.Length - rows < 2)
                continue;
            if (hasHeader || width > 2 || numeric.Length > 1)
                throw Refused(path, written[rows], width, hasHeader, numeric[0]);
            int column = numeric[0];
            long?[] ids = [.. fields.Select(row => IdOf(row[column]))];
            // Ids from 1 stand in a file of words most often first, counts from many to few.
            if (ids[0] is not (0 or 1) || ids.Index().Any(id => id.Item != ids[0] + id.Index))
                throw Refused(path, written[0], width, hasHeader, column);
            return
            [
                .. fields.Select((row, i) => new VocabularyEntry(row[1 - column], (int)ids[i]!.Value, $"line {written[i].Line}")),
            ];
        }
        return null;
    }

    // Runs of spaces part two fields too; a tab or comma stands alone.
    private static string[] Cut(string line, char[] separator) =>
        line.Split(separator, separator[0] == ' ' ? StringSplitOptions.RemoveEmptyEntries : StringSplitOptions.None);

    private static bool IsNumber(string field) =>
        double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            && field.AsSpan().IndexOfAnyInRange('0', '9') >= 0;

    private static long? IdOf(string field) =>
        int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : null;

    private static InputException Refused(string path, (int Line, string Text) line, int width, bool hasHeader, int number)
    {
        string header = hasHeader ? " below a header line" : "";
        int token = number == 0 ? 2 : 1;
        return new InputException(
            $"{path}:{line.Line}: {Excerpt.Of(line.Text)} is a token with {(width > 2 ? "other fields" : "a number")} beside it" +
            $"{header}, and the numbers do not count up from 0 or 1 as ids in order do; expected one token a line: if the line " +
            $"is the id, keep the token alone (cut -f{token} in a file with tabs), else write JSON of tokens and ids");
    }
}
