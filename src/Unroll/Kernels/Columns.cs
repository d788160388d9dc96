using System.Diagnostics;

namespace Unroll.Kernels;

/// <summary>Columns of a weight matrix picked by number: the product with a one-hot vector, without the product.</summary>
public static class Columns
{
    /// <summary>Row n of <paramref name="y"/> += column <c>ids[n]</c> of <paramref name="weight"/>.</summary>
    /// <param name="weight">[H,V].</param>
    /// <param name="ids">[N], each in 0 … V-1.</param>
    /// <param name="y">[N,H]; added to.</param>
    /// <param name="h">Rows of <paramref name="weight"/>.</param>
    /// <param name="v">Columns of <paramref name="weight"/>.</param>
    public static void AddGathered(ReadOnlySpan<float> weight, ReadOnlySpan<int> ids, Span<float> y, int h, int v)
    {
        Debug.Assert(weight.Length == h * v && y.Length == ids.Length * h);
        for (int n = 0; n < ids.Length; n++)
        {
            for (int i = 0; i < h; i++)
                y[n * h + i] += weight[i * v + ids[n]];
        }
    }

    /// <summary>Column <c>ids[n]</c> of <paramref name="dWeight"/> += row n of <paramref name="dy"/>.</summary>
    /// <param name="dy">[N,H].</param>
    /// <param name="ids">[N], each in 0 … V-1.</param>
    /// <param name="dWeight">[H,V]; added to.</param>
    /// <param name="h">Rows of <paramref name="dWeight"/>.</param>
    /// <param name="v">Columns of <paramref name="dWeight"/>.</param>
    public static void ScatterAdd(ReadOnlySpan<float> dy, ReadOnlySpan<int> ids, Span<float> dWeight, int h, int v)
    {
        Debug.Assert(dWeight.Length == h * v && dy.Length == ids.Length * h);
        for (int n = 0; n < ids.Length; n++)
        {
            for (int i = 0; i < h; i++)
                dWeight[i * v + ids[n]] += dy[n * h + i];
        }
    }
}
