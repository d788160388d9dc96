namespace Unroll.Training;

/// <summary>What a model says of some rows: the label of each, and how sure it is.</summary>
/// <param name="rows">How many rows there are.</param>
internal sealed class Opinions(int rows)
{
    /// <summary>The most probable class of each row.</summary>
    public int[] Labels { get; } = new int[rows];

    /// <summary>log p(c) - log (1 - p(c)) of that class: unlike p itself it does not stop at 1.</summary>
    public double[] LogOdds { get; } = new double[rows];

    /// <summary>Takes down a row.</summary>
    /// <param name="row">Which.</param>
    /// <param name="logits">Its logits, [C], at least two.</param>
    public void Set(int row, ReadOnlySpan<double> logits)
    {
        int best = 0;
        for (int c = 1; c < logits.Length; c++)
        {
            if (logits[c] > logits[best])
                best = c;
        }
        double second = double.NegativeInfinity;
        for (int c = 0; c < logits.Length; c++)
        {
            if (c != best)
                second = Math.Max(second, logits[c]);
        }
        double others = 0;
        for (int c = 0; c < logits.Length; c++)
        {
            if (c != best)
                others += Math.Exp(logits[c] - second);
        }
        (Labels[row], LogOdds[row]) = (best, logits[best] - second - Math.Log(others));
    }
}
