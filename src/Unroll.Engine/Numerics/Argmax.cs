namespace Unroll.Engine.Numerics;

/// <summary>The place of the largest value: the predicted class.</summary>
public static class Argmax
{
    /// <summary>The place of the largest value, the first of equals; 0 if there is none that compares.</summary>
    /// <param name="values">At least one value, such as the logits or probabilities of one text, [C].</param>
    public static int Of(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best])
                best = i;
        }
        return best;
    }
}
