using System.Runtime.CompilerServices;

namespace Unroll.Engine.Kernels;

/// <summary>
/// The innermost loops of a product with a single row: several panels at once, because a row has too few sums in one of
/// <see cref="Tiles{TSimd, TVector}"/> to keep the multiply-add units busy.
/// </summary>
internal static unsafe class RowTiles<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
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
}
