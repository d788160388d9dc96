
namespace Unroll.Engine.Dynamics;

/// <summary>
/// How much a matrix stretches vectors: at most (largest singular value) and in the long run (spectral radius). Plain algorithms
/// in double precision for the sizes of hidden states, where experiments want every digit; while training,
/// <see cref="RecurrentSpectrum"/> is fast enough to be asked after each epoch.
/// </summary>
public static class Spectrum
{
    // The 2⁴⁰-th root takes what is not the radius, such as the power of n of a defective matrix, to about 1e-12 of it.
    private const int Squarings = 40;
    private const int MostIterations = 1000;
    private const double Tolerance = 1e-13;

    /// <summary>The largest size of an eigenvalue, complex ones included.</summary>
    /// <remarks>
    /// Gelfand's formula, ρ(A) = lim ‖Aⁿ‖^(1/n), with n = 2⁴⁰: the matrix is squared forty times, each time divided by its norm.
    /// It needs no single largest eigenvalue, as power iteration does, and O(n³) a squaring.
    /// </remarks>
    /// <param name="matrix">[n,n], row-major.</param>
    /// <param name="size">n.</param>
    /// <exception cref="ArgumentException">There are not n² values.</exception>
    public static double SpectralRadius(ReadOnlySpan<double> matrix, int size)
    {
        Require(matrix, size, size);
        double[] power = matrix.ToArray();
        double[] square = new double[power.Length];
        double logarithm = 0;
        double share = 1;
        for (int i = 0; i < Squarings; i++)
        {
            double norm = Norm(power);
            if (norm == 0 || !double.IsFinite(norm))
                return norm;
            logarithm += share * Math.Log(norm);
            for (int j = 0; j < power.Length; j++)
                power[j] /= norm;
            Square(power, square, size);
            (power, square) = (square, power);
            share /= 2;
        }
        return Math.Exp(logarithm);
    }

    /// <summary>The most that the matrix stretches a vector, ‖A‖₂, by power iteration on AᵀA.</summary>
    /// <param name="matrix">[rows,columns], row-major.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <exception cref="ArgumentException">There are not rows·columns values.</exception>
    public static double LargestSingularValue(ReadOnlySpan<double> matrix, int rows, int columns)
    {
        Require(matrix, rows, columns);
        double scale = Norm(matrix);
        if (scale == 0 || !double.IsFinite(scale))
            return scale;
        // The rows' sum of squares by column leans towards the vector that is sought; the slope leaves no direction out.
        double[] v = new double[columns];
        for (int j = 0; j < columns; j++)
            v[j] = 1 + (double)j / columns;
        double[] image = new double[rows];
        double value = 0;
        for (int i = 0; i < MostIterations; i++)
        {
            Divide(v, Norm(v));
            for (int row = 0; row < rows; row++)
                image[row] = Dot(matrix.Slice(row * columns, columns), v) / scale;
            double next = Norm(image);
            v.AsSpan().Clear();
            for (int row = 0; row < rows; row++)
                AddScaled(matrix.Slice(row * columns, columns), image[row] / scale, v);
            if (Math.Abs(next - value) <= Tolerance * next || Norm(v) == 0)
                return next * scale;
            value = next;
        }
        return value * scale;
    }

    private static void Square(double[] a, double[] product, int size)
    {
        product.AsSpan().Clear();
        for (int row = 0; row < size; row++)
        {
            Span<double> sum = product.AsSpan(row * size, size);
            for (int k = 0; k < size; k++)
                AddScaled(a.AsSpan(k * size, size), a[row * size + k], sum);
        }
    }

    private static void AddScaled(ReadOnlySpan<double> x, double scale, Span<double> y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] += scale * x[i];
    }

    private static void Divide(Span<double> x, double divisor)
    {
        foreach (ref double value in x)
            value /= divisor;
    }

    private static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
            sum += x[i] * y[i];
        return sum;
    }

    private static double Norm(ReadOnlySpan<double> x) => Math.Sqrt(Dot(x, x));

    private static void Require(ReadOnlySpan<double> matrix, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        if (matrix.Length != (long)rows * columns)
            throw new ArgumentException($"{matrix.Length} values, expected rows·columns = {rows}·{columns}", nameof(matrix));
    }
}
