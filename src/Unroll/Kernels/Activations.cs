namespace Unroll.Kernels;

/// <summary>
/// Activation functions in place, and their derivatives written in terms of their result, which is all that the backward pass keeps.
/// </summary>
public static class Activations
{
    /// <summary>x ← tanh(x).</summary>
    /// <param name="x">Any length; overwritten. NaN stays NaN.</param>
    public static void Tanh(Span<float> x)
    {
        foreach (ref float value in x)
            value = MathF.Tanh(value);
    }

    /// <summary>dy ← dy ⊙ (1 - y²), where y = tanh(x).</summary>
    /// <param name="y">The result of <see cref="Tanh"/>.</param>
    /// <param name="dy">The length of <paramref name="y"/>; the gradient of y on entry, of x on return.</param>
    public static void TanhBackward(ReadOnlySpan<float> y, Span<float> dy)
    {
        for (int i = 0; i < dy.Length; i++)
            dy[i] *= 1 - y[i] * y[i];
    }

    /// <summary>x ← max(x, 0).</summary>
    /// <param name="x">Any length; overwritten. NaN stays NaN.</param>
    public static void Relu(Span<float> x)
    {
        foreach (ref float value in x)
            value = value < 0 ? 0 : value;
    }

    /// <summary>dy ← dy where y &gt; 0, else 0, where y = max(x, 0).</summary>
    /// <param name="y">The result of <see cref="Relu"/>.</param>
    /// <param name="dy">The length of <paramref name="y"/>; the gradient of y on entry, of x on return.</param>
    public static void ReluBackward(ReadOnlySpan<float> y, Span<float> dy)
    {
        for (int i = 0; i < dy.Length; i++)
            dy[i] = y[i] > 0 ? dy[i] : 0;
    }
}
