using Unroll.Engine.Batches;

namespace Unroll.Engine.Losses;

/// <summary>
/// A sigmoid for each label and binary cross-entropy in one, for texts that may have several labels:
/// <c>torch.nn.BCEWithLogitsLoss</c> with mean reduction and positive weights, and with label smoothing.
/// </summary>
/// <remarks>
/// <code>
/// p_c = 1 / (1 + exp(-z_c))
/// q_c = (1 - ε) [c in set] + ε / 2                 ε: label smoothing
/// loss = Σ_rows Σ_c (w_c q_c · -log p_c + (1 - q_c) · -log(1 - p_c)) / (B C)      w: positive weights or 1
/// dz_c = (p_c (w_c q_c + 1 - q_c) - w_c q_c) / (B C)
/// </code>
/// -log p = max(-z, 0) + log(1 + exp(-|z|)), so large logits neither overflow nor turn the loss infinite.
/// </remarks>
/// <param name="sets">The classes of each label of the rows.</param>
/// <param name="classes">C.</param>
/// <param name="positiveWeights">w, one a class; null for equal weights.</param>
/// <param name="labelSmoothing">ε, 0 ≤ ε &lt; 1.</param>
public sealed class SigmoidCrossEntropy(
    LabelSets sets, int classes, IReadOnlyList<float>? positiveWeights = null, float labelSmoothing = 0) : ILoss
{
    private readonly float[]? _weights = positiveWeights is null ? null : [.. positiveWeights];

    /// <summary>B C: the loss is a mean over rows and labels.</summary>
    /// <param name="labels">The labels of the whole batch, [B].</param>
    public double TotalWeight(ReadOnlySpan<int> labels) => (double)labels.Length * classes;

    /// <summary>The loss of one row, not yet divided, and its gradient.</summary>
    /// <param name="logits">z, [C].</param>
    /// <param name="label">The number of the row's set.</param>
    /// <param name="totalWeight">From <see cref="TotalWeight"/>.</param>
    /// <param name="dLogits">dz, [C]; overwritten. May be the same memory as <paramref name="logits"/>.</param>
    public double Row(ReadOnlySpan<float> logits, int label, double totalWeight, Span<float> dLogits)
    {
        ReadOnlySpan<int> set = sets[label];
        double loss = 0;
        int next = 0;
        for (int c = 0; c < dLogits.Length; c++)
        {
            bool isIn = next < set.Length && set[next] == c;
            next += isIn ? 1 : 0;
            double target = (isIn ? 1 - (double)labelSmoothing : 0) + labelSmoothing / 2.0;
            double present = target * (_weights is null ? 1 : _weights[c]);
            double absent = 1 - target;
            double z = logits[c];
            double tail = Math.Exp(-Math.Abs(z));
            // -log p and -log(1 - p) differ by z.
            double ofPresent = Math.Max(-z, 0) + Math.Log(1 + tail);
            loss += present * ofPresent + absent * (ofPresent + z);
            double p = (z >= 0 ? 1 : tail) / (1 + tail);
            dLogits[c] = (float)((p * (present + absent) - present) / totalWeight);
        }
        return loss;
    }
}
