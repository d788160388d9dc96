using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Wasm;

namespace Unroll.Engine.Kernels;

/// <summary>
/// Four floats in WebAssembly, whose vectors know no fused multiply-add: <see cref="MultiplyAdd"/> takes the way through double
/// precision and gives the same bits. Products of matrices have tiles of their own, <see cref="WasmTiles"/>.
/// </summary>
/// <remarks>
/// Without a compiler ahead of time the runtime interprets, and only what it knows as one vector instruction is fast: the methods
/// of <see cref="PackedSimd"/> and a few operators, but not, for example, <c>Vector128.Sqrt</c>.
/// </remarks>
internal readonly unsafe struct SimdWasm : ISimd<Vector128<float>>
{
    public static int Width => 4;

    public static int TileRows => 4;

    public static Vector128<float> Zero => Vector128<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* source) => PackedSimd.LoadVector128(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadWhole(short* source) =>
        PackedSimd.ConvertToSingle(PackedSimd.SignExtendWideningLower(PackedSimd.LoadScalarVector128((long*)source).AsInt16()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> value, float* destination) => PackedSimd.Store(destination, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    /// <inheritdoc/>
    /// <remarks>
    /// A product of two floats is exact in double precision, so the sum is rounded twice: to 53 bits, then to 24. That differs
    /// from one rounding only where the first ends halfway between two floats; then the lanes are computed one by one.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c)
    {
        Vector128<double> lower = PackedSimd.Add(PackedSimd.Multiply(Lower(a), Lower(b)), Lower(c));
        Vector128<double> upper = PackedSimd.Add(PackedSimd.Multiply(Upper(a), Upper(b)), Upper(c));
        if ((Halfway(lower) | Halfway(upper)) != 0)
            return MultiplyAddByLane(a, b, c);
        return Join(PackedSimd.ConvertToSingle(lower), PackedSimd.ConvertToSingle(upper));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => PackedSimd.Add(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => PackedSimd.Subtract(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => PackedSimd.Multiply(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Divide(Vector128<float> a, Vector128<float> b) => PackedSimd.Divide(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SquareRoot(Vector128<float> a) => PackedSimd.Sqrt(a);

    // pmax(x, y) is y where x < y, else x.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Max(Vector128<float> a, Vector128<float> b) => PackedSimd.PseudoMax(b, a);

    // pmin(x, y) is y where y < x, else x.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Min(Vector128<float> a, Vector128<float> b) => PackedSimd.PseudoMin(b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Abs(Vector128<float> a) => PackedSimd.Abs(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Round(Vector128<float> a) => PackedSimd.RoundToNearest(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ScaleByPowerOfTwo(Vector128<float> a, Vector128<float> n) =>
        PackedSimd.Add(a.AsInt32(), PackedSimd.ShiftLeft(PackedSimd.ConvertToInt32Saturate(n), 23)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SelectLess(
        Vector128<float> a, Vector128<float> b, Vector128<float> whenLess, Vector128<float> otherwise) =>
        PackedSimd.BitwiseSelect(whenLess, otherwise, PackedSimd.CompareLessThan(a, b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> CopySign(Vector128<float> size, Vector128<float> sign) =>
        PackedSimd.BitwiseSelect(sign, size, Vector128.Create(-0f));

    /// <summary>The first two floats as doubles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Lower(Vector128<float> x) => PackedSimd.ConvertToDoubleLower(x);

    /// <summary>The last two floats as doubles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Upper(Vector128<float> x) =>
        PackedSimd.ConvertToDoubleLower(Vector128.CreateScalarUnsafe(PackedSimd.ExtractScalar(x.AsInt64(), 1)).AsSingle());

    /// <summary>The first two floats of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Join(Vector128<float> lower, Vector128<float> upper) =>
        PackedSimd.ReplaceScalar(lower.AsInt64(), 1, PackedSimd.ExtractScalar(upper.AsInt64(), 0)).AsSingle();

    // Not zero where the 29 bits that a float lacks are a one and zeros: the smallest of all integers, whose size is itself.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Halfway(Vector128<double> sum) =>
        Vector128.ExtractMostSignificantBits(PackedSimd.Abs(PackedSimd.ShiftLeft(sum.AsInt64(), 35)));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector128<float> MultiplyAddByLane(Vector128<float> a, Vector128<float> b, Vector128<float> c)
    {
        float* x = (float*)&a, y = (float*)&b, z = (float*)&c;
        Vector128<float> result = default;
        for (int lane = 0; lane < Width; lane++)
            ((float*)&result)[lane] = MathF.FusedMultiplyAdd(x[lane], y[lane], z[lane]);
        return result;
    }
}
