using Unroll.Search;
using Xunit;

namespace Unroll.Tests.Search;

public class SuccessiveHalvingTests
{
    [Theory]
    [InlineData(27, 3, 27, null, "9 27")]
    [InlineData(27, 3, 27, 3, "3 9 27")]
    [InlineData(27, 3, 27, 4, "1 3 9 27")]
    [InlineData(27, 3, 9, null, "3 9")]
    [InlineData(27, 3, 9, 3, "1 3 9")]
    [InlineData(9, 3, 27, null, "9 27")]
    [InlineData(8, 3, 27, null, "9 27")]
    [InlineData(2, 3, 27, null, "27")]
    [InlineData(27, 3, 10, 9, "1 3 10")]
    [InlineData(27, 3, 5, null, "2 5")]
    [InlineData(27, 3, 5, 9, "1 2 5")]
    [InlineData(27, 3, 1, null, "1")]
    [InlineData(27, 3, 27, 1, "27")]
    [InlineData(27, 3, 27, 2, "9 27")]
    [InlineData(16, 2, 16, null, "8 16")]
    [InlineData(16, 2, 16, 9, "1 2 4 8 16")]
    public void Rungs_end_with_the_whole_training_and_leave_a_trial_for_it(
        int trials, int eta, int epochs, int? most, string rungs)
    {
        var halving = SuccessiveHalving.Of(trials, eta, epochs, most);
        Assert.Equal(rungs, string.Join(' ', halving.Rungs));
        Assert.True(Math.Pow(eta, halving.Top) <= trials);
    }

    [Theory]
    [InlineData(0, 3, 9, "SuccessiveHalving.Trials is 0")]
    [InlineData(9, 1, 9, "SuccessiveHalving.Eta is 1")]
    [InlineData(9, 3, 0, "TrainingOptions.Epochs is 0")]
    public void What_is_out_of_range_is_refused(int trials, int eta, int epochs, string expected) => Assert.Contains(
        expected, Assert.Throws<InputException>(() => SuccessiveHalving.Of(trials, eta, epochs)).Message,
        StringComparison.Ordinal);

    // By hand, after algorithm 2 of Li et al. (2020): nine trials, η = 3, rungs of 1, 3 and 9 epochs, one worker, and scores that
    // do not change with the rung. A trial is promoted as soon as it is among the best third of those that have ended its rung.
    //   0: 0.50   1: 0.70   2: 0.60 → of three the best one is 1, which goes on
    //   3: 0.90                     → of four the best one is 3, which goes on; of 1 and 3 at the next rung nobody does
    //   4: 0.40   5: 0.80           → of six the best two are 3 and 5, so 5 goes on; of 1, 3 and 5 there 3 is best, to the end
    //   6: 0.10   7: 0.85           → of eight the best two are 3 and 7, so 7 goes on; of four there the best is 3, which has
    //   8: 0.20                     → of nine the best three are 3, 7 and 5, which all have gone on
    [Fact]
    public void Nine_trials_go_the_way_that_was_worked_out_by_hand()
    {
        double[] scores = [0.5, 0.7, 0.6, 0.9, 0.4, 0.8, 0.1, 0.85, 0.2];
        var halving = SuccessiveHalving.Of(9, 3, 9, 3);
        var ended = new List<RungScore>();
        var begun = new Dictionary<int, int>();
        var jobs = new List<string>();
        while (halving.Next(ended, begun) is var (trial, rung))
        {
            begun[trial] = rung;
            ended.Add(new RungScore(trial, rung, scores[trial], Loss: 1));
            jobs.Add($"{trial}/{rung}");
        }
        Assert.Equal("0/0 1/0 2/0 1/1 3/0 3/1 4/0 5/0 5/1 3/2 6/0 7/0 7/1 8/0", string.Join(' ', jobs));
        Assert.Equal((3, 2), (SuccessiveHalving.Best(ended)!.Value.Trial, SuccessiveHalving.Best(ended)!.Value.Rung));
    }

    [Fact]
    public void Nobody_waits_for_what_still_runs()
    {
        var halving = SuccessiveHalving.Of(9, 3, 9, 3);
        var begun = new Dictionary<int, int> { [0] = 0, [1] = 0, [2] = 0, [3] = 0 };
        RungScore[] ended = [new(1, 0, 0.5, 1), new(2, 0, 0.4, 1), new(3, 0, 0.6, 1)];
        Assert.Equal((3, 1), halving.Next(ended, begun));
        begun[3] = 1;
        Assert.Equal((4, 0), halving.Next(ended, begun));
    }

    [Fact]
    public void A_trial_that_broke_does_not_go_on_and_ties_go_by_loss_and_number()
    {
        var halving = SuccessiveHalving.Of(3, 3, 3);
        var begun = new Dictionary<int, int> { [0] = 0, [1] = 0, [2] = 0 };
        Assert.Null(halving.Next([new(0, 0, null, 1), new(1, 0, null, 1), new(2, 0, null, 1)], begun));
        Assert.Null(SuccessiveHalving.Best([new(0, 0, null, 1)]));
        Assert.Equal((2, 1), halving.Next([new(0, 0, 0.5, 0.7), new(1, 0, 0.5, 0.7), new(2, 0, 0.5, 0.6)], begun));
        Assert.Equal((0, 1), halving.Next([new(2, 0, 0.5, 0.7), new(1, 0, 0.5, 0.7), new(0, 0, 0.5, 0.7)], begun));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_is_dropped_is_never_asked_for_whoever_ends_first(int seed)
    {
        var random = new Random(seed);
        var halving = SuccessiveHalving.Of(40, 3, 27, 4);
        double[] scores = [.. Enumerable.Range(0, 40).Select(_ => random.NextDouble())];
        var ended = new List<RungScore>();
        var begun = new Dictionary<int, int>();
        var running = new List<(int Trial, int Rung)>();
        var dropped = new HashSet<int>();
        while (true)
        {
            while (running.Count < 4 && halving.Next(ended, begun) is { } job)
            {
                Assert.DoesNotContain(job.Trial, dropped);
                begun[job.Trial] = job.Rung;
                running.Add(job);
            }
            if (running.Count == 0)
                break;
            int at = random.Next(running.Count);
            (int trial, int rung) = running[at];
            running.RemoveAt(at);
            ended.Add(new RungScore(trial, rung, scores[trial] + 0.1 * random.NextDouble(), 1));
            dropped.UnionWith(halving.Dropped(ended, begun));
        }
        Assert.DoesNotContain(SuccessiveHalving.Best(ended)!.Value.Trial, dropped);
        Assert.True(dropped.Count > 20, $"{dropped.Count} of 40 states were dropped");
    }
}
