namespace Unroll.Engine.Layers;

/// <summary>
/// What can stand between word vectors and pooling: sequences of vectors in, sequences of vectors out, [N,I] → [N,P]. A layer
/// knows its parameters and holds them packed, for any number of passes at the same time.
/// </summary>
internal interface ILayer
{
    /// <summary>P: the width of a token's output.</summary>
    int OutputSize { get; }

    /// <summary>
    /// How many outputs, the first ones, are complete at a sentence's last word. The others read the sentence backwards and are
    /// complete at its first word.
    /// </summary>
    int ForwardSize { get; }

    /// <summary>
    /// Whether a training step with dropout sets a share of the output to zero before the next layer reads it. No for layers that
    /// drop inside.
    /// </summary>
    bool DropsOutput { get; }

    /// <summary>The parameters it needs.</summary>
    IReadOnlyList<TensorShape> Tensors { get; }

    /// <summary>The weights that are packed.</summary>
    IEnumerable<PackedWeight> PackedWeights { get; }

    /// <summary>Floats of what <see cref="PackBackward"/> packed.</summary>
    long BackwardLength { get; }

    /// <summary>Takes the parameters as they are now, for forward passes.</summary>
    /// <param name="parameters">They may be read until the next call.</param>
    void Pack(LayerTensors parameters);

    /// <summary>Packs what only backward passes read.</summary>
    /// <param name="parameters">As they were given to <see cref="Pack"/>.</param>
    void PackBackward(LayerTensors parameters);

    /// <summary>Gives back the memory of what only backward passes read.</summary>
    void FreeBackward();

    /// <summary>Makes the memory for passes through the layer, one batch at a time.</summary>
    ILayerPass CreatePass();
}
