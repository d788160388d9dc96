using Unroll.Evaluation;
using Xunit;

namespace Unroll.Tests.Evaluation;

public class MeanIntervalTests
{
    /// <summary>SciPy's <c>t.ppf(0.975, n - 1)</c>.</summary>
    [Theory]
    [InlineData(2, 12.706204736432095)]
    [InlineData(3, 4.302652729911275)]
    [InlineData(4, 3.182446305284263)]
    [InlineData(5, 2.7764451051977987)]
    [InlineData(10, 2.2621571628540993)]
    [InlineData(31, 2.0422724563012373)]
    [InlineData(101, 1.983971518523552)]
    public void The_margin_is_that_of_students_t(int count, double quantile)
    {
        var interval = MeanInterval.Of(Enumerable.Range(0, count).Select(i => Math.Sin(i)));
        Assert.Equal(quantile, interval.Margin / interval.Deviation * Math.Sqrt(count), 1e-9);
        Assert.Equal((interval.Mean - interval.Margin, interval.Mean + interval.Margin), (interval.Low, interval.High));
    }

    [Fact]
    public void Mean_and_deviation_are_those_of_a_sample()
    {
        var interval = MeanInterval.Of([1, 2, 4]);
        Assert.Equal((3, 7.0 / 3), (interval.Count, interval.Mean));
        Assert.Equal(Math.Sqrt(7.0 / 3), interval.Deviation, 1e-12);
        Assert.Equal(0, MeanInterval.Of([0.5, 0.5]).Margin);
        Assert.Throws<ArgumentOutOfRangeException>(() => MeanInterval.Of([1]));
    }
}
