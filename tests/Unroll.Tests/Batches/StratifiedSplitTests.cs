using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;
using Xunit;

namespace Unroll.Tests.Batches;

public sealed class StratifiedSplitTests
{
    private static readonly int[] Labels = [.. Enumerable.Range(0, 1000).Select(row => row % 10 < 7 ? 0 : row % 10 < 9 ? 1 : 2)];

    [Fact]
    public void Each_class_keeps_its_share()
    {
        (int[] kept, int[] off) = StratifiedSplit.Split(Labels, 0.1, new TorchGenerator(42));
        Assert.Equal(Enumerable.Range(0, 1000), kept.Concat(off).Order());
        Assert.Equal([70, 20, 10], Enumerable.Range(0, 3).Select(label => off.Count(row => Labels[row] == label)));
        Assert.Equal(off.Order(), off);
        Assert.Equal(off, StratifiedSplit.Split(Labels, 0.1, new TorchGenerator(42)).SplitOff);
        Assert.NotEqual(off, StratifiedSplit.Split(Labels, 0.1, new TorchGenerator(43)).SplitOff);
    }

    [Fact]
    public void A_class_of_one_row_stays()
    {
        (int[] kept, int[] off) = StratifiedSplit.Split([0, 0, 0, 0, 1], 0.9, new TorchGenerator(1));
        Assert.Contains(4, kept);
        Assert.Equal(3, off.Length);
    }

    [Fact]
    public void Folds_hold_every_row_once_and_each_class_evenly()
    {
        IReadOnlyList<int[]> folds = StratifiedSplit.Folds(Labels, 7, new TorchGenerator(42));
        Assert.Equal(Enumerable.Range(0, 1000), folds.SelectMany(fold => fold).Order());
        Assert.All(folds, fold => Assert.InRange(fold.Length, 142, 143));
        Assert.All(folds, fold => Assert.InRange(fold.Count(row => Labels[row] == 1), 28, 29));
    }
}
