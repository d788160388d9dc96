using Unroll.Engine.Numerics;
using Unroll.Evaluation;
using Xunit;

namespace Unroll.Tests.Evaluation;

public class LogitMixtureTests
{
    private const int Classes = 3;
    private const int Count = 300;

    private static readonly int[] Labels = new TorchGenerator(3).Integers(Count, Classes);

    [Theory]
    [InlineData(2f, 0f, 0, 0.1)]
    [InlineData(0f, 2f, 0.9, 1)]
    [InlineData(1.5f, 1.5f, 0.35, 0.65)]
    public void The_part_that_knows_more_has_the_larger_share(float network, float linear, double low, double high)
    {
        double share = LogitMixture.FitShare(Knowing(network, seed: 1), Knowing(linear, seed: 2));
        Assert.InRange(share, low, high);
        Assert.Equal(Math.Round(20 * share), 20 * share, 1e-9);
    }

    [Fact]
    public void The_share_is_that_of_the_least_loss_at_its_own_temperature()
    {
        LabelledLogits network = Knowing(1, seed: 1), linear = Knowing(1.4f, seed: 2);
        double share = LogitMixture.FitShare(network, linear);
        double LossAt(double λ)
        {
            LabelledLogits mixed = LogitMixture.Mix(λ, network, linear);
            return mixed.Score(TemperatureScaling.Fit(mixed.Logits, Classes, mixed.Labels)).Loss;
        }
        Assert.All(
            [0, share - 0.1, share + 0.1, 1],
            other => Assert.True(LossAt(other) > LossAt(share), $"{other} against {share}"));
        // Ten times as large logits of one part are no better an answer.
        LabelledLogits larger = linear with { Logits = [.. linear.Logits.Select(z => 10 * z)] };
        double shrunk = LogitMixture.FitShare(network, larger);
        Assert.InRange(10 * shrunk / (1 - shrunk + 10 * shrunk), share - 0.2, share + 0.2);
    }

    [Fact]
    public void Two_rows_say_less_than_that_both_are_worth_the_same()
    {
        LabelledLogits Two(float right) => new([right, 0, 0, 0, right, 0], [0, 1], [0, 1], Classes);
        Assert.InRange(LogitMixture.FitShare(Two(1), Two(1.1f)), 0.3, 0.7);
    }

    // Noise, and that much more for the right class.
    private static LabelledLogits Knowing(float much, ulong seed)
    {
        float[] logits = new float[Count * Classes];
        new TorchGenerator(seed).FillNormal(logits, 0, 1);
        for (int row = 0; row < Count; row++)
            logits[row * Classes + Labels[row]] += much;
        return new LabelledLogits(logits, Labels, [.. Enumerable.Range(0, Count)], Classes);
    }
}
