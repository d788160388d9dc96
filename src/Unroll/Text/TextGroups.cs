using System.Runtime.InteropServices;

namespace Unroll.Text;

/// <summary>
/// Texts that belong together: copies of each other, and a text that stands within another, as the phrases of a sentence do. On
/// one of them a model that learned the other is not measured but remembered.
/// </summary>
internal static class TextGroups
{
    // Shorter texts stand in many others by chance.
    private const int FewestTokens = 4;

    // Longer ones are only looked for whole.
    private const int MostTokens = 64;

    // Some seconds; beyond it only copies are found.
    private const long MostWindows = 300_000_000;

    private const ulong Base = 0x9E3779B97F4A7C15;

    /// <summary>Finds the groups.</summary>
    /// <param name="corpus">Has the texts.</param>
    /// <param name="rows">Which of them.</param>
    /// <returns>
    /// The group of each row, by the place among the rows of one of its texts; null where no two belong together.
    /// </returns>
    public static int[]? Of(Corpus corpus, IReadOnlyList<int> rows)
    {
        if (corpus.OnDisk)
            return OfCopies(corpus, rows);
        int[] parent = [.. Enumerable.Range(0, rows.Count)];
        var placeOf = new Dictionary<(int Length, ulong Hash), int>();
        bool any = false;
        for (int place = 0; place < rows.Count; place++)
        {
            ReadOnlySpan<int> tokens = corpus.TokensOf(rows[place]);
            if (tokens.IsEmpty)
                continue;
            ref int first = ref CollectionsMarshal.GetValueRefOrAddDefault(
                placeOf, (tokens.Length, HashOf(tokens)), out bool known);
            if (known)
                any |= Join(parent, first, place);
            else
                first = place;
        }
        int[] lengths =
        [
            .. placeOf.Keys.Select(key => key.Length).Where(length => length is >= FewestTokens and <= MostTokens)
                .Distinct().Order(),
        ];
        if (lengths.Length > 0 && (long)lengths.Length * rows.Sum(row => (long)corpus.TokensOf(row).Length) <= MostWindows)
        {
            for (int place = 0; place < rows.Count; place++)
                any |= JoinParts(corpus.TokensOf(rows[place]), place, lengths, placeOf, parent);
        }
        return any ? [.. parent.Select((_, place) => Root(parent, place))] : null;
    }

    // Copies alone, in less memory.
    private static int[]? OfCopies(Corpus corpus, IReadOnlyList<int> rows)
    {
        var hashes = new UInt128[rows.Count];
        for (int place = 0; place < rows.Count; place++)
            hashes[place] = corpus.HashOf(rows[place]);
        int[] places = [.. Enumerable.Range(0, rows.Count)];
        corpus.EndPass();
        Array.Sort(hashes, places);
        int[] group = [.. Enumerable.Range(0, rows.Count)];
        bool any = false;
        for (int i = 1; i < hashes.Length; i++)
        {
            if (hashes[i] != hashes[i - 1])
                continue;
            group[places[i]] = group[places[i - 1]];
            any = true;
        }
        return any ? group : null;
    }

    // Each window of each length slides over the text, and its hash with it.
    private static bool JoinParts(
        ReadOnlySpan<int> tokens, int place, int[] lengths, Dictionary<(int Length, ulong Hash), int> placeOf, int[] parent)
    {
        bool any = false;
        foreach (int length in lengths)
        {
            if (length >= tokens.Length)
                break;
            ulong leaving = 1;
            for (int i = 1; i < length; i++)
                leaving = unchecked(leaving * Base);
            ulong hash = HashOf(tokens[..length]);
            for (int start = 0; ; start++)
            {
                if (placeOf.TryGetValue((length, hash), out int part))
                    any |= Join(parent, part, place);
                if (start + length == tokens.Length)
                    break;
                hash = unchecked((hash - ValueOf(tokens[start]) * leaving) * Base + ValueOf(tokens[start + length]));
            }
        }
        return any;
    }

    private static ulong HashOf(ReadOnlySpan<int> tokens)
    {
        ulong hash = 0;
        foreach (int token in tokens)
            hash = unchecked(hash * Base + ValueOf(token));
        return hash;
    }

    private static ulong ValueOf(int token)
    {
        ulong value = unchecked(((ulong)token + 1) * 0xBF58476D1CE4E5B9);
        return value ^ (value >> 29);
    }

    private static bool Join(int[] parent, int one, int other)
    {
        (one, other) = (Root(parent, one), Root(parent, other));
        if (one == other)
            return false;
        parent[Math.Max(one, other)] = Math.Min(one, other);
        return true;
    }

    private static int Root(int[] parent, int place)
    {
        while (parent[place] != place)
            place = parent[place] = parent[parent[place]];
        return place;
    }
}
