namespace Unroll.Layers;

/// <summary>A view of an RNN layer's parameters; the lab calls them U, W and b.</summary>
/// <param name="inputWeight">W_ih or U, [H,I].</param>
/// <param name="recurrentWeight">W_hh or W, [H,H].</param>
/// <param name="bias">b, [H]: the sum of PyTorch's b_ih and b_hh.</param>
public readonly ref struct RnnParameters(
    ReadOnlySpan<float> inputWeight, ReadOnlySpan<float> recurrentWeight, ReadOnlySpan<float> bias)
{
    /// <summary>W_ih or U, [H,I].</summary>
    public ReadOnlySpan<float> InputWeight { get; } = inputWeight;

    /// <summary>W_hh or W, [H,H].</summary>
    public ReadOnlySpan<float> RecurrentWeight { get; } = recurrentWeight;

    /// <summary>b, [H].</summary>
    public ReadOnlySpan<float> Bias { get; } = bias;
}

/// <summary>A view of the gradients of an RNN layer's parameters; a backward pass adds to them.</summary>
/// <param name="dInputWeight">[H,I].</param>
/// <param name="dRecurrentWeight">[H,H].</param>
/// <param name="dBias">[H].</param>
public readonly ref struct RnnGradients(Span<float> dInputWeight, Span<float> dRecurrentWeight, Span<float> dBias)
{
    /// <summary>Gradient of W_ih, [H,I].</summary>
    public Span<float> DInputWeight { get; } = dInputWeight;

    /// <summary>Gradient of W_hh, [H,H].</summary>
    public Span<float> DRecurrentWeight { get; } = dRecurrentWeight;

    /// <summary>Gradient of b, [H].</summary>
    public Span<float> DBias { get; } = dBias;
}
