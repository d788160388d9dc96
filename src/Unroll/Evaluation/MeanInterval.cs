namespace Unroll.Evaluation;

/// <summary>The mean of a figure over several trainings, and how far chance reaches.</summary>
/// <param name="Count">n: how many values there are.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">s: their standard deviation, over n - 1.</param>
/// <param name="Margin">
/// Half the width of the 95 % interval: in 95 of 100 such studies the mean of very many trainings is within it of
/// <paramref name="Mean"/>.
/// </param>
/// <remarks>
/// <code>
/// margin = t s / √n          t: 97.5 % quantile of Student's t with n - 1 degrees of freedom
/// </code>
/// </remarks>
public sealed record MeanInterval(int Count, double Mean, double Deviation, double Margin)
{
    private const double Confidence = 0.95;

    /// <summary>The lower end of the interval.</summary>
    public double Low => Mean - Margin;

    /// <summary>The upper end of the interval.</summary>
    public double High => Mean + Margin;

    /// <summary>Takes some values together.</summary>
    /// <param name="values">At least two.</param>
    public static MeanInterval Of(IEnumerable<double> values)
    {
        double[] all = [.. values];
        ArgumentOutOfRangeException.ThrowIfLessThan(all.Length, 2, nameof(values));
        double mean = all.Average();
        double deviation = Math.Sqrt(all.Sum(value => (value - mean) * (value - mean)) / (all.Length - 1));
        return new MeanInterval(all.Length, mean, deviation, Quantile(all.Length - 1) * deviation / Math.Sqrt(all.Length));
    }

    // t with P(|T| < t) = 95 %, by halving a bracket.
    private static double Quantile(int degrees)
    {
        double low = 1, high = 16;
        for (int step = 0; step < 60; step++)
        {
            double middle = (low + high) / 2;
            if (Inside(middle, degrees) < Confidence)
                low = middle;
            else
                high = middle;
        }
        return low;
    }

    // P(|T| < t), Abramowitz and Stegun 26.7.3 and 26.7.4: a finite sum in the angle atan(t / √ν).
    private static double Inside(double t, int degrees)
    {
        double angle = Math.Atan(t / Math.Sqrt(degrees));
        double square = Math.Cos(angle) * Math.Cos(angle);
        bool isOdd = degrees % 2 == 1;
        double term = isOdd ? Math.Cos(angle) : 1;
        double sum = degrees == 1 ? 0 : term;
        for (int k = isOdd ? 3 : 2; k < degrees; k += 2)
            sum += term *= square * (k - 1) / k;
        return isOdd ? 2 / Math.PI * (angle + Math.Sin(angle) * sum) : Math.Sin(angle) * sum;
    }
}
