using System.Runtime.CompilerServices;

namespace Unroll.Engine.Kernels;

/// <summary>
/// The innermost loops of every matrix product: a tile of 1, 2, 4, 6 or 8 rows by two vectors (8 by one where a matrix ends) stays
/// in registers while the sum runs over k.
/// </summary>
/// <remarks>
/// c[i, ·] = from[i, ·] + Σ_k a[i·aRow + k·aStep] · b[k, ·]. The sum of an element runs over k in order, whatever the tile's
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
    /// <param name="a">Left factor: element (i, k) at i·<paramref name="aRow"/> + k·<paramref name="aStep"/>.</param>
    /// <param name="aRow">From a row to the next.</param>
    /// <param name="aStep">From a term of the sum to the next.</param>
    /// <param name="b">Right factor, one panel: [k, 2·width].</param>
    /// <param name="c">Result: row i at i·<paramref name="cRow"/>; overwritten.</param>
    /// <param name="cRow">From a row to the next.</param>
    /// <param name="from">What the sum starts from: row i at i·<paramref name="fromRow"/>; may be <paramref name="c"/>.</param>
    /// <param name="fromRow">From a row to the next; 0 for one row that serves all.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compute(
        int height, int k, float* a, nint aRow, nint aStep, float* b, float* c, nint cRow, float* from, nint fromRow)
    {
        switch (height)
        {
            case 8:
                Tile8(k, a, aRow, aStep, b, c, cRow, from, fromRow);
                break;
            case 6:
                Tile6(k, a, aRow, aStep, b, c, cRow, from, fromRow);
                break;
            case 4:
                Tile4(k, a, aRow, aStep, b, c, cRow, from, fromRow);
                break;
            case 2:
                Tile2(k, a, aRow, aStep, b, c, cRow, from, fromRow);
                break;
            default:
                Tile1(k, a, aRow, aStep, b, c, cRow, from, fromRow);
                break;
        }
    }

    /// <summary>As <see cref="Compute"/>, but only the first vector of eight rows: for a matrix that ends within it.</summary>
    public static void Narrow8(int k, float* a, nint aRow, nint aStep, float* b, float* c, nint cRow, float* from, nint fromRow)
    {
        nint width = TSimd.Width;
        TVector x0 = TSimd.Load(from), x1 = TSimd.Load(from + fromRow);
        TVector x2 = TSimd.Load(from + 2 * fromRow), x3 = TSimd.Load(from + 3 * fromRow);
        TVector x4 = TSimd.Load(from + 4 * fromRow), x5 = TSimd.Load(from + 5 * fromRow);
        TVector x6 = TSimd.Load(from + 6 * fromRow), x7 = TSimd.Load(from + 7 * fromRow);
        for (; k > 0; k--, a += aStep, b += 2 * width)
        {
            TVector x = TSimd.Load(b);
            x0 = TSimd.MultiplyAdd(TSimd.Broadcast(a[0]), x, x0);
            x1 = TSimd.MultiplyAdd(TSimd.Broadcast(a[aRow]), x, x1);
            x2 = TSimd.MultiplyAdd(TSimd.Broadcast(a[2 * aRow]), x, x2);
            x3 = TSimd.MultiplyAdd(TSimd.Broadcast(a[3 * aRow]), x, x3);
            x4 = TSimd.MultiplyAdd(TSimd.Broadcast(a[4 * aRow]), x, x4);
            x5 = TSimd.MultiplyAdd(TSimd.Broadcast(a[5 * aRow]), x, x5);
            x6 = TSimd.MultiplyAdd(TSimd.Broadcast(a[6 * aRow]), x, x6);
            x7 = TSimd.MultiplyAdd(TSimd.Broadcast(a[7 * aRow]), x, x7);
        }
        TSimd.Store(x0, c);
        TSimd.Store(x1, c + cRow);
        TSimd.Store(x2, c + 2 * cRow);
        TSimd.Store(x3, c + 3 * cRow);
        TSimd.Store(x4, c + 4 * cRow);
        TSimd.Store(x5, c + 5 * cRow);
        TSimd.Store(x6, c + 6 * cRow);
        TSimd.Store(x7, c + 7 * cRow);
    }

    private static void Tile1(int k, float* a, nint aRow, nint aStep, float* b, float* c, nint cRow, float* from, nint fromRow)
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

    private static void Tile2(int k, float* a, nint aRow, nint aStep, float* b, float* c, nint cRow, float* from, nint fromRow)
    {
        nint width = TSimd.Width;
        TVector x0 = TSimd.Load(from), y0 = TSimd.Load(from + width);
        TVector x1 = TSimd.Load(from + fromRow), y1 = TSimd.Load(from + fromRow + width);
        for (; k > 0; k--, a += aStep, b += 2 * width)
        {
            TVector x = TSimd.Load(b), y = TSimd.Load(b + width), e;
            e = TSimd.Broadcast(a[0]);
            x0 = TSimd.MultiplyAdd(e, x, x0);
            y0 = TSimd.MultiplyAdd(e, y, y0);
            e = TSimd.Broadcast(a[aRow]);
            x1 = TSimd.MultiplyAdd(e, x, x1);
            y1 = TSimd.MultiplyAdd(e, y, y1);
        }
        TSimd.Store(x0, c);
        TSimd.Store(y0, c + width);
        TSimd.Store(x1, c + cRow);
        TSimd.Store(y1, c + cRow + width);
    }

    private static void Tile4(int k, float* a, nint aRow, nint aStep, float* b, float* c, nint cRow, float* from, nint fromRow)
    {
        nint width = TSimd.Width;
        TVector x0 = TSimd.Load(from), y0 = TSimd.Load(from + width);
        TVector x1 = TSimd.Load(from + fromRow), y1 = TSimd.Load(from + fromRow + width);
        TVector x2 = TSimd.Load(from + 2 * fromRow), y2 = TSimd.Load(from + 2 * fromRow + width);
        TVector x3 = TSimd.Load(from + 3 * fromRow), y3 = TSimd.Load(from + 3 * fromRow + width);
        for (; k > 0; k--, a += aStep, b += 2 * width)
        {
            TVector x = TSimd.Load(b), y = TSimd.Load(b + width), e;
            e = TSimd.Broadcast(a[0]);
            x0 = TSimd.MultiplyAdd(e, x, x0);
            y0 = TSimd.MultiplyAdd(e, y, y0);
            e = TSimd.Broadcast(a[aRow]);
            x1 = TSimd.MultiplyAdd(e, x, x1);
            y1 = TSimd.MultiplyAdd(e, y, y1);
            e = TSimd.Broadcast(a[2 * aRow]);
            x2 = TSimd.MultiplyAdd(e, x, x2);
            y2 = TSimd.MultiplyAdd(e, y, y2);
            e = TSimd.Broadcast(a[3 * aRow]);
            x3 = TSimd.MultiplyAdd(e, x, x3);
            y3 = TSimd.MultiplyAdd(e, y, y3);
        }
        TSimd.Store(x0, c);
        TSimd.Store(y0, c + width);
        TSimd.Store(x1, c + cRow);
        TSimd.Store(y1, c + cRow + width);
        TSimd.Store(x2, c + 2 * cRow);
        TSimd.Store(y2, c + 2 * cRow + width);
        TSimd.Store(x3, c + 3 * cRow);
        TSimd.Store(y3, c + 3 * cRow + width);
    }

    private static void Tile6(int k, float* a, nint aRow, nint aStep, float* b, float* c, nint cRow, float* from, nint fromRow)
    {
        nint width = TSimd.Width;
        TVector x0 = TSimd.Load(from), y0 = TSimd.Load(from + width);
        TVector x1 = TSimd.Load(from + fromRow), y1 = TSimd.Load(from + fromRow + width);
        TVector x2 = TSimd.Load(from + 2 * fromRow), y2 = TSimd.Load(from + 2 * fromRow + width);
        TVector x3 = TSimd.Load(from + 3 * fromRow), y3 = TSimd.Load(from + 3 * fromRow + width);
        TVector x4 = TSimd.Load(from + 4 * fromRow), y4 = TSimd.Load(from + 4 * fromRow + width);
        TVector x5 = TSimd.Load(from + 5 * fromRow), y5 = TSimd.Load(from + 5 * fromRow + width);
        for (; k > 0; k--, a += aStep, b += 2 * width)
        {
            TVector x = TSimd.Load(b), y = TSimd.Load(b + width), e;
            e = TSimd.Broadcast(a[0]);
            x0 = TSimd.MultiplyAdd(e, x, x0);
            y0 = TSimd.MultiplyAdd(e, y, y0);
            e = TSimd.Broadcast(a[aRow]);
            x1 = TSimd.MultiplyAdd(e, x, x1);
            y1 = TSimd.MultiplyAdd(e, y, y1);
            e = TSimd.Broadcast(a[2 * aRow]);
            x2 = TSimd.MultiplyAdd(e, x, x2);
            y2 = TSimd.MultiplyAdd(e, y, y2);
            e = TSimd.Broadcast(a[3 * aRow]);
            x3 = TSimd.MultiplyAdd(e, x, x3);
            y3 = TSimd.MultiplyAdd(e, y, y3);
            e = TSimd.Broadcast(a[4 * aRow]);
            x4 = TSimd.MultiplyAdd(e, x, x4);
            y4 = TSimd.MultiplyAdd(e, y, y4);
            e = TSimd.Broadcast(a[5 * aRow]);
            x5 = TSimd.MultiplyAdd(e, x, x5);
            y5 = TSimd.MultiplyAdd(e, y, y5);
        }
        TSimd.Store(x0, c);
        TSimd.Store(y0, c + width);
        TSimd.Store(x1, c + cRow);
        TSimd.Store(y1, c + cRow + width);
        TSimd.Store(x2, c + 2 * cRow);
        TSimd.Store(y2, c + 2 * cRow + width);
        TSimd.Store(x3, c + 3 * cRow);
        TSimd.Store(y3, c + 3 * cRow + width);
        TSimd.Store(x4, c + 4 * cRow);
        TSimd.Store(y4, c + 4 * cRow + width);
        TSimd.Store(x5, c + 5 * cRow);
        TSimd.Store(y5, c + 5 * cRow + width);
    }

    private static void Tile8(int k, float* a, nint aRow, nint aStep, float* b, float* c, nint cRow, float* from, nint fromRow)
    {
        nint width = TSimd.Width;
        TVector x0 = TSimd.Load(from), y0 = TSimd.Load(from + width);
        TVector x1 = TSimd.Load(from + fromRow), y1 = TSimd.Load(from + fromRow + width);
        TVector x2 = TSimd.Load(from + 2 * fromRow), y2 = TSimd.Load(from + 2 * fromRow + width);
        TVector x3 = TSimd.Load(from + 3 * fromRow), y3 = TSimd.Load(from + 3 * fromRow + width);
        TVector x4 = TSimd.Load(from + 4 * fromRow), y4 = TSimd.Load(from + 4 * fromRow + width);
        TVector x5 = TSimd.Load(from + 5 * fromRow), y5 = TSimd.Load(from + 5 * fromRow + width);
        TVector x6 = TSimd.Load(from + 6 * fromRow), y6 = TSimd.Load(from + 6 * fromRow + width);
        TVector x7 = TSimd.Load(from + 7 * fromRow), y7 = TSimd.Load(from + 7 * fromRow + width);
        for (; k > 0; k--, a += aStep, b += 2 * width)
        {
            TVector x = TSimd.Load(b), y = TSimd.Load(b + width), e;
            e = TSimd.Broadcast(a[0]);
            x0 = TSimd.MultiplyAdd(e, x, x0);
            y0 = TSimd.MultiplyAdd(e, y, y0);
            e = TSimd.Broadcast(a[aRow]);
            x1 = TSimd.MultiplyAdd(e, x, x1);
            y1 = TSimd.MultiplyAdd(e, y, y1);
            e = TSimd.Broadcast(a[2 * aRow]);
            x2 = TSimd.MultiplyAdd(e, x, x2);
            y2 = TSimd.MultiplyAdd(e, y, y2);
            e = TSimd.Broadcast(a[3 * aRow]);
            x3 = TSimd.MultiplyAdd(e, x, x3);
            y3 = TSimd.MultiplyAdd(e, y, y3);
            e = TSimd.Broadcast(a[4 * aRow]);
            x4 = TSimd.MultiplyAdd(e, x, x4);
            y4 = TSimd.MultiplyAdd(e, y, y4);
            e = TSimd.Broadcast(a[5 * aRow]);
            x5 = TSimd.MultiplyAdd(e, x, x5);
            y5 = TSimd.MultiplyAdd(e, y, y5);
            e = TSimd.Broadcast(a[6 * aRow]);
            x6 = TSimd.MultiplyAdd(e, x, x6);
            y6 = TSimd.MultiplyAdd(e, y, y6);
            e = TSimd.Broadcast(a[7 * aRow]);
            x7 = TSimd.MultiplyAdd(e, x, x7);
            y7 = TSimd.MultiplyAdd(e, y, y7);
        }
        TSimd.Store(x0, c);
        TSimd.Store(y0, c + width);
        TSimd.Store(x1, c + cRow);
        TSimd.Store(y1, c + cRow + width);
        TSimd.Store(x2, c + 2 * cRow);
        TSimd.Store(y2, c + 2 * cRow + width);
        TSimd.Store(x3, c + 3 * cRow);
        TSimd.Store(y3, c + 3 * cRow + width);
        TSimd.Store(x4, c + 4 * cRow);
        TSimd.Store(y4, c + 4 * cRow + width);
        TSimd.Store(x5, c + 5 * cRow);
        TSimd.Store(y5, c + 5 * cRow + width);
        TSimd.Store(x6, c + 6 * cRow);
        TSimd.Store(y6, c + 6 * cRow + width);
        TSimd.Store(x7, c + 7 * cRow);
        TSimd.Store(y7, c + 7 * cRow + width);
    }
}
