using System.Runtime.InteropServices;

namespace Unroll.Terms;

/// <summary>
/// A linear model of a text's terms: z = W x + b, with x of <see cref="TermTable"/>. It sees which words, pairs of words and
/// pieces of words stand in a text, but not where.
/// </summary>
/// <param name="terms">The terms it weighs.</param>
/// <param name="weight">W by columns, [F,C].</param>
/// <param name="bias">b, [C].</param>
internal sealed class LinearPart(TermTable terms, float[] weight, float[] bias)
{
    /// <summary>The terms it weighs.</summary>
    public TermTable Terms => terms;

    /// <summary>C: the number of classes.</summary>
    public int Classes => bias.Length;

    /// <summary>W by columns, [F,C]: as PyTorch's EmbeddingBag has it.</summary>
    public ReadOnlyMemory<float> Weight => weight;

    /// <summary>b, [C].</summary>
    public ReadOnlyMemory<float> Bias => bias;

    /// <summary>z of a text.</summary>
    /// <param name="tokens">The text's tokens.</param>
    /// <param name="row">Overwritten with the text's row.</param>
    /// <param name="logits">z, [C]; overwritten.</param>
    public void Logits(ReadOnlySpan<string> tokens, TermRow row, Span<float> logits)
    {
        terms.Read(tokens, row);
        Logits(CollectionsMarshal.AsSpan(row.Columns), CollectionsMarshal.AsSpan(row.Values), logits);
    }

    /// <summary>z of a row.</summary>
    /// <param name="columns">The columns that are not zero.</param>
    /// <param name="values">x, what stands there.</param>
    /// <param name="logits">z, [C]; overwritten.</param>
    public void Logits(ReadOnlySpan<int> columns, ReadOnlySpan<float> values, Span<float> logits) =>
        LogisticRegression.Logits(weight, bias, columns, values, logits);
}
