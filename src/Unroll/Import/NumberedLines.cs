using System.Globalization;
using Unroll.Data;

namespace Unroll.Import;

/// <summary>
/// Vocabularies with a token and a number on every line: ids are read, where they count up from 0 or 1 in the order of the lines;
/// all other numbers, such as how often a word occurs, are refused.
/// </summary>
internal static class NumberedLines
{
    private static readonly char[][] Separators = [['\t'], [' '], [','], [':']];

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
            int column = numeric[0];
            long?[] ids = [.. fields.Skip(rows).Select(row => IdOf(row[column]))];
            // Ids from 1 stand in a file of words most often first, counts from many to few.
            bool areIds = width == 2 && numeric.Length == 1 && ids[0] is 0 or 1
                && ids.Index().All(id => id.Item == ids[0] + id.Index);
            if (hasHeader && areIds)
            {
                throw new InputException(
                    $"{path}:{written[0].Line}: {Excerpt.Of(written[0].Text)} is a header line above tokens and ids, expected "
                    + "the first token and its id; take the line out (tail -n +2)");
            }
            if (!areIds)
                throw Refused(path, written[rows], width, hasHeader, column, separator[0]);
            return
            [
                .. fields.Select((row, i) => new VocabularyEntry(row[1 - column], (int)ids[i]!.Value, $"line {written[i].Line}")),
            ];
        }
        return null;
    }

    // Runs of spaces part two fields too; a tab or comma stands alone.
    private static string[] Cut(string line, char[] separator)
    {
        // A token may be a colon or a comma itself.
        if (separator[0] == ':')
            return line.LastIndexOf(':') is var colon and > 0 ? [line[..colon], line[(colon + 1)..]] : [line];
        if (separator[0] == ',' && line.StartsWith(",,", StringComparison.Ordinal) && IsNumber(line[2..]))
            return [",", line[2..]];
        int end = line.StartsWith('"') ? line.LastIndexOf("\",", StringComparison.Ordinal) : 0;
        if (separator[0] == ',' && end > 0)
            return [line[..(end + 1)], .. line[(end + 2)..].Split(',')];
        return line.Split(separator, separator[0] == ' ' ? StringSplitOptions.RemoveEmptyEntries : StringSplitOptions.None);
    }

    private static bool IsNumber(string field) =>
        double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            && field.AsSpan().IndexOfAnyInRange('0', '9') >= 0;

    private static long? IdOf(string field) =>
        int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : null;

    private static InputException Refused(
        string path, (int Line, string Text) line, int width, bool hasHeader, int number, char separator)
    {
        string header = hasHeader ? " below a header line" : "";
        string cut = (separator, number == 0 ? 2 : 1) switch
        {
            (',' or ':', var token) => $"cut -d{separator} -f{token}",
            (_, var token) => $"cut -f{token} in a file with tabs",
        };
        return new InputException(
            $"{path}:{line.Line}: {Excerpt.Of(line.Text)} is a token with {(width > 2 ? "other fields" : "a number")} beside it" +
            $"{header}, and the numbers do not count up from 0 or 1 as ids in order do; expected one token a line: if the line " +
            $"is the id, keep the token alone ({cut}), else write JSON of tokens and ids");
    }
}
