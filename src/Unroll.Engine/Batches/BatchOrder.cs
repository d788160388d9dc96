using Unroll.Engine.Numerics;

namespace Unroll.Engine.Batches;

/// <summary>Which sentences go into which batch of an epoch.</summary>
public static class BatchOrder
{
    // Sentences are sorted by length among this many batches: enough to make lengths alike, few enough to stay random.
    private const int BatchesSortedTogether = 50;

    /// <summary>The number of batches of an epoch.</summary>
    /// <param name="count">The number of texts.</param>
    /// <param name="batchSize">B: texts a batch; the last batch may hold fewer.</param>
    public static int BatchCount(int count, int batchSize) =>
        (int)(((long)count + batchSize - 1) / batchSize);

    /// <summary>The rows in the order they were given, cut into batches.</summary>
    /// <param name="count">The number of texts.</param>
    /// <param name="batchSize">B: texts a batch; the last batch may hold fewer.</param>
    public static IReadOnlyList<int[]> InOrder(int count, int batchSize) =>
        [.. Enumerable.Range(0, count).Chunk(batchSize)];

    /// <summary>The rows in random order, cut into batches of similar length, which come in random order.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="batchSize">B: texts a batch; some batches may hold fewer.</param>
    /// <param name="generator">Where the order comes from.</param>
    public static IReadOnlyList<int[]> Shuffled(EncodedTexts texts, int batchSize, TorchGenerator generator)
    {
        int[] rows = new int[texts.Count];
        generator.FillPermutation(rows);
        int[][] batches =
        [
            .. rows.Chunk((int)Math.Min((long)batchSize * BatchesSortedTogether, Math.Max(1, texts.Count)))
                .SelectMany(pool => pool.OrderBy(texts.LengthOf).Chunk(batchSize)),
        ];
        int[] order = new int[batches.Length];
        generator.FillPermutation(order);
        return [.. order.Select(i => batches[i])];
    }
}
