using Xunit;

namespace Unroll.Tests;

/// <summary>Comparison of whole arrays.</summary>
internal static class Close
{
    /// <summary>|expected - actual| ≤ absolute + relative·|expected|, element by element; NaN is never close.</summary>
    public static void To(
        ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double absolute, double relative = 0, string what = "value")
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs(expected[i] - actual[i]);
            if (!(difference <= absolute + relative * Math.Abs(expected[i])))
                Assert.Fail($"{what}[{i}] is {actual[i]:R}, expected {expected[i]:R} (difference {difference:E2})");
        }
    }

    public static void To(
        ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double absolute, double relative = 0, string what = "value") =>
        To(Widen(expected), Widen(actual), absolute, relative, what);

    public static double[] Widen(ReadOnlySpan<float> values)
    {
        double[] wide = new double[values.Length];
        for (int i = 0; i < wide.Length; i++)
            wide[i] = values[i];
        return wide;
    }
}
