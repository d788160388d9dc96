namespace Unroll.Data;

/// <summary>What a mistyped name may have meant.</summary>
internal static class NearestName
{
    /// <summary>The known name that takes the fewest insertions, removals and replacements; null where none is near.</summary>
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

    // Levenshtein's distance, one row of its table at a time.
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
