using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Training;

public class PseudoLabelsTests
{
    [Theory]
    [InlineData(0.5, 2.0)]
    [InlineData(-3.0, 700.0)]
    [InlineData(1.0, 1.0)]
    public void A_label_is_the_most_probable_class_and_its_log_odds(double first, double second)
    {
        double[] logits = [first, second, -1];
        var opinions = new Opinions(2);
        opinions.Set(1, logits);
        int best = second > first ? 1 : 0;
        double others = logits.Where((_, c) => c != best).Max();
        double rest = Math.Log(logits.Where((_, c) => c != best).Sum(z => Math.Exp(z - others))) + others;
        Assert.Equal(best, opinions.Labels[1]);
        Assert.Equal(logits[best] - rest, opinions.LogOdds[1], 1e-12);
    }

    [Fact]
    public void Rows_are_taken_that_both_are_sure_of_in_the_shares_of_the_labels()
    {
        // Rows 0 to 5 are of class 0 for both, 6 and 7 of class 1, and of 8 and 9 they think differently.
        Opinions first = Said([0, 0, 0, 0, 0, 0, 1, 1, 0, 1], [1, 2, 3, 4, 5, 6, 1, 2, 9, 9]);
        Opinions second = Said([0, 0, 0, 0, 0, 0, 1, 1, 1, 0], [60, 10, 50, 20, 30, 40, 2, 1, 9, 9]);
        // Places in both orders: 0+5, 1+0, 2+4, 3+1, 4+2, 5+3; of 4 rows three quarters are of class 0.
        Assert.Equal([2, 4, 5, 6], PseudoLabels.Choose(first, second, [3, 1], most: 4));
        Assert.Equal([2, 5, 6, 7], PseudoLabels.Choose(first, second, [1, 1], most: 4));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], PseudoLabels.Choose(first, second, [1, 1], most: 100));
        Assert.Empty(PseudoLabels.Choose(first, second, [1, 1], most: 0));
    }

    private static Opinions Said(int[] labels, double[] logOdds)
    {
        var opinions = new Opinions(labels.Length);
        labels.CopyTo(opinions.Labels, 0);
        logOdds.CopyTo(opinions.LogOdds, 0);
        return opinions;
    }
}
