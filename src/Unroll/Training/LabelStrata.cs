using Unroll.Data;
using Unroll.Text;

namespace Unroll.Training;

/// <summary>
/// The class by which a row is dealt out when rows are split: its label, and of several its rarest, so that labels of few rows
/// are shared out too (after Sechidis, Tsoumakas and Vlahavas, "On the Stratification of Multi-Label Data", 2011).
/// </summary>
internal static class LabelStrata
{
    private const int NoLabel = -1;

    /// <summary>The class of each row; equal numbers are one class.</summary>
    /// <param name="corpus">Has the rows.</param>
    /// <param name="rows">Which of them.</param>
    public static int[] Of(Corpus corpus, IReadOnlyList<int> rows)
    {
        int[] labels = [.. rows.Select(corpus.LabelOf)];
        if (!corpus.HasSeveral)
            return labels;
        Dictionary<int, int[]> labelsOf = NumbersOfLabels(corpus, labels.Distinct());
        Dictionary<int, int> rowsWith = labels.SelectMany(set => labelsOf[set]).CountBy(label => label).ToDictionary();
        var rarest = labelsOf.ToDictionary(
            set => set.Key, set => set.Value.Length == 0 ? NoLabel : set.Value.MinBy(label => rowsWith[label]));
        return [.. labels.Select(set => rarest[set])];
    }

    // The numbers of the labels of each set are theirs here alone.
    private static Dictionary<int, int[]> NumbersOfLabels(Corpus corpus, IEnumerable<int> sets)
    {
        var numberOf = new Dictionary<string, int>(StringComparer.Ordinal);
        return sets.ToDictionary(set => set, set => LabelText.Split(corpus.Labels[set]).Select(NumberOf).ToArray());

        int NumberOf(string label)
        {
            numberOf.TryAdd(label, numberOf.Count);
            return numberOf[label];
        }
    }
}
