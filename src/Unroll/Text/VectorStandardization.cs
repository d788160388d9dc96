namespace Unroll.Text;

/// <summary>How word vectors were brought to the size that random ones begin with.</summary>
/// <param name="DeviationBefore">
/// The standard deviation of their numbers before, each around the mean of its dimension: the root of the mean variance.
/// </param>
/// <param name="Deviation">The standard deviation of each dimension afterwards.</param>
/// <param name="ByDimension">
/// Whether every dimension has mean 0 and that deviation now. With too few words to know means by, all numbers were multiplied by
/// one factor instead.
/// </param>
/// <remarks>
/// Vectors as they come are several times as large as the random ones that training is set for, their dimensions differ in size,
/// and all share a mean that says nothing of any word (Mu and Viswanath, "All-but-the-Top", 2018).
/// <code>
/// v_e ← σ (v_e - mean v_e) / deviation v_e          over the found words, each counting once
/// </code>
/// </remarks>
public sealed record VectorStandardization(double DeviationBefore, double Deviation, bool ByDimension)
{
    /// <summary>From so many words on every dimension has its own mean and deviation.</summary>
    public const int FewestWords = 30;

    // A dimension with less than this share of the others' deviation is constant but for rounding.
    private const double Constant = 1e-6;

    /// <summary>Standardises vectors in place.</summary>
    /// <param name="values">[V,E]; those of words that were not found stay.</param>
    /// <param name="found">Which words were found, [V].</param>
    /// <param name="width">E.</param>
    /// <param name="deviation">The deviation they shall have, above 0.</param>
    /// <returns>What was done; null where there is nothing to do: no word was found, or all are the same.</returns>
    internal static VectorStandardization? Apply(Span<float> values, ReadOnlySpan<bool> found, int width, double deviation)
    {
        int[] rows = RowsOf(found);
        double[] means = new double[width];
        double[] deviations = new double[width];
        double sumOfSquares = 0;
        for (int e = 0; e < width; e++)
        {
            (means[e], deviations[e]) = MeanAndDeviation(values, rows, width, e);
            sumOfSquares += deviations[e] * deviations[e];
        }
        double before = Math.Sqrt(sumOfSquares / width);
        bool byDimension = rows.Length >= FewestWords;
        // Few words hardly have a deviation around their own mean; what they have is a size.
        if (!byDimension)
            before = Size(values, rows, width);
        if (!(before > 0))
            return null;
        for (int e = 0; e < width; e++)
        {
            double mean = byDimension ? means[e] : 0;
            double factor = !byDimension ? deviation / before
                : deviations[e] > Constant * before ? deviation / deviations[e]
                : 0;
            foreach (int row in rows)
                values[row * width + e] = (float)((values[row * width + e] - mean) * factor);
        }
        return new VectorStandardization(before, deviation, byDimension);
    }

    private static int[] RowsOf(ReadOnlySpan<bool> found)
    {
        var rows = new List<int>();
        for (int row = 0; row < found.Length; row++)
        {
            if (found[row])
                rows.Add(row);
        }
        return [.. rows];
    }

    private static (double Mean, double Deviation) MeanAndDeviation(ReadOnlySpan<float> values, int[] rows, int width, int e)
    {
        double sum = 0;
        foreach (int row in rows)
            sum += values[row * width + e];
        double mean = rows.Length == 0 ? 0 : sum / rows.Length;
        double squares = 0;
        foreach (int row in rows)
            squares += (values[row * width + e] - mean) * (values[row * width + e] - mean);
        return (mean, rows.Length == 0 ? 0 : Math.Sqrt(squares / rows.Length));
    }

    // The root of the mean square.
    private static double Size(ReadOnlySpan<float> values, int[] rows, int width)
    {
        double squares = 0;
        foreach (int row in rows)
        {
            foreach (float value in values.Slice(row * width, width))
                squares += (double)value * value;
        }
        return rows.Length == 0 ? 0 : Math.Sqrt(squares / ((double)rows.Length * width));
    }
}
