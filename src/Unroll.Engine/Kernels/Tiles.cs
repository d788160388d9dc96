using System.Runtime.CompilerServices;

namespace Unroll.Engine.Kernels;

/// <summary>
/// The innermost loops of every matrix product: a tile of 1, 2, 4, 6 or 8 rows by two vectors (8 by one where a matrix ends)
/// stays in registers while the sum runs over k.
/// </summary>
/// <remarks>
/// c[i, ·] = from[i, ·] + Σ_k a[i·aStride + k·aStep] · b[k, ·]. The sum of an element runs over k in order, whatever the tile's
/// height, so a result does not depend on how rows are cut into tiles.
/// </remarks>
internal static unsafe class Tiles<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>The tallest tile that fits: 8 or 6 rows, then 4, 2, 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Height(int rows)
    {
        // 8 rows as 4 + 4 keep more sums running at once than 6 + 2.
        if (rows >= TSimd.TileRows && (TSimd.TileRows == 8 || rows != 8))
            return TSimd.TileRows;
        return rows >= 4 ? 4 : rows >= 2 ? 2 : 1;
    }

    /// <summary>Computes one tile of the height that <see cref="Height"/> gave.</summary>
    /// <param name="height">Rows of the tile.</param>
    /// <param name="k">Length of the sum.</param>
    /// <param name="a">Left factor: element (i, k) at i·<paramref name="aStride"/> + k·<paramref name="aStep"/>.</param>
    /// <param name="aStride">From a row to the next.</param>
    /// <param name="aStep">From a term of the sum to the next.</param>
    /// <param name="b">Right factor, one panel: [k, 2·width].</param>
    /// <param name="c">Result: row i at i·<paramref name="cStride"/>; overwritten.</param>
    /// <param name="cStride">From a row to the next.</param>
    /// <param name="from">
    /// What the sum starts from: row i at i·<paramref name="fromStride"/>; may be <paramref name="c"/>.
    /// </param>
    /// <param name="fromStride">From a row to the next; 0 for one row that serves all.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compute(
        int height, int k, float* a, nint aStride, nint aStep, float* b, float* c, nint cStride, float* from, nint fromStride)
    {
        if (typeof(TSimd) == typeof(SimdWasm)
            && WasmTiles.TryCompute(height, k, a, aStride, aStep, b, c, cStride, from, fromStride))
        {
            return;
        }
        switch (height)
        {
            case 8:
                Tile8(k, a, aStride, aStep, b, c, cStride, from, fromStride);
                break;
            case 6:
                Tile6(k, a, aStride, aStep, b, c, cStride, from, fromStride);
                break;
            case 4:
                Tile4(k, a, aStride, aStep, b, c, cStride, from, fromStride);
                break;
            case 2:
                Tile2(k, a, aStride, aStep, b, c, cStride, from, fromStride);
                break;
            default:
                Tile1(k, a, aStride, aStep, b, c, cStride, from, fromStride);
                break;
        }
    }

    /// <summary>As <see cref="Compute"/>, but only the first vector of eight rows: for a matrix that ends within it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Narrow8(
        int k, float* a, nint aStride, nint aStep, float* b, float* c, nint cStride, float* from, nint fromStride)
    {
        nint width = TSimd.Width;
        TVector x0 = TSimd.Load(from), x1 = TSimd.Load(from + fromStride);
        TVector x2 = TSimd.Load(from + 2 * fromStride), x3 = TSimd.Load(from + 3 * fromStride);
        TVector x4 = TSimd.Load(from + 4 * fromStride), x5 = TSimd.Load(from + 5 * fromStride);
        TVector x6 = TSimd.Load(from + 6 * fromStride), x7 = TSimd.Load(from + 7 * fromStride);
        for (; k > 0; k--, a += aStep, b += 2 * width)
        {
            TVector x = TSimd.Load(b);
            x0 = TSimd.MultiplyAdd(TSimd.Broadcast(a[0]), x, x0);
            x1 = TSimd.MultiplyAdd(TSimd.Broadcast(a[aStride]), x, x1);
            x2 = TSimd.MultiplyAdd(TSimd.Broadcast(a[2 * aStride]), x, x2);
            x3 = TSimd.MultiplyAdd(TSimd.Broadcast(a[3 * aStride]), x, x3);
            x4 = TSimd.MultiplyAdd(TSimd.Broadcast(a[4 * aStride]), x, x4);
            x5 = TSimd.MultiplyAdd(TSimd.Broadcast(a[5 * aStride]), x, x5);
            x6 = TSimd.MultiplyAdd(TSimd.Broadcast(a[6 * aStride]), x, x6);
            x7 = TSimd.MultiplyAdd(TSimd.Broadcast(a[7 * aStride]), x, x7);
        }
        TSimd.Store(x0, c);
        TSimd.Store(x1, c + cStride);
        TSimd.Store(x2, c + 2 * cStride);
        TSimd.Store(x3, c + 3 * cStride);
        TSimd.Store(x4, c + 4 * cStride);
        TSimd.Store(x5, c + 5 * cStride);
        TSimd.Store(x6, c + 6 * cStride);
        TSimd.Store(x7, c + 7 * cStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1(
        int k, float* a, nint aStride, nint aStep, float* b, float* c, nint cStride, float* from, nint fromStride)
    {
        nint width = TSimd.Width;
        TVector x0 = TSimd.Load(from), y0 = TSimd.Load(from + width);
        for (; k > 0; k--, a += aStep, b += 2 * width)
        {
            TVector x = TSimd.Load(b), y = TSimd.Load(b + width), e;
            e = TSimd.Broadcast(a[0]);
            x0 = TSimd.MultiplyAdd(e, x, x0);
            y0 = TSimd.MultiplyAdd(e, y, y0);
        }
        TSimd.Store(x0, c);
        TSimd.Store(y0, c + width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2(
        int k, float* a, nint aStride, nint aStep, float* b, float* c, nint cStride, float* from, nint fromStride)
    {
        nint width = TSimd.Width;
        TVector x0 = TSimd.Load(from), y0 = TSimd.Load(from + width);
        TVector x1 = TSimd.Load(from + fromStride), y1 = TSimd.Load(from + fromStride + width);
        for (; k > 0; k--, a += aStep, b += 2 * width)
        {
            TVector x = TSimd.Load(b), y = TSimd.Load(b + width), e;
            e = TSimd.Broadcast(a[0]);
            x0 = TSimd.MultiplyAdd(e, x, x0);
            y0 = TSimd.MultiplyAdd(e, y, y0);
            e = TSimd.Broadcast(a[aStride]);
            x1 = TSimd.MultiplyAdd(e, x, x1);
            y1 = TSimd.MultiplyAdd(e, y, y1);
        }
        TSimd.Store(x0, c);
        TSimd.Store(y0, c + width);
        TSimd.Store(x1, c + cStride);
        TSimd.Store(y1, c + cStride + width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4(
        int k, float* a, nint aStride, nint aStep, float* b, float* c, nint cStride, float* from, nint fromStride)
    {
        nint width = TSimd.Width;
        TVector x0 = TSimd.Load(from), y0 = TSimd.Load(from + width);
        TVector x1 = TSimd.Load(from + fromStride), y1 = TSimd.Load(from + fromStride + width);
        TVector x2 = TSimd.Load(from + 2 * fromStride), y2 = TSimd.Load(from + 2 * fromStride + width);
        TVector x3 = TSimd.Load(from + 3 * fromStride), y3 = TSimd.Load(from + 3 * fromStride + width);
        for (; k > 0; k--, a += aStep, b += 2 * width)
        {
            TVector x = TSimd.Load(b), y = TSimd.Load(b + width), e;
            e = TSimd.Broadcast(a[0]);
            x0 = TSimd.MultiplyAdd(e, x, x0);
            y0 = TSimd.MultiplyAdd(e, y, y0);
            e = TSimd.Broadcast(a[aStride]);
            x1 = TSimd.MultiplyAdd(e, x, x1);
            y1 = TSimd.MultiplyAdd(e, y, y1);
            e = TSimd.Broadcast(a[2 * aStride]);
            x2 = TSimd.MultiplyAdd(e, x, x2);
            y2 = TSimd.MultiplyAdd(e, y, y2);
            e = TSimd.Broadcast(a[3 * aStride]);
            x3 = TSimd.MultiplyAdd(e, x, x3);
            y3 = TSimd.MultiplyAdd(e, y, y3);
        }
        TSimd.Store(x0, c);
        TSimd.Store(y0, c + width);
        TSimd.Store(x1, c + cStride);
        TSimd.Store(y1, c + cStride + width);
        TSimd.Store(x2, c + 2 * cStride);
        TSimd.Store(y2, c + 2 * cStride + width);
        TSimd.Store(x3, c + 3 * cStride);
        TSimd.Store(y3, c + 3 * cStride + width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile6(
        int k, float* a, nint aStride, nint aStep, float* b, float* c, nint cStride, float* from, nint fromStride)
    {
        nint width = TSimd.Width;
        TVector x0 = TSimd.Load(from), y0 = TSimd.Load(from + width);
        TVector x1 = TSimd.Load(from + fromStride), y1 = TSimd.Load(from + fromStride + width);
        TVector x2 = TSimd.Load(from + 2 * fromStride), y2 = TSimd.Load(from + 2 * fromStride + width);
        TVector x3 = TSimd.Load(from + 3 * fromStride), y3 = TSimd.Load(from + 3 * fromStride + width);
        TVector x4 = TSimd.Load(from + 4 * fromStride), y4 = TSimd.Load(from + 4 * fromStride + width);
        TVector x5 = TSimd.Load(from + 5 * fromStride), y5 = TSimd.Load(from + 5 * fromStride + width);
        for (; k > 0; k--, a += aStep, b += 2 * width)
        {
            TVector x = TSimd.Load(b), y = TSimd.Load(b + width), e;
            e = TSimd.Broadcast(a[0]);
            x0 = TSimd.MultiplyAdd(e, x, x0);
            y0 = TSimd.MultiplyAdd(e, y, y0);
            e = TSimd.Broadcast(a[aStride]);
            x1 = TSimd.MultiplyAdd(e, x, x1);
            y1 = TSimd.MultiplyAdd(e, y, y1);
            e = TSimd.Broadcast(a[2 * aStride]);
            x2 = TSimd.MultiplyAdd(e, x, x2);
            y2 = TSimd.MultiplyAdd(e, y, y2);
            e = TSimd.Broadcast(a[3 * aStride]);
            x3 = TSimd.MultiplyAdd(e, x, x3);
            y3 = TSimd.MultiplyAdd(e, y, y3);
            e = TSimd.Broadcast(a[4 * aStride]);
            x4 = TSimd.MultiplyAdd(e, x, x4);
            y4 = TSimd.MultiplyAdd(e, y, y4);
            e = TSimd.Broadcast(a[5 * aStride]);
            x5 = TSimd.MultiplyAdd(e, x, x5);
            y5 = TSimd.MultiplyAdd(e, y, y5);
        }
        TSimd.Store(x0, c);
        TSimd.Store(y0, c + width);
        TSimd.Store(x1, c + cStride);
        TSimd.Store(y1, c + cStride + width);
        TSimd.Store(x2, c + 2 * cStride);
        TSimd.Store(y2, c + 2 * cStride + width);
        TSimd.Store(x3, c + 3 * cStride);
        TSimd.Store(y3, c + 3 * cStride + width);
        TSimd.Store(x4, c + 4 * cStride);
        TSimd.Store(y4, c + 4 * cStride + width);
        TSimd.Store(x5, c + 5 * cStride);
        TSimd.Store(y5, c + 5 * cStride + width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8(
        int k, float* a, nint aStride, nint aStep, float* b, float* c, nint cStride, float* from, nint fromStride)
    {
        nint width = TSimd.Width;
        TVector x0 = TSimd.Load(from), y0 = TSimd.Load(from + width);
        TVector x1 = TSimd.Load(from + fromStride), y1 = TSimd.Load(from + fromStride + width);
        TVector x2 = TSimd.Load(from + 2 * fromStride), y2 = TSimd.Load(from + 2 * fromStride + width);
        TVector x3 = TSimd.Load(from + 3 * fromStride), y3 = TSimd.Load(from + 3 * fromStride + width);
        TVector x4 = TSimd.Load(from + 4 * fromStride), y4 = TSimd.Load(from + 4 * fromStride + width);
        TVector x5 = TSimd.Load(from + 5 * fromStride), y5 = TSimd.Load(from + 5 * fromStride + width);
        TVector x6 = TSimd.Load(from + 6 * fromStride), y6 = TSimd.Load(from + 6 * fromStride + width);
        TVector x7 = TSimd.Load(from + 7 * fromStride), y7 = TSimd.Load(from + 7 * fromStride + width);
        for (; k > 0; k--, a += aStep, b += 2 * width)
        {
            TVector x = TSimd.Load(b), y = TSimd.Load(b + width), e;
            e = TSimd.Broadcast(a[0]);
            x0 = TSimd.MultiplyAdd(e, x, x0);
            y0 = TSimd.MultiplyAdd(e, y, y0);
            e = TSimd.Broadcast(a[aStride]);
            x1 = TSimd.MultiplyAdd(e, x, x1);
            y1 = TSimd.MultiplyAdd(e, y, y1);
            e = TSimd.Broadcast(a[2 * aStride]);
            x2 = TSimd.MultiplyAdd(e, x, x2);
            y2 = TSimd.MultiplyAdd(e, y, y2);
            e = TSimd.Broadcast(a[3 * aStride]);
            x3 = TSimd.MultiplyAdd(e, x, x3);
            y3 = TSimd.MultiplyAdd(e, y, y3);
            e = TSimd.Broadcast(a[4 * aStride]);
            x4 = TSimd.MultiplyAdd(e, x, x4);
            y4 = TSimd.MultiplyAdd(e, y, y4);
            e = TSimd.Broadcast(a[5 * aStride]);
            x5 = TSimd.MultiplyAdd(e, x, x5);
            y5 = TSimd.MultiplyAdd(e, y, y5);
            e = TSimd.Broadcast(a[6 * aStride]);
            x6 = TSimd.MultiplyAdd(e, x, x6);
            y6 = TSimd.MultiplyAdd(e, y, y6);
            e = TSimd.Broadcast(a[7 * aStride]);
            x7 = TSimd.MultiplyAdd(e, x, x7);
            y7 = TSimd.MultiplyAdd(e, y, y7);
        }
        TSimd.Store(x0, c);
        TSimd.Store(y0, c + width);
        TSimd.Store(x1, c + cStride);
        TSimd.Store(y1, c + cStride + width);
        TSimd.Store(x2, c + 2 * cStride);
        TSimd.Store(y2, c + 2 * cStride + width);
        TSimd.Store(x3, c + 3 * cStride);
        TSimd.Store(y3, c + 3 * cStride + width);
        TSimd.Store(x4, c + 4 * cStride);
        TSimd.Store(y4, c + 4 * cStride + width);
        TSimd.Store(x5, c + 5 * cStride);
        TSimd.Store(y5, c + 5 * cStride + width);
        TSimd.Store(x6, c + 6 * cStride);
        TSimd.Store(y6, c + 6 * cStride + width);
        TSimd.Store(x7, c + 7 * cStride);
        TSimd.Store(y7, c + 7 * cStride + width);
    }
}
