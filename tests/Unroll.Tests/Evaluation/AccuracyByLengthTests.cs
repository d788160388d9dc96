using Unroll.Evaluation;
using Xunit;

namespace Unroll.Tests.Evaluation;

public class AccuracyByLengthTests
{
    [Fact]
    public void Neighbouring_lengths_make_ranges_of_about_as_many_rows()
    {
        var lengths = new AccuracyByLength();
        foreach (int length in (int[])[9, 1, 2, 2, 3, 4, 4, 5, 7])
            lengths.Add(length, isRight: length % 2 == 0);
        Assert.Equal(
            [new LengthRange(1, 2, 3, 2 / 3.0), new LengthRange(3, 4, 3, 2 / 3.0), new LengthRange(5, 9, 3, 0)],
            lengths.Ranges(3));
    }

    [Fact]
    public void One_length_is_one_range_however_many_rows_it_has()
    {
        var lengths = new AccuracyByLength();
        for (int i = 0; i < 10; i++)
            lengths.Add(4, isRight: i < 7);
        lengths.Add(6, isRight: true);
        Assert.Equal([new LengthRange(4, 4, 10, 0.7), new LengthRange(6, 6, 1, 1)], lengths.Ranges());
    }

    [Fact]
    public void Nothing_has_no_range() => Assert.Empty(new AccuracyByLength().Ranges());
}
