namespace Unroll.Engine.Losses;

/// <summary>
/// Softmax and cross-entropy in one, <c>torch.nn.CrossEntropyLoss</c> with mean reduction, class weights and label smoothing.
/// </summary>
/// <remarks>
/// <code>
/// p = exp(z - max z) / Σ exp(z - max z)
/// q_c = w_c ((1 - ε) [c = label] + ε / C)          w: class weights or 1, ε: label smoothing
/// loss = Σ_rows Σ_c q_c · -log p_c / Σ_rows w_label
/// dz_c = (p_c Σ_j q_j - q_c) / Σ_rows w_label
/// </code>
/// The maximum is taken off first, so large logits neither overflow nor turn the loss infinite.
/// </remarks>
/// <param name="classWeights">w, one a class; null for equal weights.</param>
/// <param name="labelSmoothing">ε, 0 ≤ ε &lt; 1.</param>
public sealed class SoftmaxCrossEntropy(IReadOnlyList<float>? classWeights = null, float labelSmoothing = 0) : ILoss
{
    private readonly float[]? _weights = classWeights is null ? null : [.. classWeights];

    /// <summary>The sum of the weights of the labels: what the sum of the rows' losses is divided by.</summary>
    /// <param name="labels">The labels of the whole batch, [B].</param>
    public double TotalWeight(ReadOnlySpan<int> labels)
    {
        if (_weights is null)
            return labels.Length;
        double total = 0;
        foreach (int label in labels)
            total += _weights[label];
        return total;
    }

    /// <summary>The loss of one row, not yet divided, and its gradient.</summary>
    /// <param name="logits">z, [C].</param>
    /// <param name="label">In 0 … C-1.</param>
    /// <param name="totalWeight">From <see cref="TotalWeight"/>.</param>
    /// <param name="dLogits">dz, [C]; overwritten. May be the same memory as <paramref name="logits"/>.</param>
    public double Row(ReadOnlySpan<float> logits, int label, double totalWeight, Span<float> dLogits)
    {
        double labelLogit = logits[label];
        double spread = 0;
        double spreadWeight = 0;
        double share = labelSmoothing / (double)logits.Length;
        for (int c = 0; c < logits.Length && share > 0; c++)
        {
            spread += share * Weight(c) * logits[c];
            spreadWeight += share * Weight(c);
        }
        double labelWeight = (1 - (double)labelSmoothing) * Weight(label);
        double targetWeight = labelWeight + spreadWeight;
        double logNormaliser = LogNormaliser(logits, dLogits);
        double loss = targetWeight * logNormaliser - labelWeight * labelLogit - spread;
        for (int c = 0; c < dLogits.Length; c++)
        {
            double target = share * Weight(c) + (c == label ? labelWeight : 0);
            dLogits[c] = (float)((dLogits[c] * targetWeight - target) / totalWeight);
        }
        return loss;
    }

    private float Weight(int c) => _weights is null ? 1 : _weights[c];

    // Leaves the probabilities and returns log Σ exp(z).
    private static double LogNormaliser(ReadOnlySpan<float> logits, Span<float> probabilities)
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
