namespace Unroll.Terms;

/// <summary>A linear part that knows more: more classes, and more terms.</summary>
internal static class LinearGrowth
{
    /// <summary>The same linear part with more classes behind the old ones, of which it says z = 0.</summary>
    /// <param name="part">The linear part.</param>
    /// <param name="classes">C, at least as many as it has.</param>
    public static LinearPart WithClasses(LinearPart part, int classes)
    {
        if (classes == part.Classes)
            return part;
        float[] bias = new float[classes];
        part.Bias.CopyTo(bias);
        return new LinearPart(part.Terms, Widened(part.Weight.Span, part.Terms.Count, part.Classes, classes), bias);
    }

    /// <summary>
    /// What an old linear part and one that was learned beside it say together: the old terms, then those of the new one that the
    /// old one lacks.
    /// </summary>
    /// <param name="old">The old one, of as many classes.</param>
    /// <param name="added">The one beside it, over a table that begins with the old one's terms.</param>
    public static LinearPart Sum(LinearPart old, LinearPart added)
    {
        float[] weight = added.Weight.ToArray();
        ReadOnlySpan<float> before = old.Weight.Span;
        for (int i = 0; i < before.Length; i++)
            weight[i] += before[i];
        float[] bias = added.Bias.ToArray();
        for (int c = 0; c < bias.Length; c++)
            bias[c] += old.Bias.Span[c];
        return new LinearPart(added.Terms, weight, bias);
    }

    private static float[] Widened(ReadOnlySpan<float> weight, int rows, int from, int to)
    {
        float[] wide = new float[rows * to];
        for (int row = 0; row < rows; row++)
            weight.Slice(row * from, from).CopyTo(wide.AsSpan(row * to));
        return wide;
    }
}
