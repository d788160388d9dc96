namespace Unroll.Terms;

/// <summary>
/// Adds the linear part of a model to its network's logits: z = (1 - λ) z_network + λ z_linear. Its memory is kept from text to
/// text. It serves one thread at a time.
/// </summary>
/// <param name="part">The linear part.</param>
/// <param name="share">λ, from 0 to 1.</param>
internal sealed class LinearPass(LinearPart part, double share)
{
    private readonly TermRow _row = new();
    private readonly float[] _logits = new float[part.Classes];

    /// <summary>Adds what the linear part says of a text.</summary>
    /// <param name="tokens">The text's tokens.</param>
    /// <param name="logits">z, [C]: the network's, then the model's.</param>
    public void Mix(ReadOnlySpan<string> tokens, Span<float> logits)
    {
        part.Logits(tokens, _row, _logits);
        Mix(share, logits, _logits, logits);
    }

    /// <summary>Adds what the linear part says of a row.</summary>
    /// <param name="rows">Rows of its terms.</param>
    /// <param name="row">Which row.</param>
    /// <param name="logits">z, [C]: the network's, then the model's.</param>
    public void Mix(SparseRows rows, int row, Span<float> logits)
    {
        part.Logits(rows.ColumnsOf(row), rows.ValuesOf(row), _logits);
        Mix(share, logits, _logits, logits);
    }

    /// <summary>The logits of both together.</summary>
    /// <param name="share">λ.</param>
    /// <param name="network">z of the network, [C].</param>
    /// <param name="linear">z of the linear part, [C].</param>
    /// <param name="logits">z, [C]; overwritten, and may be one of the others.</param>
    public static void Mix(double share, ReadOnlySpan<float> network, ReadOnlySpan<float> linear, Span<float> logits)
    {
        for (int c = 0; c < logits.Length; c++)
            logits[c] = (float)((1 - share) * network[c] + share * linear[c]);
    }
}
