using System.Runtime.CompilerServices;

namespace Unroll.Engine.Kernels;

/// <summary>How the elements of a packed matrix are read as floats.</summary>
internal unsafe interface IElements<TElement, TVector>
    where TElement : unmanaged
    where TVector : unmanaged
{
    /// <summary>A vector of elements.</summary>
    static abstract TVector Load(TElement* source);

    /// <summary>A left factor, times what an element is worth.</summary>
    static abstract float Scale(float factor, float unit);
}

/// <summary>Elements that are floats, of which each is worth itself.</summary>
internal readonly unsafe struct SingleElements<TSimd, TVector> : IElements<float, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load(float* source) => TSimd.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Scale(float factor, float unit) => factor;
}

/// <summary>Elements that are whole numbers of 16 bits.</summary>
internal readonly unsafe struct WholeElements<TSimd, TVector> : IElements<short, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load(short* source) => TSimd.LoadWhole(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Scale(float factor, float unit) => factor * unit;
}

/// <summary>
/// The innermost loops of a single row by a packed matrix: several panels at once, because a row has too few sums in one to keep
/// the multiply-add units busy. What takes the time is to read the matrix.
/// </summary>
internal static unsafe class SingleRow<TSimd, TVector, TElement, TElements>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
    where TElement : unmanaged
    where TElements : struct, IElements<TElement, TVector>
{
    /// <summary>c = from + unit·a·b for as many of the first columns as make whole pairs of panels.</summary>
    /// <param name="n">Columns of b.</param>
    /// <param name="k">Length of the sums.</param>
    /// <param name="a">[k].</param>
    /// <param name="unit">What an element of b is worth: a power of two, so that nothing is rounded.</param>
    /// <param name="b">[k,n], packed.</param>
    /// <param name="c">[n]; overwritten.</param>
    /// <param name="from">[n]; null for zeros.</param>
    /// <param name="zeros">Eight vectors of zeros.</param>
    /// <returns>How many columns are done.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Multiply(int n, int k, float* a, float unit, TElement* b, float* c, float* from, float* zeros)
    {
        int width = 2 * TSimd.Width;
        nint panel = (nint)width * k;
        int done = 0;
        for (; done <= n - 4 * width; done += 4 * width, b += 4 * panel)
            FourPanels(k, a, unit, b, panel, c + done, from == null ? zeros : from + done);
        if (done <= n - 2 * width)
        {
            TwoPanels(k, a, unit, b, panel, c + done, from == null ? zeros : from + done);
            done += 2 * width;
        }
        return done;
    }

    /// <summary>One row by four panels.</summary>
    /// <param name="k">Length of the sum.</param>
    /// <param name="a">Left factor, [k].</param>
    /// <param name="unit">What an element of b is worth.</param>
    /// <param name="b">Right factor, the first of four panels, [k, 2·width] each.</param>
    /// <param name="panel">From a panel to the next.</param>
    /// <param name="c">Result, [8·width]; overwritten.</param>
    /// <param name="from">What the sum starts from, [8·width]; may be <paramref name="c"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FourPanels(int k, float* a, float unit, TElement* b, nint panel, float* c, float* from)
    {
        nint width = TSimd.Width;
        TVector s = TSimd.Load(from), t = TSimd.Load(from + width);
        TVector u = TSimd.Load(from + 2 * width), v = TSimd.Load(from + 3 * width);
        TVector w = TSimd.Load(from + 4 * width), x = TSimd.Load(from + 5 * width);
        TVector y = TSimd.Load(from + 6 * width), z = TSimd.Load(from + 7 * width);
        TElement* b1 = b + panel, b2 = b1 + panel, b3 = b2 + panel;
        for (nint i = 0; k > 0; k--, a++, i += 2 * width)
        {
            TVector e = TSimd.Broadcast(TElements.Scale(*a, unit));
            s = TSimd.MultiplyAdd(e, TElements.Load(b + i), s);
            t = TSimd.MultiplyAdd(e, TElements.Load(b + i + width), t);
            u = TSimd.MultiplyAdd(e, TElements.Load(b1 + i), u);
            v = TSimd.MultiplyAdd(e, TElements.Load(b1 + i + width), v);
            w = TSimd.MultiplyAdd(e, TElements.Load(b2 + i), w);
            x = TSimd.MultiplyAdd(e, TElements.Load(b2 + i + width), x);
            y = TSimd.MultiplyAdd(e, TElements.Load(b3 + i), y);
            z = TSimd.MultiplyAdd(e, TElements.Load(b3 + i + width), z);
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

    /// <summary>One row by two panels, as <see cref="FourPanels"/>.</summary>
    /// <param name="k">Length of the sum.</param>
    /// <param name="a">Left factor, [k].</param>
    /// <param name="unit">What an element of b is worth.</param>
    /// <param name="b">Right factor, the first of two panels, [k, 2·width] each.</param>
    /// <param name="panel">From a panel to the next.</param>
    /// <param name="c">Result, [4·width]; overwritten.</param>
    /// <param name="from">What the sum starts from, [4·width]; may be <paramref name="c"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TwoPanels(int k, float* a, float unit, TElement* b, nint panel, float* c, float* from)
    {
        nint width = TSimd.Width;
        TVector w = TSimd.Load(from), x = TSimd.Load(from + width);
        TVector y = TSimd.Load(from + 2 * width), z = TSimd.Load(from + 3 * width);
        for (; k > 0; k--, a++, b += 2 * width)
        {
            TVector e = TSimd.Broadcast(TElements.Scale(*a, unit));
            w = TSimd.MultiplyAdd(e, TElements.Load(b), w);
            x = TSimd.MultiplyAdd(e, TElements.Load(b + width), x);
            y = TSimd.MultiplyAdd(e, TElements.Load(b + panel), y);
            z = TSimd.MultiplyAdd(e, TElements.Load(b + panel + width), z);
        }
        TSimd.Store(w, c);
        TSimd.Store(x, c + width);
        TSimd.Store(y, c + 2 * width);
        TSimd.Store(z, c + 3 * width);
    }
}
