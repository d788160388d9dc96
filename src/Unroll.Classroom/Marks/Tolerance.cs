using Unroll.Classroom.Equations;

namespace Unroll.Classroom.Marks;

/// <summary>How far a sheet's numbers may be from ours: a sheet may compute in float or in double.</summary>
/// <param name="Relative">The largest difference as a share of the expected change.</param>
/// <param name="Rounding">The largest rounding error of a number near 1.</param>
internal readonly record struct Tolerance(double Relative, double Rounding)
{
    private static readonly Tolerance OfDouble = new(1e-7, 1e-14);
    private static readonly Tolerance OfFloat = new(1e-4, 5e-7);

    /// <summary>Whether it is that of a sheet that computes in float.</summary>
    public bool IsFloat => this == OfFloat;

    /// <summary>The tolerance for a sheet with these updated parameters: if all are floats, it computes in float.</summary>
    public static Tolerance For(LabParameters updated)
    {
        IEnumerable<double> values = Enumerable.Range(0, LabParameters.Count).SelectMany(p => updated[p].Cast<double>());
        return For(values);
    }

    /// <summary>The tolerance for a sheet with such numbers.</summary>
    public static Tolerance For(IEnumerable<double> values) =>
        values.All(value => value == (float)value) ? OfFloat : OfDouble;

    /// <summary>Whether a state or a logit is near the expected one: the same but for a rough way to compute it.</summary>
    public static bool AreClose(double found, double expected) =>
        Math.Abs(found - expected) <= 1e-5 * Math.Max(1, Math.Abs(expected));

    /// <summary>Whether a state or a logit is the expected one but for rounding.</summary>
    public bool AreEqual(double found, double expected) =>
        Math.Abs(found - expected) <= (IsFloat ? 2e-6 : 1e-12) * Math.Max(1, Math.Abs(expected));

    /// <summary>Whether the change of a parameter is the expected one, measured over the whole table.</summary>
    /// <param name="change">What the sheet did.</param>
    /// <param name="expected">What it should have done, or what a mistake would have done.</param>
    /// <param name="largest">The parameter's largest number, which sets the size of rounding errors.</param>
    public bool Fits(double[,] change, double[,] expected, double largest)
    {
        double distance = Math.Sqrt(SumOfSquares(change, expected));
        return distance <= Math.Max(Relative * Math.Sqrt(SumOfSquares(expected)), RoundingError(expected, largest));
    }

    /// <summary>Whether a change is so small that it may be rounding.</summary>
    public bool IsRounding(double[,] change, double largest) => Math.Sqrt(SumOfSquares(change)) <= RoundingError(change, largest);

    private double RoundingError(double[,] table, double largest) =>
        Rounding * Math.Max(1, largest) * Math.Sqrt(table.Length);

    private static double SumOfSquares(double[,] a, double[,]? b = null)
    {
        double sum = 0;
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int j = 0; j < a.GetLength(1); j++)
            {
                double difference = a[i, j] - (b?[i, j] ?? 0);
                sum += difference * difference;
            }
        }
        return sum;
    }
}
