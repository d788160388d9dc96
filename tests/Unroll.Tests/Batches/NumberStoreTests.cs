using Unroll.Engine.Batches;
using Xunit;

namespace Unroll.Tests.Batches;

public class NumberStoreTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Numbers_come_back_as_they_were_added(bool onDisk)
    {
        var store = new NumberStore(onDisk);
        var expected = new List<int>();
        var random = new Random(3);
        for (int round = 0; round < 60; round++)
        {
            int[] values = [.. Enumerable.Range(0, random.Next(9000)).Select(_ => random.Next())];
            store.AddRange(values);
            store.Add(round);
            expected.AddRange([.. values, round]);
            // What is in the file and what is not yet, together.
            int start = random.Next(expected.Count);
            int count = random.Next(expected.Count - start);
            Assert.Equal(expected.GetRange(start, count), store.Slice(start, count).ToArray());
            Assert.Equal(expected[start], store[start]);
            Assert.Equal(expected[^1], store[store.Count - 1]);
            store.Release();
        }
        Assert.Equal(expected, store.Slice(0, store.Count).ToArray());
        store.Clear();
        Assert.Equal(0, store.Count);
        store.Add(5);
        Assert.Equal([5], store.Slice(0, 1).ToArray());
    }

    [Fact]
    public void A_store_on_disk_leaves_no_file_behind()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("an open file keeps its name on Windows");
        string[] before = Directory.GetFiles(Path.GetTempPath(), "unroll-*.tmp");
        var store = new NumberStore(onDisk: true);
        store.AddRange(new int[100_000]);
        Assert.Equal(0, store[99_999]);
        Assert.Empty(Directory.GetFiles(Path.GetTempPath(), "unroll-*.tmp").Except(before));
        Assert.True(store.OnDisk);
    }

    [Fact]
    public void What_is_not_there_is_refused()
    {
        foreach (bool onDisk in (bool[])[false, true])
        {
            var store = new NumberStore(onDisk);
            store.AddRange([1, 2, 3]);
            Assert.ThrowsAny<ArgumentException>(() => store.Slice(2, 3).Length);
        }
    }
}
