using Unroll.Engine.Numerics;
using Unroll.Terms;
using Xunit;

namespace Unroll.Tests.Terms;

/// <summary>The table that finds the column of a term, beside a dictionary.</summary>
public class TermColumnsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(5000)]
    public void It_finds_what_a_dictionary_finds(int count)
    {
        var random = new TorchGenerator(3);
        var columns = new TermColumns(count);
        var expected = new Dictionary<ulong, int>();
        // Neighbours too, zero and the largest: keys need not look like hashes.
        foreach (ulong key in (ulong[])[0, ulong.MaxValue, .. Enumerable.Range(1, 3 * count).Select(i => Key(i, random))])
        {
            if (columns.Count == count)
                break;
            Assert.Equal(expected.TryAdd(key, expected.Count), columns.TryAdd(key));
        }
        Assert.Equal(expected.Count, columns.Count);
        Assert.All(expected, entry => Assert.Equal(entry.Value, columns.Find(entry.Key)));
        foreach (int i in Enumerable.Range(1, 100))
        {
            ulong other = unchecked((ulong)i * 0x9E3779B97F4A7C15);
            Assert.Equal(expected.GetValueOrDefault(other, -1), columns.Find(other));
        }
    }

    private static ulong Key(int i, TorchGenerator random) =>
        i % 2 == 0 ? (ulong)i / 4 : (ulong)random.Integers(1, 1 << 30)[0] << 33;
}
