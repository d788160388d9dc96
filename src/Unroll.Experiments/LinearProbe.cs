namespace Unroll.Experiments;

/// <summary>
/// Whether a number can be read off vectors by a straight line: a linear regression with a small ridge, solved exactly.
/// </summary>
internal sealed class LinearProbe
{
    // Of the mean variance of a direction: keeps directions in which nothing happens from blowing up.
    private const double Ridge = 1e-3;

    private readonly double[] _mean;
    private readonly double[] _weight;
    private readonly double _meanTarget;

    private LinearProbe(double[] mean, double[] weight, double meanTarget) =>
        (_mean, _weight, _meanTarget) = (mean, weight, meanTarget);

    /// <summary>Fits y = w (x - mean x) + mean y by least squares.</summary>
    /// <param name="vectors">x, [N][H].</param>
    /// <param name="targets">y, [N].</param>
    public static LinearProbe Fit(IReadOnlyList<float[]> vectors, IReadOnlyList<double> targets)
    {
        int size = vectors[0].Length;
        double[] mean = [.. Enumerable.Range(0, size).Select(i => vectors.Average(x => (double)x[i]))];
        double meanTarget = targets.Average();
        double[,] covariance = new double[size, size];
        double[] with = new double[size];
        double[] centered = new double[size];
        for (int row = 0; row < vectors.Count; row++)
        {
            for (int i = 0; i < size; i++)
                centered[i] = vectors[row][i] - mean[i];
            for (int i = 0; i < size; i++)
            {
                with[i] += centered[i] * (targets[row] - meanTarget) / vectors.Count;
                for (int j = 0; j <= i; j++)
                    covariance[i, j] += centered[i] * centered[j] / vectors.Count;
            }
        }
        double trace = Enumerable.Range(0, size).Sum(i => covariance[i, i]);
        double ridge = Ridge * trace / size + 1e-12;
        for (int i = 0; i < size; i++)
            covariance[i, i] += ridge;
        return new LinearProbe(mean, Solve(covariance, with), meanTarget);
    }

    /// <summary>What the line says of a vector.</summary>
    public double Read(float[] vector)
    {
        double sum = _meanTarget;
        for (int i = 0; i < _weight.Length; i++)
            sum += _weight[i] * (vector[i] - _mean[i]);
        return sum;
    }

    /// <summary>
    /// R²: the share of the targets' variance that is read; 1 for all of it, 0 for no more than their mean says, below for less.
    /// </summary>
    /// <param name="vectors">Others than those of the fit.</param>
    /// <param name="targets">Their targets.</param>
    public double Explained(IReadOnlyList<float[]> vectors, IReadOnlyList<double> targets)
    {
        double mean = targets.Average();
        double rest = 0;
        double all = 0;
        for (int row = 0; row < vectors.Count; row++)
        {
            rest += Math.Pow(targets[row] - Read(vectors[row]), 2);
            all += Math.Pow(targets[row] - mean, 2);
        }
        return 1 - rest / all;
    }

    // A x = b for a symmetric positive A, of which the lower half is read: Cholesky's L Lᵀ.
    private static double[] Solve(double[,] a, double[] b)
    {
        int size = b.Length;
        double[] x = [.. b];
        for (int j = 0; j < size; j++)
        {
            for (int k = 0; k < j; k++)
                a[j, j] -= a[j, k] * a[j, k];
            a[j, j] = Math.Sqrt(a[j, j]);
            for (int i = j + 1; i < size; i++)
            {
                for (int k = 0; k < j; k++)
                    a[i, j] -= a[i, k] * a[j, k];
                a[i, j] /= a[j, j];
            }
        }
        for (int i = 0; i < size; i++)
        {
            for (int k = 0; k < i; k++)
                x[i] -= a[i, k] * x[k];
            x[i] /= a[i, i];
        }
        for (int i = size - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < size; k++)
                x[i] -= a[k, i] * x[k];
            x[i] /= a[i, i];
        }
        return x;
    }
}
