namespace Unroll.Engine.Kernels;

/// <summary>
/// The vector operations that kernels are written in, once for every width. An implementation is a type without values, so the
/// compiler makes a kernel of its own from each and the calls vanish.
/// </summary>
/// <typeparam name="TVector">
/// The vector: <c>Vector512</c>, <c>Vector256</c> or <c>Vector128</c> of floats, or one float.
/// </typeparam>
internal unsafe interface ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Floats in a vector.</summary>
    static abstract int Width { get; }

    /// <summary>Rows of the tile of a matrix product: as many as the registers hold beside two columns of vectors.</summary>
    static abstract int TileRows { get; }

    static abstract TVector Zero { get; }

    static abstract TVector Load(float* source);

    /// <summary>Whole numbers of 16 bits, as floats.</summary>
    static abstract TVector LoadWhole(short* source);

    static abstract void Store(TVector value, float* destination);

    static abstract TVector Broadcast(float value);

    /// <summary>a·b + c with one rounding.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    static abstract TVector SquareRoot(TVector a);

    /// <summary>The larger of each pair; b where either is NaN (on ARM64: NaN).</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>The smaller of each pair; b where either is NaN (on ARM64: NaN).</summary>
    static abstract TVector Min(TVector a, TVector b);

    static abstract TVector Abs(TVector a);

    /// <summary>The nearest whole number, halves to even.</summary>
    static abstract TVector Round(TVector a);

    /// <summary>a·2^n for a whole n that keeps the result a normal number.</summary>
    static abstract TVector ScaleByPowerOfTwo(TVector a, TVector n);

    /// <summary>
    /// <paramref name="whenLess"/> where a &lt; b, else <paramref name="otherwise"/> (also where a or b is NaN).
    /// </summary>
    static abstract TVector SelectLess(TVector a, TVector b, TVector whenLess, TVector otherwise);

    /// <summary>The size of the first with the sign of the second.</summary>
    static abstract TVector CopySign(TVector size, TVector sign);
}
