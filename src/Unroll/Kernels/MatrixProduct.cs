using System.Diagnostics;

namespace Unroll.Kernels;

/// <summary>
/// The three products of a layer with a weight matrix, row-major, in plain loops. All of them add to their destination.
/// With weight W <c>[N,K]</c>, input x <c>[M,K]</c> and output y <c>[M,N]</c>:
/// forward y += x·Wᵀ, input gradient dx += dy·W, weight gradient dW += dyᵀ·x.
/// </summary>
public static class MatrixProduct
{
    /// <summary>y += x·Wᵀ.</summary>
    /// <param name="x">[M,K].</param>
    /// <param name="weight">[N,K].</param>
    /// <param name="y">[M,N]; added to.</param>
    /// <param name="m">Rows of <paramref name="x"/> and <paramref name="y"/>.</param>
    /// <param name="n">Rows of <paramref name="weight"/>.</param>
    /// <param name="k">Columns of <paramref name="x"/> and <paramref name="weight"/>.</param>
    public static void AddTimesTransposed(
        ReadOnlySpan<float> x, ReadOnlySpan<float> weight, Span<float> y, int m, int n, int k)
    {
        AssertShapes(x, weight, y, m * k, n * k, m * n);
        for (int row = 0; row < m; row++)
        {
            ReadOnlySpan<float> xRow = x.Slice(row * k, k);
            for (int column = 0; column < n; column++)
            {
                ReadOnlySpan<float> weightRow = weight.Slice(column * k, k);
                float sum = 0;
                for (int i = 0; i < xRow.Length; i++)
                    sum += xRow[i] * weightRow[i];
                y[row * n + column] += sum;
            }
        }
    }

    /// <summary>dx += dy·W.</summary>
    /// <param name="dy">[M,N].</param>
    /// <param name="weight">[N,K].</param>
    /// <param name="dx">[M,K]; added to.</param>
    /// <param name="m">Rows of <paramref name="dy"/> and <paramref name="dx"/>.</param>
    /// <param name="n">Rows of <paramref name="weight"/>.</param>
    /// <param name="k">Columns of <paramref name="weight"/> and <paramref name="dx"/>.</param>
    public static void AddTimes(
        ReadOnlySpan<float> dy, ReadOnlySpan<float> weight, Span<float> dx, int m, int n, int k)
    {
        AssertShapes(dy, weight, dx, m * n, n * k, m * k);
        for (int row = 0; row < m; row++)
        {
            Span<float> dxRow = dx.Slice(row * k, k);
            for (int column = 0; column < n; column++)
                ScaledSum.Add(dy[row * n + column], weight.Slice(column * k, k), dxRow);
        }
    }

    /// <summary>dW += dyᵀ·x.</summary>
    /// <param name="dy">[M,N].</param>
    /// <param name="x">[M,K].</param>
    /// <param name="dWeight">[N,K]; added to.</param>
    /// <param name="m">Rows of <paramref name="dy"/> and <paramref name="x"/>: the dimension that is summed over.</param>
    /// <param name="n">Columns of <paramref name="dy"/>.</param>
    /// <param name="k">Columns of <paramref name="x"/>.</param>
    public static void AddTransposedTimes(
        ReadOnlySpan<float> dy, ReadOnlySpan<float> x, Span<float> dWeight, int m, int n, int k)
    {
        AssertShapes(dy, x, dWeight, m * n, m * k, n * k);
        for (int row = 0; row < m; row++)
        {
            ReadOnlySpan<float> xRow = x.Slice(row * k, k);
            for (int column = 0; column < n; column++)
                ScaledSum.Add(dy[row * n + column], xRow, dWeight.Slice(column * k, k));
        }
    }

    [Conditional("DEBUG")]
    private static void AssertShapes(
        ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> c, int lengthA, int lengthB, int lengthC) =>
        Debug.Assert(
            a.Length == lengthA && b.Length == lengthB && c.Length == lengthC,
            $"lengths {a.Length}, {b.Length}, {c.Length}; expected {lengthA}, {lengthB}, {lengthC}");
}
