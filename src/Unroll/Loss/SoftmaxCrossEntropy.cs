namespace Unroll.Loss;

/// <summary>
/// Softmax and cross-entropy in one, <c>torch.nn.CrossEntropyLoss</c> with mean reduction.
/// </summary>
/// <remarks>
/// Forward: p = exp(z - max z) / Σ exp(z - max z), loss = mean over the batch of log Σ exp(z - max z) - (z_label - max z).
/// The maximum is taken off first, so large logits neither overflow nor turn the loss infinite.
/// Backward: dz = (p - onehot(label)) / B.
/// </remarks>
public static class SoftmaxCrossEntropy
{
    /// <summary>Computes the probabilities and the mean loss.</summary>
    /// <param name="logits">z, [B,C].</param>
    /// <param name="labels">[B], each in 0 … C-1.</param>
    /// <param name="probabilities">p, [B,C]; overwritten. May be the same memory as <paramref name="logits"/>.</param>
    /// <returns>The mean loss of the batch, in nats.</returns>
    public static double Forward(ReadOnlySpan<float> logits, ReadOnlySpan<int> labels, Span<float> probabilities)
    {
        int classes = logits.Length / labels.Length;
        double total = 0;
        for (int b = 0; b < labels.Length; b++)
        {
            float labelLogit = logits[b * classes + labels[b]];
            double logNormaliser = SoftmaxRow(logits.Slice(b * classes, classes), probabilities.Slice(b * classes, classes));
            total += logNormaliser - labelLogit;
        }
        return total / labels.Length;
    }

    /// <summary>Turns each row of logits into probabilities.</summary>
    /// <param name="logits">z, [B,C].</param>
    /// <param name="classes">C.</param>
    /// <param name="probabilities">p, [B,C]; overwritten. May be the same memory as <paramref name="logits"/>.</param>
    public static void Softmax(ReadOnlySpan<float> logits, int classes, Span<float> probabilities)
    {
        for (int start = 0; start < logits.Length; start += classes)
            SoftmaxRow(logits.Slice(start, classes), probabilities.Slice(start, classes));
    }

    /// <summary>The gradient of the mean loss with respect to the logits.</summary>
    /// <param name="probabilities">p, the result of the forward pass, [B,C].</param>
    /// <param name="labels">[B], as in the forward pass.</param>
    /// <param name="dLogits">dz, [B,C]; overwritten. May be the same memory as <paramref name="probabilities"/>.</param>
    public static void Backward(ReadOnlySpan<float> probabilities, ReadOnlySpan<int> labels, Span<float> dLogits)
    {
        int classes = probabilities.Length / labels.Length;
        float scale = 1f / labels.Length;
        for (int b = 0; b < labels.Length; b++)
        {
            for (int c = 0; c < classes; c++)
            {
                float target = c == labels[b] ? 1 : 0;
                dLogits[b * classes + c] = (probabilities[b * classes + c] - target) * scale;
            }
        }
    }

    // Returns log Σ exp(z).
    private static double SoftmaxRow(ReadOnlySpan<float> logits, Span<float> probabilities)
    {
        double max = double.NegativeInfinity;
        foreach (float logit in logits)
            max = Math.Max(max, logit);
        double sum = 0;
        for (int c = 0; c < logits.Length; c++)
            sum += Math.Exp(logits[c] - max);
        for (int c = 0; c < logits.Length; c++)
            probabilities[c] = (float)(Math.Exp(logits[c] - max) / sum);
        return max + Math.Log(sum);
    }
}
