using System.Runtime.CompilerServices;

namespace Unroll.Engine.Kernels;

/// <summary>
/// The innermost loops of a product with few rows: several panels at once, because they have too few sums in one of
/// <see cref="Tiles{TSimd, TVector}"/> to keep the multiply-add units busy.
/// </summary>
internal static unsafe class RowTiles<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Two or four rows by two panels, as <see cref="TwoRows"/> and <see cref="FourRows"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pair(
        int height, int k, float* a, nint aStride, float* b, nint panel, float* c, nint cStride, float* from, nint fromStride)
    {
        if (height == 4)
            FourRows(k, a, aStride, b, panel, c, cStride, from, fromStride);
        else
            TwoRows(k, a, aStride, b, panel, c, cStride, from, fromStride);
    }

    /// <summary>Four rows by two panels: sixteen sums, for machines with more registers than that.</summary>
    /// <param name="k">Length of the sum.</param>
    /// <param name="a">Left factor: row i at i·<paramref name="aStride"/>.</param>
    /// <param name="aStride">From a row to the next.</param>
    /// <param name="b">Right factor, the first of two panels, [k, 2·width] each.</param>
    /// <param name="panel">From a panel to the next.</param>
    /// <param name="c">Result, [4, 4·width]: row i at i·<paramref name="cStride"/>; overwritten.</param>
    /// <param name="cStride">From a row to the next.</param>
    /// <param name="from">
    /// What the sum starts from: row i at i·<paramref name="fromStride"/>; may be <paramref name="c"/>.
    /// </param>
    /// <param name="fromStride">From a row to the next; 0 for one row that serves all.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FourRows(
        int k, float* a, nint aStride, float* b, nint panel, float* c, nint cStride, float* from, nint fromStride)
    {
        nint w = TSimd.Width;
        float* f1 = from + fromStride, f2 = f1 + fromStride, f3 = f2 + fromStride;
        TVector p0 = TSimd.Load(from), q0 = TSimd.Load(from + w), r0 = TSimd.Load(from + 2 * w), s0 = TSimd.Load(from + 3 * w);
        TVector p1 = TSimd.Load(f1), q1 = TSimd.Load(f1 + w), r1 = TSimd.Load(f1 + 2 * w), s1 = TSimd.Load(f1 + 3 * w);
        TVector p2 = TSimd.Load(f2), q2 = TSimd.Load(f2 + w), r2 = TSimd.Load(f2 + 2 * w), s2 = TSimd.Load(f2 + 3 * w);
        TVector p3 = TSimd.Load(f3), q3 = TSimd.Load(f3 + w), r3 = TSimd.Load(f3 + 2 * w), s3 = TSimd.Load(f3 + 3 * w);
        for (; k > 0; k--, a++, b += 2 * w)
        {
            TVector p = TSimd.Load(b), q = TSimd.Load(b + w), r = TSimd.Load(b + panel), s = TSimd.Load(b + panel + w), e;
            e = TSimd.Broadcast(a[0]);
            p0 = TSimd.MultiplyAdd(e, p, p0);
            q0 = TSimd.MultiplyAdd(e, q, q0);
            r0 = TSimd.MultiplyAdd(e, r, r0);
            s0 = TSimd.MultiplyAdd(e, s, s0);
            e = TSimd.Broadcast(a[aStride]);
            p1 = TSimd.MultiplyAdd(e, p, p1);
            q1 = TSimd.MultiplyAdd(e, q, q1);
            r1 = TSimd.MultiplyAdd(e, r, r1);
            s1 = TSimd.MultiplyAdd(e, s, s1);
            e = TSimd.Broadcast(a[2 * aStride]);
            p2 = TSimd.MultiplyAdd(e, p, p2);
            q2 = TSimd.MultiplyAdd(e, q, q2);
            r2 = TSimd.MultiplyAdd(e, r, r2);
            s2 = TSimd.MultiplyAdd(e, s, s2);
            e = TSimd.Broadcast(a[3 * aStride]);
            p3 = TSimd.MultiplyAdd(e, p, p3);
            q3 = TSimd.MultiplyAdd(e, q, q3);
            r3 = TSimd.MultiplyAdd(e, r, r3);
            s3 = TSimd.MultiplyAdd(e, s, s3);
        }
        StoreFour(p0, q0, r0, s0, c);
        StoreFour(p1, q1, r1, s1, c + cStride);
        StoreFour(p2, q2, r2, s2, c + 2 * cStride);
        StoreFour(p3, q3, r3, s3, c + 3 * cStride);
    }

    /// <summary>Two rows by two panels, as <see cref="FourRows"/>.</summary>
    /// <param name="k">Length of the sum.</param>
    /// <param name="a">Left factor: row i at i·<paramref name="aStride"/>.</param>
    /// <param name="aStride">From a row to the next.</param>
    /// <param name="b">Right factor, the first of two panels, [k, 2·width] each.</param>
    /// <param name="panel">From a panel to the next.</param>
    /// <param name="c">Result, [2, 4·width]: row i at i·<paramref name="cStride"/>; overwritten.</param>
    /// <param name="cStride">From a row to the next.</param>
    /// <param name="from">
    /// What the sum starts from: row i at i·<paramref name="fromStride"/>; may be <paramref name="c"/>.
    /// </param>
    /// <param name="fromStride">From a row to the next; 0 for one row that serves all.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TwoRows(
        int k, float* a, nint aStride, float* b, nint panel, float* c, nint cStride, float* from, nint fromStride)
    {
        nint w = TSimd.Width;
        float* f1 = from + fromStride;
        TVector p0 = TSimd.Load(from), q0 = TSimd.Load(from + w), r0 = TSimd.Load(from + 2 * w), s0 = TSimd.Load(from + 3 * w);
        TVector p1 = TSimd.Load(f1), q1 = TSimd.Load(f1 + w), r1 = TSimd.Load(f1 + 2 * w), s1 = TSimd.Load(f1 + 3 * w);
        for (; k > 0; k--, a++, b += 2 * w)
        {
            TVector p = TSimd.Load(b), q = TSimd.Load(b + w), r = TSimd.Load(b + panel), s = TSimd.Load(b + panel + w), e;
            e = TSimd.Broadcast(a[0]);
            p0 = TSimd.MultiplyAdd(e, p, p0);
            q0 = TSimd.MultiplyAdd(e, q, q0);
            r0 = TSimd.MultiplyAdd(e, r, r0);
            s0 = TSimd.MultiplyAdd(e, s, s0);
            e = TSimd.Broadcast(a[aStride]);
            p1 = TSimd.MultiplyAdd(e, p, p1);
            q1 = TSimd.MultiplyAdd(e, q, q1);
            r1 = TSimd.MultiplyAdd(e, r, r1);
            s1 = TSimd.MultiplyAdd(e, s, s1);
        }
        StoreFour(p0, q0, r0, s0, c);
        StoreFour(p1, q1, r1, s1, c + cStride);
    }

    /// <summary>One row by four panels.</summary>
    /// <param name="k">Length of the sum.</param>
    /// <param name="a">Left factor, [k].</param>
    /// <param name="b">Right factor, the first of four panels, [k, 2·width] each.</param>
    /// <param name="panel">From a panel to the next.</param>
    /// <param name="c">Result, [8·width]; overwritten.</param>
    /// <param name="from">What the sum starts from, [8·width]; may be <paramref name="c"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WideRow(int k, float* a, float* b, nint panel, float* c, float* from)
    {
        nint width = TSimd.Width;
        TVector s = TSimd.Load(from), t = TSimd.Load(from + width);
        TVector u = TSimd.Load(from + 2 * width), v = TSimd.Load(from + 3 * width);
        TVector w = TSimd.Load(from + 4 * width), x = TSimd.Load(from + 5 * width);
        TVector y = TSimd.Load(from + 6 * width), z = TSimd.Load(from + 7 * width);
        float* b1 = b + panel, b2 = b1 + panel, b3 = b2 + panel;
        for (nint i = 0; k > 0; k--, a++, i += 2 * width)
        {
            TVector e = TSimd.Broadcast(*a);
            s = TSimd.MultiplyAdd(e, TSimd.Load(b + i), s);
            t = TSimd.MultiplyAdd(e, TSimd.Load(b + i + width), t);
            u = TSimd.MultiplyAdd(e, TSimd.Load(b1 + i), u);
            v = TSimd.MultiplyAdd(e, TSimd.Load(b1 + i + width), v);
            w = TSimd.MultiplyAdd(e, TSimd.Load(b2 + i), w);
            x = TSimd.MultiplyAdd(e, TSimd.Load(b2 + i + width), x);
            y = TSimd.MultiplyAdd(e, TSimd.Load(b3 + i), y);
            z = TSimd.MultiplyAdd(e, TSimd.Load(b3 + i + width), z);
        }
        TSimd.Store(s, c);
        TSimd.Store(t, c + width);
        TSimd.Store(u, c + 2 * width);
        TSimd.Store(v, c + 3 * width);
        TSimd.Store(w, c + 4 * width);
        TSimd.Store(x, c + 5 * width);
        TSimd.Store(y, c + 6 * width);
        TSimd.Store(z, c + 7 * width);
    }

    /// <summary>One row by two panels, as <see cref="WideRow"/>.</summary>
    /// <param name="k">Length of the sum.</param>
    /// <param name="a">Left factor, [k].</param>
    /// <param name="b">Right factor, the first of two panels, [k, 2·width] each.</param>
    /// <param name="panel">From a panel to the next.</param>
    /// <param name="c">Result, [4·width]; overwritten.</param>
    /// <param name="from">What the sum starts from, [4·width]; may be <paramref name="c"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PairRow(int k, float* a, float* b, nint panel, float* c, float* from)
    {
        nint width = TSimd.Width;
        TVector w = TSimd.Load(from), x = TSimd.Load(from + width);
        TVector y = TSimd.Load(from + 2 * width), z = TSimd.Load(from + 3 * width);
        for (; k > 0; k--, a++, b += 2 * width)
        {
            TVector e = TSimd.Broadcast(*a);
            w = TSimd.MultiplyAdd(e, TSimd.Load(b), w);
            x = TSimd.MultiplyAdd(e, TSimd.Load(b + width), x);
            y = TSimd.MultiplyAdd(e, TSimd.Load(b + panel), y);
            z = TSimd.MultiplyAdd(e, TSimd.Load(b + panel + width), z);
        }
        TSimd.Store(w, c);
        TSimd.Store(x, c + width);
        TSimd.Store(y, c + 2 * width);
        TSimd.Store(z, c + 3 * width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFour(TVector p, TVector q, TVector r, TVector s, float* c)
    {
        TSimd.Store(p, c);
        TSimd.Store(q, c + TSimd.Width);
        TSimd.Store(r, c + 2 * TSimd.Width);
        TSimd.Store(s, c + 3 * TSimd.Width);
    }
}
