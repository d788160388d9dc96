using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Wasm;

namespace Unroll.Engine.Kernels;

/// <summary>
/// The innermost loops of a matrix product in WebAssembly: 4, 2 or 1 rows by eight columns, whose sums stand in double precision
/// and are rounded to a float after each term, as a fused multiply-add does.
/// </summary>
/// <remarks>
/// A sum that lies halfway between two floats before it is rounded may have got there by rounding; then the tile is given up. It
/// happens about once in 2^29 terms, more often where factors have few digits. What noticed it is the least of the sums' low
/// 29 bits, shifted to the sign: one instruction a pair of sums where a comparison and a jump would be three.
/// </remarks>
internal static unsafe class WasmTiles
{
    /// <summary>Computes one tile, as <see cref="Tiles{TSimd, TVector}.Compute"/>, or gives it up and writes nothing.</summary>
    /// <returns>Whether it was computed.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryCompute(
        int height, int k, float* a, nint aStride, nint aStep, float* b, float* c, nint cStride, float* from, nint fromStride)
    {
        if (height == 4)
            return FourRows(k, a, aStride, aStep, b, c, cStride, from, fromStride);
        return height == 2 ? TwoRows(k, a, aStride, aStep, b, c, cStride, from, fromStride) : OneRow(k, a, aStep, b, c, from);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool FourRows(
        int k, float* a, nint aStride, nint aStep, float* b, float* c, nint cStride, float* from, nint fromStride)
    {
        float* a1 = a + aStride, a2 = a1 + aStride, a3 = a2 + aStride;
        float* f1 = from + fromStride, f2 = f1 + fromStride, f3 = f2 + fromStride;
        Vector128<double> w0 = Load(from), x0 = Load(from + 2), y0 = Load(from + 4), z0 = Load(from + 6);
        Vector128<double> w1 = Load(f1), x1 = Load(f1 + 2), y1 = Load(f1 + 4), z1 = Load(f1 + 6);
        Vector128<double> w2 = Load(f2), x2 = Load(f2 + 2), y2 = Load(f2 + 4), z2 = Load(f2 + 6);
        Vector128<double> w3 = Load(f3), x3 = Load(f3 + 2), y3 = Load(f3 + 4), z3 = Load(f3 + 6);
        Vector128<int> least0 = default, least1 = default, least2 = default, least3 = default;
        for (; k > 0; k--, b += 8, a += aStep, a1 += aStep, a2 += aStep, a3 += aStep)
        {
            Vector128<double> w = Load(b), x = Load(b + 2), y = Load(b + 4), z = Load(b + 6), e;
            e = Broadcast(a);
            w0 = PackedSimd.Add(PackedSimd.Multiply(e, w), w0);
            least0 = Least(least0, w0);
            w0 = Rounded(w0);
            x0 = PackedSimd.Add(PackedSimd.Multiply(e, x), x0);
            least1 = Least(least1, x0);
            x0 = Rounded(x0);
            y0 = PackedSimd.Add(PackedSimd.Multiply(e, y), y0);
            least2 = Least(least2, y0);
            y0 = Rounded(y0);
            z0 = PackedSimd.Add(PackedSimd.Multiply(e, z), z0);
            least3 = Least(least3, z0);
            z0 = Rounded(z0);
            e = Broadcast(a1);
            w1 = PackedSimd.Add(PackedSimd.Multiply(e, w), w1);
            least0 = Least(least0, w1);
            w1 = Rounded(w1);
            x1 = PackedSimd.Add(PackedSimd.Multiply(e, x), x1);
            least1 = Least(least1, x1);
            x1 = Rounded(x1);
            y1 = PackedSimd.Add(PackedSimd.Multiply(e, y), y1);
            least2 = Least(least2, y1);
            y1 = Rounded(y1);
            z1 = PackedSimd.Add(PackedSimd.Multiply(e, z), z1);
            least3 = Least(least3, z1);
            z1 = Rounded(z1);
            e = Broadcast(a2);
            w2 = PackedSimd.Add(PackedSimd.Multiply(e, w), w2);
            least0 = Least(least0, w2);
            w2 = Rounded(w2);
            x2 = PackedSimd.Add(PackedSimd.Multiply(e, x), x2);
            least1 = Least(least1, x2);
            x2 = Rounded(x2);
            y2 = PackedSimd.Add(PackedSimd.Multiply(e, y), y2);
            least2 = Least(least2, y2);
            y2 = Rounded(y2);
            z2 = PackedSimd.Add(PackedSimd.Multiply(e, z), z2);
            least3 = Least(least3, z2);
            z2 = Rounded(z2);
            e = Broadcast(a3);
            w3 = PackedSimd.Add(PackedSimd.Multiply(e, w), w3);
            least0 = Least(least0, w3);
            w3 = Rounded(w3);
            x3 = PackedSimd.Add(PackedSimd.Multiply(e, x), x3);
            least1 = Least(least1, x3);
            x3 = Rounded(x3);
            y3 = PackedSimd.Add(PackedSimd.Multiply(e, y), y3);
            least2 = Least(least2, y3);
            y3 = Rounded(y3);
            z3 = PackedSimd.Add(PackedSimd.Multiply(e, z), z3);
            least3 = Least(least3, z3);
            z3 = Rounded(z3);
        }
        if (IsHalfway(PackedSimd.Min(PackedSimd.Min(least0, least1), PackedSimd.Min(least2, least3))))
            return false;
        Store(w0, x0, y0, z0, c);
        Store(w1, x1, y1, z1, c + cStride);
        Store(w2, x2, y2, z2, c + 2 * cStride);
        Store(w3, x3, y3, z3, c + 3 * cStride);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TwoRows(
        int k, float* a, nint aStride, nint aStep, float* b, float* c, nint cStride, float* from, nint fromStride)
    {
        float* a1 = a + aStride;
        float* f1 = from + fromStride;
        Vector128<double> w0 = Load(from), x0 = Load(from + 2), y0 = Load(from + 4), z0 = Load(from + 6);
        Vector128<double> w1 = Load(f1), x1 = Load(f1 + 2), y1 = Load(f1 + 4), z1 = Load(f1 + 6);
        Vector128<int> least0 = default, least1 = default, least2 = default, least3 = default;
        for (; k > 0; k--, b += 8, a += aStep, a1 += aStep)
        {
            Vector128<double> w = Load(b), x = Load(b + 2), y = Load(b + 4), z = Load(b + 6), e;
            e = Broadcast(a);
            w0 = PackedSimd.Add(PackedSimd.Multiply(e, w), w0);
            least0 = Least(least0, w0);
            w0 = Rounded(w0);
            x0 = PackedSimd.Add(PackedSimd.Multiply(e, x), x0);
            least1 = Least(least1, x0);
            x0 = Rounded(x0);
            y0 = PackedSimd.Add(PackedSimd.Multiply(e, y), y0);
            least2 = Least(least2, y0);
            y0 = Rounded(y0);
            z0 = PackedSimd.Add(PackedSimd.Multiply(e, z), z0);
            least3 = Least(least3, z0);
            z0 = Rounded(z0);
            e = Broadcast(a1);
            w1 = PackedSimd.Add(PackedSimd.Multiply(e, w), w1);
            least0 = Least(least0, w1);
            w1 = Rounded(w1);
            x1 = PackedSimd.Add(PackedSimd.Multiply(e, x), x1);
            least1 = Least(least1, x1);
            x1 = Rounded(x1);
            y1 = PackedSimd.Add(PackedSimd.Multiply(e, y), y1);
            least2 = Least(least2, y1);
            y1 = Rounded(y1);
            z1 = PackedSimd.Add(PackedSimd.Multiply(e, z), z1);
            least3 = Least(least3, z1);
            z1 = Rounded(z1);
        }
        if (IsHalfway(PackedSimd.Min(PackedSimd.Min(least0, least1), PackedSimd.Min(least2, least3))))
            return false;
        Store(w0, x0, y0, z0, c);
        Store(w1, x1, y1, z1, c + cStride);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool OneRow(int k, float* a, nint aStep, float* b, float* c, float* from)
    {
        Vector128<double> w0 = Load(from), x0 = Load(from + 2), y0 = Load(from + 4), z0 = Load(from + 6);
        Vector128<int> least0 = default, least1 = default, least2 = default, least3 = default;
        for (; k > 0; k--, b += 8, a += aStep)
        {
            Vector128<double> w = Load(b), x = Load(b + 2), y = Load(b + 4), z = Load(b + 6), e;
            e = Broadcast(a);
            w0 = PackedSimd.Add(PackedSimd.Multiply(e, w), w0);
            least0 = Least(least0, w0);
            w0 = Rounded(w0);
            x0 = PackedSimd.Add(PackedSimd.Multiply(e, x), x0);
            least1 = Least(least1, x0);
            x0 = Rounded(x0);
            y0 = PackedSimd.Add(PackedSimd.Multiply(e, y), y0);
            least2 = Least(least2, y0);
            y0 = Rounded(y0);
            z0 = PackedSimd.Add(PackedSimd.Multiply(e, z), z0);
            least3 = Least(least3, z0);
            z0 = Rounded(z0);
        }
        if (IsHalfway(PackedSimd.Min(PackedSimd.Min(least0, least1), PackedSimd.Min(least2, least3))))
            return false;
        Store(w0, x0, y0, z0, c);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Load(float* source) =>
        PackedSimd.ConvertToDoubleLower(PackedSimd.LoadScalarVector128((double*)source).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Broadcast(float* source) =>
        PackedSimd.ConvertToDoubleLower(PackedSimd.LoadScalarAndSplatVector128(source));

    /// <summary>A sum rounded to a float.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Rounded(Vector128<double> sum) =>
        PackedSimd.ConvertToDoubleLower(PackedSimd.ConvertToSingle(sum));

    /// <summary>
    /// Notes the low 29 bits of each sum, for <see cref="IsHalfway"/>; what comes of the doubles' high halves is not looked at.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Least(Vector128<int> least, Vector128<double> sum) =>
        PackedSimd.Min(least, PackedSimd.ShiftLeft(sum.AsInt32(), 3));

    /// <summary>Whether one of the sums lay halfway between two floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsHalfway(Vector128<int> least) =>
        PackedSimd.ExtractScalar(least, 0) == int.MinValue || PackedSimd.ExtractScalar(least, 2) == int.MinValue;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        Vector128<double> w, Vector128<double> x, Vector128<double> y, Vector128<double> z, float* destination)
    {
        Store(w, destination);
        Store(x, destination + 2);
        Store(y, destination + 4);
        Store(z, destination + 6);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<double> pair, float* destination) =>
        PackedSimd.StoreSelectedScalar((double*)destination, PackedSimd.ConvertToSingle(pair).AsDouble(), 0);
}
