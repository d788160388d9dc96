namespace Unroll.Inspection;

/// <summary>
/// The orthogonal directions in which points differ most (Pearson, 1901): the first eigenvectors of their covariance, found one
/// after the other by power iteration.
/// </summary>
/// <remarks>
/// <code>
/// C = Σ_t (x_t - m)(x_t - m)ᵀ / T      v ← C v, made orthogonal to those found before, divided by its length
/// share of variance = vᵀ C v / trace C
/// </code>
/// C is never formed: C v = Σ_t (x_t - m) ((x_t - m)·v) / T.
/// </remarks>
public sealed class PrincipalComponents
{
    private const int MostIterations = 2000;
    private const double Tolerance = 1e-15;

    // Of the trace; what is left below it is rounding.
    private const double Nothing = 1e-14;

    private readonly double[] _mean;
    private readonly double[][] _centered;
    private readonly double _trace;
    private readonly List<double[]> _directions = [];

    private PrincipalComponents(double[][] points)
    {
        int width = points[0].Length;
        _mean = [.. Enumerable.Range(0, width).Select(i => points.Average(point => point[i]))];
        _centered = [.. points.Select(point => point.Select((x, i) => x - _mean[i]).ToArray())];
        _trace = _centered.Sum(x => Dot(x, x)) / points.Length;
    }

    /// <summary>m, [H].</summary>
    public IReadOnlyList<double> Mean => _mean;

    /// <summary>The directions, of length 1 and orthogonal, [count][H]; zeros where no difference is left.</summary>
    public IReadOnlyList<double[]> Directions => _directions;

    /// <summary>The share of the variance along each direction; 0 where there is none left.</summary>
    public double[] Explained => [.. _directions.Select(ShareOf)];

    /// <summary>Finds the first directions.</summary>
    /// <param name="points">At least one point, [T][H].</param>
    /// <param name="count">How many directions; those beyond the points' dimension are zero.</param>
    public static PrincipalComponents Of(double[][] points, int count)
    {
        var components = new PrincipalComponents(points);
        for (int k = 0; k < count; k++)
            components._directions.Add(components.FindNext());
        return components;
    }

    /// <summary>The share of the variance along a direction of length 1, [H].</summary>
    public double ShareOf(double[] direction) => _trace == 0 ? 0 : Dot(direction, Covariance(direction)) / _trace;

    /// <summary>[T][H] → [T][count], seen from the mean.</summary>
    public double[][] Project(double[][] points) =>
        [.. points.Select(point => _directions.Select(v => Dot(v, point) - Dot(v, _mean)).ToArray())];

    private double[] FindNext()
    {
        // The point that is farthest out in what is left: it cannot be orthogonal to all of it.
        double[] v = _centered.Select(WithoutFound).MaxBy(x => Dot(x, x))!;
        if (Dot(v, v) <= Nothing * _trace)
            return new double[v.Length];
        Normalize(v);
        for (int i = 0; i < MostIterations; i++)
        {
            double[] next = WithoutFound(Covariance(v));
            Normalize(next);
            double moved = 1 - Math.Abs(Dot(next, v));
            v = next;
            if (moved < Tolerance)
                break;
        }
        // An eigenvector has no sign; the largest entry shall be positive, so that a picture is the same each time.
        if (v.MaxBy(Math.Abs) < 0)
            v = [.. v.Select(x => -x)];
        return v;
    }

    private double[] WithoutFound(double[] x)
    {
        double[] rest = [.. x];
        foreach (double[] direction in _directions)
        {
            double along = Dot(direction, rest);
            for (int i = 0; i < rest.Length; i++)
                rest[i] -= along * direction[i];
        }
        return rest;
    }

    private double[] Covariance(double[] v)
    {
        double[] sum = new double[v.Length];
        foreach (double[] x in _centered)
        {
            double along = Dot(x, v) / _centered.Length;
            for (int i = 0; i < sum.Length; i++)
                sum[i] += along * x[i];
        }
        return sum;
    }

    private static void Normalize(double[] v)
    {
        double length = Math.Sqrt(Dot(v, v));
        for (int i = 0; i < v.Length; i++)
            v[i] /= length;
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
