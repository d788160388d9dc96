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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFour(TVector p, TVector q, TVector r, TVector s, float* c)
    {
        TSimd.Store(p, c);
        TSimd.Store(q, c + TSimd.Width);
        TSimd.Store(r, c + 2 * TSimd.Width);
        TSimd.Store(s, c + 3 * TSimd.Width);
    }
}
