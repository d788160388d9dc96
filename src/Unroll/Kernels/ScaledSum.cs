using System.Diagnostics;

namespace Unroll.Kernels;

/// <summary>y += a·x: the step of plain gradient descent and the inner loop of two matrix products.</summary>
public static class ScaledSum
{
    /// <summary>y += a·x, element by element.</summary>
    /// <param name="a">The factor.</param>
    /// <param name="x">Any length.</param>
    /// <param name="y">The length of <paramref name="x"/>; added to.</param>
    public static void Add(float a, ReadOnlySpan<float> x, Span<float> y)
    {
        Debug.Assert(x.Length == y.Length, $"lengths {x.Length} and {y.Length}");
        for (int i = 0; i < y.Length; i++)
            y[i] += a * x[i];
    }
}
