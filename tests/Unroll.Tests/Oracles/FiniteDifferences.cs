namespace Unroll.Tests.Oracles;

/// <summary>Central differences in double precision: what an oracle's hand-written gradient is held to.</summary>
internal static class FiniteDifferences
{
    private const double Epsilon = 1e-6;

    /// <summary>
    /// Compares a gradient with (loss(v + ε) - loss(v - ε)) / 2ε for every value, which <paramref name="loss"/> reads.
    /// </summary>
    public static void Check(double[] values, double[] gradient, Func<double> loss, string what)
    {
        double[] numeric = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            double kept = values[i];
            values[i] = kept + Epsilon;
            double above = loss();
            values[i] = kept - Epsilon;
            double below = loss();
            values[i] = kept;
            numeric[i] = (above - below) / (2 * Epsilon);
        }
        Close.To(numeric, gradient, absolute: 1e-5, relative: 1e-3, what);
    }
}
