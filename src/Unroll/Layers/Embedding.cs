using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// A table with one row a word, <c>torch.nn.Embedding(V, E, padding_idx=0)</c> where row 0 belongs to padding.
/// </summary>
/// <remarks>
/// Forward: x_n = weight[id_n]. Backward: dWeight[id_n] += dx_n. Packed sequences hold no padding, so row 0 is never read
/// and its gradient stays zero by itself.
/// </remarks>
/// <param name="embeddingSize">E: the width of a row.</param>
public sealed class Embedding(int embeddingSize)
{
    /// <summary>E.</summary>
    public int EmbeddingSize { get; } = embeddingSize;

    /// <summary>Looks the rows up.</summary>
    /// <param name="weight">[V,E].</param>
    /// <param name="ids">[N], each in 0 … V-1.</param>
    /// <param name="output">x, [N,E]; overwritten.</param>
    public void Forward(ReadOnlySpan<float> weight, ReadOnlySpan<int> ids, Span<float> output) =>
        Rows.Gather(weight, ids, output, EmbeddingSize);

    /// <summary>Adds each row's gradient to the row of the table it came from.</summary>
    /// <param name="ids">[N], as in the forward pass.</param>
    /// <param name="dOutput">dx, [N,E].</param>
    /// <param name="dWeight">[V,E]; added to.</param>
    public void Backward(ReadOnlySpan<int> ids, ReadOnlySpan<float> dOutput, Span<float> dWeight) =>
        Rows.ScatterAdd(dOutput, ids, dWeight, EmbeddingSize);
}
