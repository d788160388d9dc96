using System.Globalization;

namespace Unroll.Search;

/// <summary>
/// How much of the differences between trials goes with one setting: the share of the variance of their scores that groups of its
/// values explain, each setting by itself, adjusted for how much groups of chance would explain.
/// </summary>
/// <remarks>
/// <code>
/// ε² = 1 - (SS_within / (n - g)) / (SS_total / (n - 1))        Kelley (1935), n trials in g groups; at least 0
/// </code>
/// A one-way analysis of variance: what two settings do together is in neither, and groups of few trials say little. Choices are
/// the groups; numbers are cut into as many as four of equally many trials.
/// </remarks>
public static class SettingImportance
{
    private const int MostGroups = 4;
    private const int FewestInGroup = 2;

    /// <summary>ε² of one setting.</summary>
    /// <param name="values">Its value in each trial, as text; numbers and choices.</param>
    /// <param name="scores">The score of each trial.</param>
    /// <returns>0 for no importance, to 1; null where there are too few trials to tell.</returns>
    public static double? Of(IReadOnlyList<string> values, IReadOnlyList<double> scores)
    {
        int[] group = GroupsOf(values);
        int n = scores.Count;
        int groups = group.Distinct().Count();
        if (groups < 2 || n - groups < 2)
            return null;
        double mean = scores.Average();
        double total = scores.Sum(score => (score - mean) * (score - mean));
        if (total == 0)
            return 0;
        double within = scores.Zip(group).GroupBy(pair => pair.Second).Sum(members =>
        {
            double own = members.Average(pair => pair.First);
            return members.Sum(pair => (pair.First - own) * (pair.First - own));
        });
        return Math.Max(0, 1 - within / (n - groups) / (total / (n - 1)));
    }

    private static int[] GroupsOf(IReadOnlyList<string> values)
    {
        string[] distinct = [.. values.Distinct(StringComparer.Ordinal)];
        double?[] numbers = [.. values.Select(NumberOf)];
        if (distinct.Length <= MostGroups || numbers.Contains(null))
            return [.. values.Select(value => Array.IndexOf(distinct, value))];
        int groups = Math.Clamp(values.Count / FewestInGroup, 1, MostGroups);
        // Equal values stay together: a group begins where its first value does.
        double[] sorted = [.. numbers.Select(number => number!.Value).Order()];
        double[] starts = [.. Enumerable.Range(1, groups - 1).Select(i => sorted[i * sorted.Length / groups])];
        return [.. numbers.Select(number => starts.Count(start => number >= start))];
    }

    private static double? NumberOf(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : null;
}
