namespace Unroll.Layers;

/// <summary>
/// Picks the hidden state at each sentence's last word, <c>h_n</c> of <c>torch.nn.RNN</c> on a packed sequence.
/// </summary>
/// <remarks>Forward: p_b = h at step length_b. Backward: dh at that step is dp_b, elsewhere zero.</remarks>
/// <param name="hiddenSize">H.</param>
public sealed class LastStatePooling(int hiddenSize)
{
    /// <summary>H.</summary>
    public int HiddenSize { get; } = hiddenSize;

    /// <summary>Copies the last states out.</summary>
    /// <param name="batchSizes">[T]: the rows of each step, not increasing; the first is B.</param>
    /// <param name="hidden">h, [N,H].</param>
    /// <param name="pooled">p, [B,H]; overwritten.</param>
    public void Forward(ReadOnlySpan<int> batchSizes, ReadOnlySpan<float> hidden, Span<float> pooled)
    {
        int start = 0;
        for (int t = 0; t < batchSizes.Length; t++)
        {
            (int from, int to) = EndingRows(batchSizes, t);
            hidden[((start + from) * HiddenSize)..((start + to) * HiddenSize)].CopyTo(pooled[(from * HiddenSize)..]);
            start += batchSizes[t];
        }
    }

    /// <summary>Copies the gradients back to the steps they came from.</summary>
    /// <param name="batchSizes">[T], as in the forward pass.</param>
    /// <param name="dPooled">dp, [B,H].</param>
    /// <param name="dHidden">dh, [N,H]; overwritten.</param>
    public void Backward(ReadOnlySpan<int> batchSizes, ReadOnlySpan<float> dPooled, Span<float> dHidden)
    {
        dHidden.Clear();
        int start = 0;
        for (int t = 0; t < batchSizes.Length; t++)
        {
            (int from, int to) = EndingRows(batchSizes, t);
            dPooled[(from * HiddenSize)..(to * HiddenSize)].CopyTo(dHidden[((start + from) * HiddenSize)..]);
            start += batchSizes[t];
        }
    }

    // The sentences that run at step t and no longer at t+1 are the last rows of step t.
    private static (int From, int To) EndingRows(ReadOnlySpan<int> batchSizes, int t) =>
        (t + 1 < batchSizes.Length ? batchSizes[t + 1] : 0, batchSizes[t]);
}
