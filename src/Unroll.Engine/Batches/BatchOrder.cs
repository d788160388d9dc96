using Unroll.Engine.Numerics;

namespace Unroll.Engine.Batches;

/// <summary>Which sentences go into which batch of an epoch.</summary>
public static class BatchOrder
{
    // Sentences are sorted by length among this many batches: enough to make lengths alike, few enough to stay random.
    private const int BatchesSortedTogether = 50;

    // What is read from disk at a time, and how many such blocks are mixed in memory.
    private const int BlockRows = 1 << 12;
    private const int BlocksTogether = 64;

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

    /// <summary>
    /// The order for texts on disk: blocks of 4,096 neighbouring rows in random order, 64 of them read together and their rows
    /// mixed, then cut into batches as <see cref="Shuffled"/> does. So an epoch reads long stretches of the file, once, and a
    /// batch has rows of 64 places of it. Rows of one kind that stand together for more than that are better mixed before.
    /// </summary>
    /// <param name="texts">The texts.</param>
    /// <param name="batchSize">B: texts a batch; some batches may hold fewer.</param>
    /// <param name="generator">Where the order comes from.</param>
    public static IReadOnlyList<int[]> Streamed(EncodedTexts texts, int batchSize, TorchGenerator generator)
    {
        int[] blocks = new int[(texts.Count + BlockRows - 1) / BlockRows];
        generator.FillPermutation(blocks);
        // As many batches as in any other order: only the last may hold fewer.
        var order = new List<int[]>(BatchCount(texts.Count, batchSize));
        int[] rest = [];
        for (int first = 0; first < blocks.Length; first += BlocksTogether)
        {
            int[] together = blocks[first..Math.Min(first + BlocksTogether, blocks.Length)];
            int[] read = [.. together.SelectMany(
                block => Enumerable.Range(block * BlockRows, Math.Min(BlockRows, texts.Count - block * BlockRows)))];
            int[] places = new int[read.Length];
            generator.FillPermutation(places);
            int[] mixed = [.. rest, .. places.Select(place => read[place])];
            bool isLast = first + BlocksTogether >= blocks.Length;
            int whole = isLast ? mixed.Length : mixed.Length / batchSize * batchSize;
            rest = mixed[whole..];
            int[][] batches =
            [
                .. mixed[..whole].Chunk((int)Math.Min((long)batchSize * BatchesSortedTogether, Math.Max(1, whole)))
                    .SelectMany(pool => pool.OrderBy(texts.LengthOf).Chunk(batchSize)),
            ];
            int[] turn = new int[batches.Length];
            generator.FillPermutation(turn);
            order.AddRange(turn.Select(i => batches[i]));
        }
        return order;
    }
}
