namespace Unroll.Cli.Classroom;

/// <summary>When two results of different arithmetic are the same: a sheet may compute in float or in double.</summary>
/// <param name="Relative">Largest difference, as a share of what is expected.</param>
/// <param name="Rounding">Largest difference of a number near 1.</param>
internal readonly record struct Tolerance(double Relative, double Rounding)
{
    private static readonly Tolerance OfDouble = new(1e-7, 1e-14);
    private static readonly Tolerance OfFloat = new(1e-4, 5e-7);

    /// <summary>The tolerance for a sheet whose updated parameters are these.</summary>
    public static Tolerance For(LabParameters updated) =>
        Enumerable.Range(0, LabParameters.Names.Length).All(p => updated[p].Cast<double>().All(value => value == (float)value))
            ? OfFloat
            : OfDouble;

    /// <summary>Whether states or logits are the expected ones.</summary>
    public static bool AreClose(double found, double expected) =>
        Math.Abs(found - expected) <= 1e-5 * Math.Max(1, Math.Abs(expected));

    /// <summary>Whether a change is the expected one, measured over the whole table.</summary>
    /// <param name="change">What the sheet did.</param>
    /// <param name="expected">What is tried.</param>
    /// <param name="largest">The largest parameter, whose rounding both have.</param>
    public bool Fits(double[,] change, double[,] expected, double largest) =>
        Math.Sqrt(SumOfSquares(change, expected)) <= Math.Max(Relative * Math.Sqrt(SumOfSquares(expected)), Floor(expected, largest));

    /// <summary>Whether a change is too small to be told from rounding.</summary>
    public bool IsNothing(double[,] change, double largest) => Math.Sqrt(SumOfSquares(change)) <= Floor(change, largest);

    private double Floor(double[,] table, double largest) => Rounding * Math.Max(1, largest) * Math.Sqrt(table.Length);

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
