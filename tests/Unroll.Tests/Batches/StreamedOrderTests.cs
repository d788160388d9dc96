using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;
using Xunit;

namespace Unroll.Tests.Batches;

/// <summary>The order in which rows on disk are read.</summary>
public class StreamedOrderTests
{
    private const int Block = 1 << 12;
    private const int Together = 64;

    [Theory]
    [InlineData(1, 32)]
    [InlineData(31, 32)]
    [InlineData(5000, 32)]
    [InlineData(300_001, 7)]
    [InlineData(600_000, 256)]
    public void Every_row_comes_once_in_as_many_batches_as_any_other_order_has(int rows, int batch)
    {
        EncodedTexts texts = Texts(rows);
        IReadOnlyList<int[]> order = BatchOrder.Streamed(texts, batch, new TorchGenerator(1));
        Assert.Equal(BatchOrder.BatchCount(rows, batch), order.Count);
        Assert.Equal(Enumerable.Range(0, rows), order.SelectMany(each => each).Order());
        Assert.True(order.Count(each => each.Length < batch) <= 1);
    }

    [Fact]
    public void The_seed_alone_decides()
    {
        EncodedTexts texts = Texts(20_000);
        IReadOnlyList<int[]> order = BatchOrder.Streamed(texts, 32, new TorchGenerator(1));
        Assert.Equal(order, BatchOrder.Streamed(texts, 32, new TorchGenerator(1)));
        Assert.NotEqual(order, BatchOrder.Streamed(texts, 32, new TorchGenerator(2)));
    }

    [Fact]
    public void So_many_blocks_are_read_together_and_a_batch_has_rows_of_most()
    {
        const int rows = 200 * Block;
        EncodedTexts texts = Texts(rows);
        IReadOnlyList<int[]> order = BatchOrder.Streamed(texts, 256, new TorchGenerator(1));
        int[] first = [.. order.Take(Together * Block / 256).SelectMany(each => each)];
        Assert.Equal(Together, first.Select(row => row / Block).Distinct().Count());
        Assert.True(order.Average(each => each.Select(row => row / Block).Distinct().Count()) > Together * 0.9);
        // Within a batch texts are of like length.
        Assert.True(order.Average(each => each.Max(texts.LengthOf) - each.Min(texts.LengthOf)) < 2);
    }

    private static EncodedTexts Texts(int rows)
    {
        var texts = new EncodedTexts(onDisk: true);
        for (int row = 0; row < rows; row++)
            texts.Add(new int[1 + row % 9], row % 2);
        return texts;
    }
}
