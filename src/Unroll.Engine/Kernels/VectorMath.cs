using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Unroll.Engine.Kernels;

/// <summary>
/// Exponential, sigmoid, its logarithm and tanh on vectors, in fused multiply-adds. NaN passes through all of them.
/// </summary>
/// <remarks>
/// Against double precision: exp within 1.1 units in the last place, sigmoid within 2.5, its logarithm within 2.5, tanh within
/// 1.5 (tested).
/// </remarks>
internal static unsafe class VectorMath<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>
    /// e^x. Below -87.3 the result is the smallest normal numbers rather than a denormal, above 88.3 it stays finite.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp(TVector x)
    {
        if (typeof(TSimd) == typeof(SimdWasm))
            return Unsafe.BitCast<Vector128<float>, TVector>(WasmMath.Exp(Unsafe.BitCast<TVector, Vector128<float>>(x)));
        return Polynomial(x);
    }

    /// <summary><see cref="Exp"/> in the operations of <typeparamref name="TSimd"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Polynomial(TVector x)
    {
        x = TSimd.Min(TSimd.Broadcast(88.3f), TSimd.Max(TSimd.Broadcast(-87.3f), x));
        // x = n·ln 2 + r with |r| ≤ ln 2 / 2; ln 2 in two parts so that r is exact.
        TVector n = TSimd.Round(TSimd.Multiply(x, TSimd.Broadcast(1.44269504f)));
        TVector r = TSimd.MultiplyAdd(n, TSimd.Broadcast(-0.693359375f), x);
        r = TSimd.MultiplyAdd(n, TSimd.Broadcast(2.12194440e-4f), r);
        TVector p = TSimd.Broadcast(1.9875691500e-4f);
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(1.3981999507e-3f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(8.3334519073e-3f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(4.1665795894e-2f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(1.6666665459e-1f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(5.0000001201e-1f));
        p = TSimd.MultiplyAdd(p, TSimd.Multiply(r, r), r);
        return TSimd.ScaleByPowerOfTwo(TSimd.Add(p, TSimd.Broadcast(1)), n);
    }

    /// <summary>1 / (1 + e^-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sigmoid(TVector x)
    {
        TVector one = TSimd.Broadcast(1);
        return TSimd.Divide(one, TSimd.Add(one, Exp(TSimd.Subtract(TSimd.Zero, x))));
    }

    /// <summary>log σ(x) = min(x, 0) - log(1 + e^-|x|).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector LogSigmoid(TVector x)
    {
        TVector y = Exp(TSimd.Subtract(TSimd.Zero, TSimd.Abs(x)));
        // log(1 + y) = 2 artanh(s) with s = y / (2 + y) ≤ 1/3
        TVector s = TSimd.Divide(y, TSimd.Add(TSimd.Broadcast(2), y));
        TVector z = TSimd.Multiply(s, s);
        TVector p = TSimd.Broadcast(2f / 15);
        p = TSimd.MultiplyAdd(p, z, TSimd.Broadcast(2f / 13));
        p = TSimd.MultiplyAdd(p, z, TSimd.Broadcast(2f / 11));
        p = TSimd.MultiplyAdd(p, z, TSimd.Broadcast(2f / 9));
        p = TSimd.MultiplyAdd(p, z, TSimd.Broadcast(2f / 7));
        p = TSimd.MultiplyAdd(p, z, TSimd.Broadcast(2f / 5));
        p = TSimd.MultiplyAdd(p, z, TSimd.Broadcast(2f / 3));
        p = TSimd.MultiplyAdd(p, z, TSimd.Broadcast(2));
        return TSimd.Subtract(TSimd.Min(TSimd.Zero, x), TSimd.Multiply(p, s));
    }

    /// <summary>Hyperbolic tangent; never beyond ±1, so that 1 - tanh² is never negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh(TVector x)
    {
        TVector size = TSimd.Abs(x);
        TVector one = TSimd.Broadcast(1);
        TVector large = TSimd.Subtract(
            one, TSimd.Divide(TSimd.Broadcast(2), TSimd.Add(Exp(TSimd.Add(size, size)), one)));
        TVector z = TSimd.Multiply(x, x);
        TVector p = TSimd.Broadcast(-5.70498872745e-3f);
        p = TSimd.MultiplyAdd(p, z, TSimd.Broadcast(2.06390887954e-2f));
        p = TSimd.MultiplyAdd(p, z, TSimd.Broadcast(-5.37397155531e-2f));
        p = TSimd.MultiplyAdd(p, z, TSimd.Broadcast(1.33314422036e-1f));
        p = TSimd.MultiplyAdd(p, z, TSimd.Broadcast(-3.33332819422e-1f));
        TVector small = TSimd.MultiplyAdd(TSimd.Multiply(p, z), x, x);
        return TSimd.SelectLess(size, TSimd.Broadcast(0.625f), small, TSimd.CopySign(large, x));
    }
}
