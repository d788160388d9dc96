namespace Unroll.Engine.Layers;

/// <summary>
/// What is added to the word vectors of a Transformer that learns no positions (Vaswani et al., 2017): sines and cosines of the
/// place t, of wavelengths from 2π to 20,000π.
/// </summary>
public static class SinusoidalPositions
{
    private const double Base = 10_000;

    /// <summary>p_t,i.</summary>
    /// <param name="t">The place, from 0.</param>
    /// <param name="i">The value, from 0: even ones are sines, odd ones cosines.</param>
    /// <param name="width">E.</param>
    public static double Value(int t, int i, int width)
    {
        double angle = t * Frequency(i, width);
        return i % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle);
    }

    /// <summary>The angle from a place to the next; a sine and the cosine behind it share one.</summary>
    /// <param name="i">The value, from 0.</param>
    /// <param name="width">E.</param>
    public static double Frequency(int i, int width) => Math.Pow(Base, -(double)(i - i % 2) / width);
}
