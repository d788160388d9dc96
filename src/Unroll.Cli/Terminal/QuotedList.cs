using Unroll.Data;

namespace Unroll.Cli;

/// <summary>
/// Several words of an option: the option once with the words separated by commas, or the option again for every word. A word
/// that holds a comma stands in quotes, in which a quote is doubled, as in CSV: <c>"food, drink",arts</c>.
/// </summary>
internal static class QuotedList
{
    private const char Quote = '"';

    /// <summary>The words of an option that may be given again.</summary>
    /// <param name="option">Its name, for errors.</param>
    /// <param name="given">Its values; each is one word where there are several.</param>
    /// <exception cref="InputException">A quote is not closed, or a word goes on behind it.</exception>
    public static string[] Words(string option, string[] given) => [.. Entries(given).Select(entry => Word(option, entry))];

    /// <summary>The entries of an option that may be given again, with their quotes.</summary>
    /// <param name="given">Its values; each is one entry where there are several.</param>
    /// <param name="isWhole">Tells an entry that holds commas without quotes by what it is; null where that is not known.</param>
    public static string[] Entries(string[] given, Func<string, bool>? isWhole = null) =>
        given is [var only] ? [.. Parts(only, isWhole)] : [.. given.Select(entry => entry.Trim())];

    /// <summary>An entry's word in quotes, null where it has none, and what stands behind them.</summary>
    /// <param name="option">The option's name, for errors.</param>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <exception cref="InputException">The quote is not closed.</exception>
    public static (string? Word, string Behind) Split(string option, string entry)
    {
        if (!entry.StartsWith(Quote))
            return (null, "");
        int close = Close(entry, 0);
        return close > 0
            ? (entry[1..close].Replace("\"\"", "\"", StringComparison.Ordinal), entry[(close + 1)..].TrimStart())
            : throw new InputException($"{option} has {Excerpt.Of(entry)}, whose quote is not closed; close it");
    }

    /// <summary>A word as it stands in a list, whatever it holds.</summary>
    public static string Quoted(string word) => $"\"{word.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Word(string option, string entry)
    {
        (string? quoted, string behind) = Split(option, entry);
        return behind.Length == 0
            ? quoted ?? entry
            : throw new InputException(
                $"{option} has {Excerpt.Of(entry)}, expected a comma behind the closing quote; double the quotes inside a word");
    }

    // Cut at commas outside of quotes, which begin where an entry does.
    private static IEnumerable<string> Parts(string list, Func<string, bool>? isWhole)
    {
        int start = 0;
        while (true)
        {
            int first = start;
            while (first < list.Length && list[first] == ' ')
                first++;
            bool isQuoted = first < list.Length && list[first] == Quote && Close(list, first) > 0;
            int comma = list.IndexOf(',', isQuoted ? Close(list, first) : start);
            for (int longer = comma; !isQuoted && isWhole is not null && longer >= 0;)
            {
                if (isWhole(list[start..longer].Trim()))
                {
                    comma = longer;
                    break;
                }
                longer = longer < list.Length ? list.IndexOf(',', longer + 1) is var next and >= 0 ? next : list.Length : -1;
            }
            if (comma == list.Length)
                comma = -1;
            yield return list[start..(comma < 0 ? list.Length : comma)].Trim();
            if (comma < 0)
                yield break;
            start = comma + 1;
        }
    }

    // The place of the quote that closes the one at a place; -1 where none does.
    private static int Close(string text, int open)
    {
        int place = text.IndexOf(Quote, open + 1);
        while (place >= 0 && place + 1 < text.Length && text[place + 1] == Quote)
            place = place + 2 < text.Length ? text.IndexOf(Quote, place + 2) : -1;
        return place;
    }
}
