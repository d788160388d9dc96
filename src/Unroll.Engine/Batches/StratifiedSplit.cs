using Unroll.Engine.Numerics;

namespace Unroll.Engine.Batches;

/// <summary>Parts of a set of rows in which every class has the share it has in the whole.</summary>
public static class StratifiedSplit
{
    /// <summary>Splits rows off, at random within each class.</summary>
    /// <param name="labels">The class of each row; equal numbers are one class.</param>
    /// <param name="share">The share to split off, at least 0 and below 1; a class keeps at least one row of its own.</param>
    /// <param name="generator">Where the choice comes from.</param>
    /// <returns>The rows that stay and those that were split off, each in their first order.</returns>
    public static (int[] Kept, int[] SplitOff) Split(ReadOnlySpan<int> labels, double share, TorchGenerator generator)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(share, 1);
        bool[] isOff = new bool[labels.Length];
        foreach (int[] rows in RowsOfClasses(labels, generator))
        {
            int count = Math.Min((int)Math.Round(share * rows.Length, MidpointRounding.AwayFromZero), rows.Length - 1);
            foreach (int row in rows.AsSpan(0, count))
                isOff[row] = true;
        }
        int[] all = [.. Enumerable.Range(0, labels.Length)];
        return ([.. all.Where(row => !isOff[row])], [.. all.Where(row => isOff[row])]);
    }

    /// <summary>
    /// Splits whole groups of rows off, at random. A class may give fewer rows than its share, where what is left of its groups
    /// is too large; where that is so for most rows, groups are not looked at.
    /// </summary>
    /// <param name="labels">The class of each row; equal numbers are one class.</param>
    /// <param name="groups">The group of each row; equal numbers are one group.</param>
    /// <param name="share">The share to split off, at least 0 and below 1; a class keeps at least one row of its own.</param>
    /// <param name="generator">Where the choice comes from.</param>
    /// <returns>The rows that stay and those that were split off, each in their first order.</returns>
    public static (int[] Kept, int[] SplitOff) Split(
        ReadOnlySpan<int> labels, ReadOnlySpan<int> groups, double share, TorchGenerator generator)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(groups.Length, labels.Length);
        (int[] kept, int[] splitOff) = Split(labels, share, generator);
        // What each class has left to give.
        var left = new Dictionary<int, int>();
        foreach (int row in splitOff)
            left[labels[row]] = left.GetValueOrDefault(labels[row]) + 1;
        int[][] rowsOfGroup = RowsOfGroups(groups);
        int[] order = new int[rowsOfGroup.Length];
        generator.FillPermutation(order);
        bool[] isOff = new bool[labels.Length];
        int count = 0;
        foreach (int group in order)
        {
            var asked = new Dictionary<int, int>();
            foreach (int row in rowsOfGroup[group])
                asked[labels[row]] = asked.GetValueOrDefault(labels[row]) + 1;
            if (asked.Any(of => of.Value > left.GetValueOrDefault(of.Key)))
                continue;
            foreach ((int label, int rows) in asked)
                left[label] -= rows;
            foreach (int row in rowsOfGroup[group])
                isOff[row] = true;
            count += rowsOfGroup[group].Length;
        }
        if (2 * count < splitOff.Length)
            return (kept, splitOff);
        int[] all = [.. Enumerable.Range(0, labels.Length)];
        return ([.. all.Where(row => !isOff[row])], [.. all.Where(row => isOff[row])]);
    }

    /// <summary>Deals the rows to folds for cross-validation, at random within each class.</summary>
    /// <param name="labels">The class of each row; equal numbers are one class.</param>
    /// <param name="folds">K, at least 2.</param>
    /// <param name="generator">Where the choice comes from.</param>
    /// <returns>The rows of each fold, in their first order; sizes differ by at most one.</returns>
    public static IReadOnlyList<int[]> Folds(ReadOnlySpan<int> labels, int folds, TorchGenerator generator)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        var dealt = new List<int>[folds];
        for (int fold = 0; fold < folds; fold++)
            dealt[fold] = [];
        // Dealing goes on from class to class where the last one stopped, so that folds are of one size.
        int next = 0;
        foreach (int row in RowsOfClasses(labels, generator).SelectMany(rows => rows))
            dealt[next++ % folds].Add(row);
        return [.. dealt.Select(rows => rows.Order().ToArray())];
    }

    private static int[][] RowsOfGroups(ReadOnlySpan<int> groups)
    {
        int[] of = groups.ToArray();
        return [.. Enumerable.Range(0, of.Length).GroupBy(row => of[row]).Select(group => group.ToArray())];
    }

    private static List<int[]> RowsOfClasses(ReadOnlySpan<int> labels, TorchGenerator generator)
    {
        var classes = new SortedDictionary<int, List<int>>();
        for (int row = 0; row < labels.Length; row++)
        {
            if (!classes.TryGetValue(labels[row], out List<int>? rows))
                classes[labels[row]] = rows = [];
            rows.Add(row);
        }
        var shuffled = new List<int[]>();
        foreach (List<int> rows in classes.Values)
        {
            int[] order = new int[rows.Count];
            generator.FillPermutation(order);
            shuffled.Add([.. order.Select(i => rows[i])]);
        }
        return shuffled;
    }
}
