using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Wasm;

namespace Unroll.Engine.Kernels;

/// <summary>
/// The exponential in WebAssembly: the polynomial of <see cref="VectorMath{TSimd, TVector}"/> on two pairs of doubles that are
/// rounded to floats after each term, to the same bits.
/// </summary>
/// <remarks>
/// Called and not inlined: the runtime compiles at most 4 KB at once, and interprets what is longer.
/// </remarks>
internal static class WasmMath
{
    /// <inheritdoc cref="VectorMath{TSimd, TVector}.Exp"/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Vector128<float> Exp(Vector128<float> x)
    {
        Vector128<float> inside = SimdWasm.Min(Vector128.Create(88.3f), SimdWasm.Max(Vector128.Create(-87.3f), x));
        Vector128<float> n = PackedSimd.RoundToNearest(PackedSimd.Multiply(inside, Vector128.Create(1.44269504f)));
        Vector128<double> n1 = SimdWasm.Lower(n), n2 = SimdWasm.Upper(n);
        Vector128<double> r1 = SimdWasm.Lower(inside), r2 = SimdWasm.Upper(inside);
        Vector128<int> least1 = default, least2 = default;
        Vector128<double> c = Vector128.Create((double)-0.693359375f);
        r1 = PackedSimd.Add(PackedSimd.Multiply(n1, c), r1);
        least1 = WasmTiles.Least(least1, r1);
        r1 = WasmTiles.Rounded(r1);
        r2 = PackedSimd.Add(PackedSimd.Multiply(n2, c), r2);
        least2 = WasmTiles.Least(least2, r2);
        r2 = WasmTiles.Rounded(r2);
        c = Vector128.Create((double)2.12194440e-4f);
        r1 = PackedSimd.Add(PackedSimd.Multiply(n1, c), r1);
        least1 = WasmTiles.Least(least1, r1);
        r1 = WasmTiles.Rounded(r1);
        r2 = PackedSimd.Add(PackedSimd.Multiply(n2, c), r2);
        least2 = WasmTiles.Least(least2, r2);
        r2 = WasmTiles.Rounded(r2);
        Vector128<double> p1 = Vector128.Create((double)1.9875691500e-4f), p2 = p1;
        c = Vector128.Create((double)1.3981999507e-3f);
        p1 = PackedSimd.Add(PackedSimd.Multiply(p1, r1), c);
        least1 = WasmTiles.Least(least1, p1);
        p1 = WasmTiles.Rounded(p1);
        p2 = PackedSimd.Add(PackedSimd.Multiply(p2, r2), c);
        least2 = WasmTiles.Least(least2, p2);
        p2 = WasmTiles.Rounded(p2);
        c = Vector128.Create((double)8.3334519073e-3f);
        p1 = PackedSimd.Add(PackedSimd.Multiply(p1, r1), c);
        least1 = WasmTiles.Least(least1, p1);
        p1 = WasmTiles.Rounded(p1);
        p2 = PackedSimd.Add(PackedSimd.Multiply(p2, r2), c);
        least2 = WasmTiles.Least(least2, p2);
        p2 = WasmTiles.Rounded(p2);
        c = Vector128.Create((double)4.1665795894e-2f);
        p1 = PackedSimd.Add(PackedSimd.Multiply(p1, r1), c);
        least1 = WasmTiles.Least(least1, p1);
        p1 = WasmTiles.Rounded(p1);
        p2 = PackedSimd.Add(PackedSimd.Multiply(p2, r2), c);
        least2 = WasmTiles.Least(least2, p2);
        p2 = WasmTiles.Rounded(p2);
        c = Vector128.Create((double)1.6666665459e-1f);
        p1 = PackedSimd.Add(PackedSimd.Multiply(p1, r1), c);
        least1 = WasmTiles.Least(least1, p1);
        p1 = WasmTiles.Rounded(p1);
        p2 = PackedSimd.Add(PackedSimd.Multiply(p2, r2), c);
        least2 = WasmTiles.Least(least2, p2);
        p2 = WasmTiles.Rounded(p2);
        c = Vector128.Create((double)5.0000001201e-1f);
        p1 = PackedSimd.Add(PackedSimd.Multiply(p1, r1), c);
        least1 = WasmTiles.Least(least1, p1);
        p1 = WasmTiles.Rounded(p1);
        p2 = PackedSimd.Add(PackedSimd.Multiply(p2, r2), c);
        least2 = WasmTiles.Least(least2, p2);
        p2 = WasmTiles.Rounded(p2);
        p1 = PackedSimd.Add(PackedSimd.Multiply(p1, WasmTiles.Rounded(PackedSimd.Multiply(r1, r1))), r1);
        least1 = WasmTiles.Least(least1, p1);
        p2 = PackedSimd.Add(PackedSimd.Multiply(p2, WasmTiles.Rounded(PackedSimd.Multiply(r2, r2))), r2);
        least2 = WasmTiles.Least(least2, p2);
        if (WasmTiles.IsHalfway(PackedSimd.Min(least1, least2)))
            return ByVector(x);
        Vector128<float> p = SimdWasm.Join(PackedSimd.ConvertToSingle(p1), PackedSimd.ConvertToSingle(p2));
        return SimdWasm.ScaleByPowerOfTwo(PackedSimd.Add(p, Vector128.Create(1f)), n);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector128<float> ByVector(Vector128<float> x) => VectorMath<SimdWasm, Vector128<float>>.Polynomial(x);
}
