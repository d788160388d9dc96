namespace Unroll.Evaluation;

/// <summary>
/// The expected calibration error (Guo et al., "On Calibration of Modern Neural Networks", 2017): how far the probability of the
/// predicted label is from how often that label is right.
/// </summary>
/// <remarks>
/// <code>
/// ECE = Σ_m |B_m| / n · |accuracy(B_m) - mean probability(B_m)|      B_m: rows whose top probability is in ((m-1)/15, m/15]
/// </code>
/// Where rows may have several labels, every label of every row is counted, with its probability and whether the row has it.
/// </remarks>
public sealed class CalibrationError
{
    /// <summary>The number of bins, all of one width.</summary>
    public const int Bins = 15;

    private readonly double[] _probability = new double[Bins];
    private readonly int[] _right = new int[Bins];
    private int _rows;

    /// <summary>The error so far, 0 to 1.</summary>
    public double Value
    {
        get
        {
            double sum = 0;
            for (int bin = 0; bin < Bins; bin++)
                sum += Math.Abs(_right[bin] - _probability[bin]);
            return _rows == 0 ? 0 : sum / _rows;
        }
    }

    /// <summary>Counts one row.</summary>
    /// <param name="probability">The probability of the predicted label, 0 to 1.</param>
    /// <param name="isRight">Whether that label is the row's.</param>
    public void Add(double probability, bool isRight)
    {
        // NaN goes to the first bin, whose sum it turns into NaN.
        int bin = Math.Clamp((int)Math.Ceiling(probability * Bins) - 1, 0, Bins - 1);
        _probability[bin] += probability;
        _right[bin] += isRight ? 1 : 0;
        _rows++;
    }
}
