using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;
using Xunit;

namespace Unroll.Tests.Batches;

public class BatchTests
{
    [Fact]
    public void Sentences_are_packed_step_by_step_longest_first()
    {
        EncodedTexts texts = Texts([[1], [2, 3, 4], [5, 6], [7, 8]]);
        var batch = new Batch();
        batch.Fill(texts, [0, 1, 2, 3]);
        Assert.Equal([1, 2, 3, 0], batch.Rows.ToArray());
        Assert.Equal([10, 20, 30, 0], batch.Labels.ToArray());
        Assert.Equal([4, 3, 1], BatchSizes(batch.ShardAt(0)));
        Assert.Equal([2, 5, 7, 1, 3, 6, 8, 4], batch.Ids.ToArray());
        Assert.Equal((4, 3, 8), (batch.Count, batch.Steps, batch.TokenCount));

        batch.Fill(texts, [3, 0]);
        Assert.Equal([3, 0], batch.Rows.ToArray());
        Assert.Equal([2, 1], BatchSizes(batch.ShardAt(0)));
        Assert.Equal([7, 1, 8], batch.Ids.ToArray());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 1)]
    [InlineData(8, 2)]
    [InlineData(16, 2)]
    [InlineData(24, 2)]
    [InlineData(32, 2)]
    [InlineData(33, 4)]
    [InlineData(48, 4)]
    [InlineData(64, 4)]
    [InlineData(96, 8)]
    [InlineData(1000, 16)]
    public void Sentences_are_dealt_to_shards_so_that_each_has_about_as_many_tokens(int count, int shards)
    {
        EncodedTexts texts = Texts([.. new TorchGenerator(3).Integers(count, 30).Select(length => new int[length + 1])]);
        var batch = new Batch();
        batch.Fill(texts, [.. Enumerable.Range(0, count)]);
        Assert.Equal(shards, batch.ShardCount);
        Assert.Equal(Enumerable.Range(0, count), batch.Rows.ToArray().Order());
        Shard[] all = [.. Enumerable.Range(0, shards).Select(batch.ShardAt)];
        Assert.Equal(batch.TokenCount, all.Sum(shard => shard.Tokens));
        Assert.Equal(batch.TokenCount, texts.TokenCount);
        Assert.True(all.Max(shard => shard.Tokens) - all.Min(shard => shard.Tokens) <= 60);
        foreach (Shard shard in all)
        {
            for (int row = 0; row < shard.Rows; row++)
                Assert.Equal(texts.LengthOf(batch.Rows[shard.FirstRow + row]), shard.LengthOf(row));
        }
    }

    [Fact]
    public void Filling_again_allocates_nothing()
    {
        EncodedTexts texts = Texts([[1, 2, 3], [4, 5], [6]]);
        var batch = new Batch();
        int[] rows = [2, 0, 1];
        batch.Fill(texts, rows);
        long before = GC.GetAllocatedBytesForCurrentThread();
        batch.Fill(texts, rows);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Every_row_comes_once_in_either_order_and_lengths_are_alike_when_shuffled()
    {
        var random = new TorchGenerator(6);
        EncodedTexts texts = Texts([.. random.Integers(1000, 40).Select(length => new int[length + 1])]);
        Assert.Equal(Enumerable.Range(0, 1000), BatchOrder.InOrder(1000, 64).SelectMany(rows => rows));

        IReadOnlyList<int[]> shuffled = BatchOrder.Shuffled(texts, 8, random);
        Assert.Equal(Enumerable.Range(0, 1000), shuffled.SelectMany(rows => rows).Order());
        Assert.NotEqual(Enumerable.Range(0, 1000), shuffled.SelectMany(rows => rows));
        double spread = shuffled.Average(rows => rows.Max(texts.LengthOf) - rows.Min(texts.LengthOf));
        Assert.True(spread < 3, $"lengths in a batch differ by {spread:F1} on average");
        Assert.NotEqual(shuffled.SelectMany(rows => rows), BatchOrder.Shuffled(texts, 8, random).SelectMany(rows => rows));
    }

    private static int[] BatchSizes(Shard shard) => [.. Enumerable.Range(0, shard.Steps).Select(shard.BatchSize)];

    private static EncodedTexts Texts(int[][] ids)
    {
        var texts = new EncodedTexts();
        for (int row = 0; row < ids.Length; row++)
            texts.Add(ids[row], row * 10);
        return texts;
    }
}
