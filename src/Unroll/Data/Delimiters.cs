using System.Text;

namespace Unroll.Data;

/// <summary>What parts the columns of a file: how it is found out, and what errors call it.</summary>
internal static class Delimiters
{
    /// <summary>Parts nothing: for a file of one column.</summary>
    public const char None = '\0';

    private const int MostLines = 100;
    private const int MostBytes = 64 << 10;

    // In the order in which they are preferred.
    private const string Candidates = ",;\t|";

    /// <summary>Whether a file is looked through for it.</summary>
    public static bool IsLookedFor(char delimiter) => Candidates.Contains(delimiter, StringComparison.Ordinal);

    /// <summary>The plural of its name: <c>commas</c>.</summary>
    public static string NameOf(char delimiter) => delimiter switch
    {
        ',' => "commas",
        ';' => "semicolons",
        '\t' => "tabs",
        '|' => "pipes",
        _ => Excerpt.Of($"{delimiter}"),
    };

    /// <summary>Its name for one of it: <c>comma</c>.</summary>
    public static string SingularOf(char delimiter) => NameOf(delimiter).TrimEnd('s');

    /// <summary>What to say of a row that has more columns than the first one only because it ends in a delimiter.</summary>
    /// <param name="fields">The row.</param>
    /// <param name="columns">Columns of the first row.</param>
    /// <param name="delimiter">What parts them.</param>
    /// <returns>Null for other rows.</returns>
    public static string? EndsIn(IReadOnlyList<string> fields, int columns, char delimiter) =>
        fields.Count > columns && fields.Skip(columns).All(string.IsNullOrWhiteSpace)
            ? $"the row ends in a {SingularOf(delimiter)}, and the first row does not: take it off the rows, or put one behind " +
              "the first row"
            : null;

    /// <summary>
    /// The one candidate that stands in the first row. Where several do, the one whose columns have the wanted names, or else the
    /// one by which most of the next rows have as many columns as the first.
    /// </summary>
    /// <param name="lines">A reader that gives the first line next.</param>
    /// <param name="format">Has the wanted names.</param>
    public static char Detect(Utf8LineReader lines, DataFormat format)
    {
        lines.Read();
        lines.ReadAgain();
        if (Counts(lines.Line) is { } counts && counts.Count(count => count > 0) is var found and < 2)
            return found == 0 ? None : Candidates[Array.FindIndex(counts, count => count > 0)];
        byte[] sample = lines.Ahead(MostLines, MostBytes, out _).ToArray();
        counts = Counts(lines.Line) ?? new int[Candidates.Length];
        string[] names = format.Header
            ? [format.LabelColumn ?? DataFormat.DefaultLabel, format.TextColumn ?? DataFormat.DefaultText]
            : [];
        return Candidates
            .OrderByDescending(candidate => Fit(sample, candidate, names))
            .ThenByDescending(candidate => counts[Candidates.IndexOf(candidate, StringComparison.Ordinal)])
            .First();
    }

    // How often each candidate stands outside quotes; null where a quote is still open at the end of the line.
    private static int[]? Counts(ReadOnlySpan<byte> line)
    {
        int[] counts = new int[Candidates.Length];
        bool isQuoted = false;
        foreach (byte c in line)
        {
            isQuoted ^= c == '"';
            if (!isQuoted && Candidates.IndexOf((char)c, StringComparison.Ordinal) is var i and >= 0)
                counts[i]++;
        }
        return isQuoted ? null : counts;
    }

    // How many wanted names the first row has, and the share of rows with as many columns as it.
    private static (int Names, double Rows) Fit(byte[] sample, char candidate, string[] names)
    {
        using var lines = new Utf8LineReader(new MemoryStream(sample), "") { RefusesNul = false };
        var csv = new CsvParser(lines, candidate);
        int columns = 0, named = 0, rows = 0, same = 0;
        try
        {
            while (csv.Read())
            {
                if (csv.IsEmptyLine)
                    continue;
                if (columns == 0)
                {
                    columns = csv.Fields.Count;
                    named = names.Count(
                        name => csv.Fields.Any(field => field.Trim().Equals(name.Trim(), StringComparison.OrdinalIgnoreCase)));
                }
                rows++;
                same += csv.Fields.Count == columns ? 1 : 0;
            }
        }
        catch (InputException)
        {
            rows++;
        }
        return columns < 2 ? (0, 0) : (named, (double)same / rows);
    }

    /// <summary>The character that parts names where it was not looked for: <c>^</c> in <c>label^text</c>.</summary>
    /// <param name="header">The one column that was found.</param>
    /// <param name="name">What one of the columns should be called.</param>
    public static char? Between(string header, string name)
    {
        foreach (Rune rune in header.EnumerateRunes())
        {
            if (!rune.IsBmp || Rune.IsLetterOrDigit(rune) || (char)rune.Value is ' ' or '_' or '-' or '"')
                continue;
            string[] names = header.Split((char)rune.Value, StringSplitOptions.TrimEntries);
            if (names.Contains(name.Trim(), StringComparer.OrdinalIgnoreCase))
                return (char)rune.Value;
        }
        return null;
    }
}
