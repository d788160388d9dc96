using System.Diagnostics;

namespace Unroll.Kernels;

/// <summary>Operations between a vector and every row of a matrix, and between rows picked by number.</summary>
public static class Rows
{
    /// <summary>Overwrites every row of <paramref name="matrix"/> with <paramref name="row"/>: a bias before the products are added.</summary>
    /// <param name="row">[K].</param>
    /// <param name="matrix">[M,K]; overwritten.</param>
    public static void Broadcast(ReadOnlySpan<float> row, Span<float> matrix)
    {
        Debug.Assert(matrix.Length % row.Length == 0, $"{matrix.Length} is no multiple of {row.Length}");
        for (int start = 0; start < matrix.Length; start += row.Length)
            row.CopyTo(matrix[start..]);
    }

    /// <summary>sum += the sum of the rows of <paramref name="matrix"/>: the gradient of a bias.</summary>
    /// <param name="matrix">[M,K].</param>
    /// <param name="sum">[K]; added to.</param>
    public static void AddSum(ReadOnlySpan<float> matrix, Span<float> sum)
    {
        Debug.Assert(matrix.Length % sum.Length == 0, $"{matrix.Length} is no multiple of {sum.Length}");
        for (int start = 0; start < matrix.Length; start += sum.Length)
        {
            for (int i = 0; i < sum.Length; i++)
                sum[i] += matrix[start + i];
        }
    }

    /// <summary>Row n of <paramref name="rows"/> becomes row <c>ids[n]</c> of <paramref name="table"/>.</summary>
    /// <param name="table">[V,K].</param>
    /// <param name="ids">[N], each in 0 … V-1.</param>
    /// <param name="rows">[N,K]; overwritten.</param>
    /// <param name="k">Columns of both.</param>
    public static void Gather(ReadOnlySpan<float> table, ReadOnlySpan<int> ids, Span<float> rows, int k)
    {
        for (int n = 0; n < ids.Length; n++)
            table.Slice(ids[n] * k, k).CopyTo(rows.Slice(n * k, k));
    }

    /// <summary>Row <c>ids[n]</c> of <paramref name="table"/> += row n of <paramref name="rows"/>; an id that comes twice adds twice.</summary>
    /// <param name="rows">[N,K].</param>
    /// <param name="ids">[N], each in 0 … V-1.</param>
    /// <param name="table">[V,K]; added to.</param>
    /// <param name="k">Columns of both.</param>
    public static void ScatterAdd(ReadOnlySpan<float> rows, ReadOnlySpan<int> ids, Span<float> table, int k)
    {
        for (int n = 0; n < ids.Length; n++)
            ScaledSum.Add(1, rows.Slice(n * k, k), table.Slice(ids[n] * k, k));
    }
}
