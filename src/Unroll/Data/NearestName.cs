namespace Unroll.Data;

/// <summary>What a mistyped name may have meant.</summary>
internal static class NearestName
{
    /// <summary>
    /// The known name that takes the fewest insertions, removals, replacements and swaps of neighbours; null where none is near.
    /// </summary>
    public static string? Of(string wanted, IEnumerable<string> known)
    {
        string? nearest = null;
        int least = (wanted.Length + 1) / 3 + 1;
        foreach (string name in known)
        {
            int distance = Distance(wanted.ToLowerInvariant(), name.ToLowerInvariant());
            if (distance < least)
                (nearest, least) = (name, distance);
        }
        return nearest;
    }

    /// <summary>
    /// The fewest insertions, removals, replacements and swaps of neighbours that make one text of another: the optimal string
    /// alignment distance, after Damerau and Levenshtein.
    /// </summary>
    public static int Distance(string a, string b)
    {
        // Three rows of the table: that of the letter before the last, of the last, and of this one.
        int[] earlier = new int[b.Length + 1], above = [.. Enumerable.Range(0, b.Length + 1)], row = new int[b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1), Math.Min(above[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], earlier[j - 2] + 1);
            }
            (earlier, above, row) = (above, row, earlier);
        }
        return above[^1];
    }
}
