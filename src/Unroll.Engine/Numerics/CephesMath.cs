namespace Unroll.Engine.Numerics;

/// <summary>
/// Single-precision logarithm, sine and cosine by the polynomials of S. L. Moshier's Cephes library, with a fused multiply-add
/// where PyTorch's vectorised Box–Muller transform has one, so that both give the same last bit.
/// </summary>
internal static class CephesMath
{
    /// <summary>Natural logarithm of a positive normal number.</summary>
    public static float Log(float x)
    {
        int bits = BitConverter.SingleToInt32Bits(x);
        float exponent = (bits >> 23) - 126;
        // The mantissa in [0.5, 1), moved to [√½, √2) so that the polynomial is centred on 1.
        float m = BitConverter.Int32BitsToSingle((bits & 0x007fffff) | 0x3f000000);
        if (m < 0.707106781186547524f)
        {
            exponent -= 1;
            m = m - 1 + m;
        }
        else
        {
            m -= 1;
        }
        float z = m * m;
        float y = 7.0376836292e-2f;
        y = Fma(y, m, -1.1514610310e-1f);
        y = Fma(y, m, 1.1676998740e-1f);
        y = Fma(y, m, -1.2420140846e-1f);
        y = Fma(y, m, 1.4249322787e-1f);
        y = Fma(y, m, -1.6668057665e-1f);
        y = Fma(y, m, 2.0000714765e-1f);
        y = Fma(y, m, -2.4999993993e-1f);
        y = Fma(y, m, 3.3333331174e-1f);
        y *= m;
        // ln 2 in two parts: 0.693359375 is exact in few bits, -2.12194440e-4 is the rest.
        y = Fma(y, z, exponent * -2.12194440e-4f);
        y = Fma(z, -0.5f, y);
        return Fma(exponent, 0.693359375f, m + y);
    }

    /// <summary>Sine and cosine of an angle in [0, 8192).</summary>
    public static (float Sin, float Cos) SinCos(float x)
    {
        // The octant, rounded up to even, so that the rest lies in [-π/4, π/4].
        int octant = ((int)(x * 1.27323954473516f) + 1) & ~1;
        float j = octant;
        // π/4 in three parts.
        x = Fma(j, -0.78515625f, x);
        x = Fma(j, -2.4187564849853515625e-4f, x);
        x = Fma(j, -3.77489497744594108e-8f, x);

        float z = x * x;
        float cos = Fma(2.443315711809948e-5f, z, -1.388731625493765e-3f);
        cos = Fma(cos, z, 4.166664568298827e-2f);
        cos *= z;
        cos = Fma(cos, z, z * -0.5f) + 1;
        float sin = Fma(-1.9515295891e-4f, z, 8.3321608736e-3f);
        sin = Fma(sin, z, -1.6666654611e-1f);
        sin *= z;
        sin = Fma(sin, x, x);

        return (octant & 7) switch
        {
            0 => (sin, cos),
            2 => (cos, -sin),
            4 => (-sin, -cos),
            _ => (-cos, sin),
        };
    }

    private static float Fma(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);
}
