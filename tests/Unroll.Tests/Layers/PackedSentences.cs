namespace Unroll.Tests.Layers;

/// <summary>Moves rows between a packed batch and single sentences.</summary>
internal static class PackedSentences
{
    /// <summary>The steps' batch sizes for lengths that do not increase.</summary>
    public static int[] BatchSizes(int[] lengths) =>
        [.. Enumerable.Range(0, lengths[0]).Select(t => lengths.Count(length => length > t))];

    /// <summary>The rows of sentence <paramref name="b"/> in a packed [N,width] array.</summary>
    public static double[] Sentence(float[] packed, int[] lengths, int b, int width)
    {
        int[] batchSizes = BatchSizes(lengths);
        var values = new List<double>();
        int start = 0;
        for (int t = 0; t < lengths[b]; t++)
        {
            values.AddRange(Close.Widen(packed.AsSpan((start + b) * width, width)));
            start += batchSizes[t];
        }
        return [.. values];
    }
}
