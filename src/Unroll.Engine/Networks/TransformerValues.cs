using Unroll.Engine.Numerics;

namespace Unroll.Engine.Networks;

/// <summary>
/// The first values of a Transformer's layers, as <c>torch.nn.TransformerEncoderLayer</c> draws its own, layer after layer.
/// (<c>torch.nn.TransformerEncoder</c> copies one layer, so that all begin equal; here each has its own.)
/// </summary>
/// <param name="choices">Has the deviation of learned positions: that of the word vectors.</param>
/// <param name="network">Whose parameters are overwritten.</param>
/// <param name="generator">Where the random numbers come from.</param>
internal sealed class TransformerValues(InitialValues choices, Network network, TorchGenerator generator)
{
    /// <summary>Draws them.</summary>
    public void Draw()
    {
        NetworkConfig config = network.Config;
        if (network.Layout.Find(NetworkLayout.PositionWeight) is { } positions)
        {
            Span<float> values = network.Parameters.WritableOf(positions);
            Initializers.Normal(values, generator);
            foreach (ref float value in values)
                value *= choices.EmbeddingDeviation;
        }
        for (int layer = 0; layer < config.Layers; layer++)
            DrawLayer(NetworkLayout.TransformerName(layer), config.Embedding, config.Transformer.FeedForwardOf(config.Embedding));
        if (config.Transformer.HasFinalNorm)
            SetNorm($"{NetworkLayout.Encoder}.norm");
    }

    // In PyTorch's order: the output map comes before the input map, and its drawn bias is replaced by zeros.
    private void DrawLayer(string name, int width, int feedForward)
    {
        DrawLinear($"{name}.self_attn.out_proj", width);
        Of($"{name}.self_attn.out_proj.bias").Clear();
        Of($"{name}.self_attn.in_proj_bias").Clear();
        Initializers.XavierUniform(Of($"{name}.self_attn.in_proj_weight"), generator, 3 * width, width);
        DrawLinear($"{name}.linear1", width);
        DrawLinear($"{name}.linear2", feedForward);
        SetNorm($"{name}.norm1");
        SetNorm($"{name}.norm2");
    }

    private void SetNorm(string name)
    {
        Of($"{name}.weight").Fill(1);
        Of($"{name}.bias").Clear();
    }

    private void DrawLinear(string name, int inputSize)
    {
        Initializers.UniformByRoot(Of($"{name}.weight"), generator, inputSize);
        Initializers.UniformByRoot(Of($"{name}.bias"), generator, inputSize);
    }

    private Span<float> Of(string name) => network.Parameters.WritableOf(network.Layout[name]);
}
