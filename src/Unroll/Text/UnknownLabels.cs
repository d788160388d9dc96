using System.Globalization;
using Unroll.Data;

namespace Unroll.Text;

/// <summary>Labels of rows to measure on that no row to train on has: what a training and an evaluation say of them.</summary>
internal static class UnknownLabels
{
    private const int MostNamed = 8;
    private const int LabelWidth = 40;

    // Shorter labels are one letter apart by nature, and so are those that are numbered.
    private const int ShortestMistyped = 5;

    /// <summary>One line: how many rows, which labels, and how they count.</summary>
    /// <param name="unknown">The labels and how many rows have each, at least one.</param>
    /// <param name="known">The labels of the model.</param>
    /// <param name="rows">What the rows are of, such as <c>test</c>.</param>
    public static string Describe(IReadOnlyDictionary<string, int> unknown, IReadOnlyCollection<string> known, string rows)
    {
        int count = unknown.Values.Sum();
        IEnumerable<string> named = unknown.OrderByDescending(entry => entry.Value)
            .ThenBy(entry => entry.Key, StringComparer.Ordinal).Take(MostNamed)
            .Select(entry => Invariant($"{Shown(entry.Key)} ({entry.Value:N0}{Hint(entry.Key, known)})"));
        string more = unknown.Count > MostNamed ? Invariant($" and {unknown.Count - MostNamed:N0} more") : "";
        string begin = count == 1
            ? $"1 row of {rows} has a label that the model does not know"
            : Invariant($"{count:N0} rows of {rows} have labels that the model does not know");
        return $"{begin}: {string.Join(", ", named)}{more}; {HowTheyCount(count)}";
    }

    // The same words wherever it is said.
    private static string HowTheyCount(int count) =>
        $"{(count == 1 ? "it counts" : "they count")} as wrong in accuracy and macro-F1 and not in loss and calibration, " +
        "in train and in eval";

    /// <summary>The known label that was probably meant; null for none.</summary>
    /// <param name="label">A label that is not known.</param>
    /// <param name="known">Those that are.</param>
    public static string? Nearest(string label, IEnumerable<string> known)
    {
        string? nearest = null;
        foreach (string other in known)
        {
            if (LabelTwins.Are(label, other))
                return other;
            if (nearest is null && IsMistyped(label, other))
                nearest = other;
        }
        return nearest;
    }

    private static string Hint(string label, IEnumerable<string> known) =>
        Nearest(label, known) is { } nearest ? $", the model knows {Shown(nearest)}" : "";

    // One letter too much, too few or another, or two that were swapped.
    private static bool IsMistyped(string label, string other) =>
        Math.Min(label.Length, other.Length) >= ShortestMistyped && Math.Abs(label.Length - other.Length) <= 1
            && !label.Concat(other).Any(char.IsDigit) && NearestName.Distance(label, other) == 1;

    private static string Shown(string label)
    {
        string shown = LabelTwins.Shown(label);
        if (shown.Length > LabelWidth)
            shown = shown[..(char.IsHighSurrogate(shown[LabelWidth - 1]) ? LabelWidth - 1 : LabelWidth)] + "…";
        return $"\"{shown}\"";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
