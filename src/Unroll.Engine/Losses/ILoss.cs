namespace Unroll.Engine.Losses;

/// <summary>What training makes small: the loss of logits against labels, and its gradient.</summary>
public interface ILoss
{
    /// <summary>What the sum of the rows' losses is divided by.</summary>
    /// <param name="labels">The labels of the whole batch, [B].</param>
    double TotalWeight(ReadOnlySpan<int> labels);

    /// <summary>The loss of one row, not yet divided, and its gradient.</summary>
    /// <param name="logits">z, [C].</param>
    /// <param name="label">The row's label.</param>
    /// <param name="totalWeight">From <see cref="TotalWeight"/>.</param>
    /// <param name="dLogits">dz, [C]; overwritten. May be the same memory as <paramref name="logits"/>.</param>
    double Row(ReadOnlySpan<float> logits, int label, double totalWeight, Span<float> dLogits);
}
