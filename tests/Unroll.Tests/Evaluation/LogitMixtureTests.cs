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
    [InlineData(2f, 0f, 0, 0.15)]
    [InlineData(0f, 2f, 0.9, 1)]
    [InlineData(1.5f, 1.5f, 0.45, 0.75)]
    public void The_part_that_knows_more_has_the_larger_share(float network, float linear, double low, double high)
    {
        double share = LogitMixture.FitShare(Knowing(network, seed: 1), Knowing(linear, seed: 2));
        Assert.InRange(share, low, high);
        Assert.Equal(Math.Round(20 * share), 20 * share, 1e-9);
    }

    [Fact]
    public void The_share_is_the_largest_within_half_a_standard_error_of_the_least_loss()
    {
        LabelledLogits network = Knowing(1, seed: 1), linear = Knowing(1.4f, seed: 2);
        double share = LogitMixture.FitShare(network, linear);
        double[] shares = [.. Enumerable.Range(0, 21).Select(step => step / 20.0)];
        double[][] losses = [.. shares.Select(λ => LossesAt(λ, network, linear))];
        double[] best = losses.MinBy(ofRows => ofRows.Sum())!;
        double[] told = [.. losses.Select(ofRows => StandardErrorsAbove(ofRows, best))];
        int chosen = Array.IndexOf(shares, share);
        Assert.True(chosen > Array.IndexOf(losses, best), "more than the share of the least loss");
        Assert.InRange(told[chosen], 0, 0.5);
        Assert.All(told[(chosen + 1)..], above => Assert.True(above > 0.5, $"{above} above"));
    }

    [Fact]
    public void Larger_logits_of_one_part_are_no_better_an_answer()
    {
        LabelledLogits network = Knowing(1, seed: 1), linear = Knowing(1.4f, seed: 2);
        double share = LogitMixture.FitShare(network, linear);
        LabelledLogits larger = linear with { Logits = [.. linear.Logits.Select(z => 10 * z)] };
        double shrunk = LogitMixture.FitShare(network, larger);
        Assert.InRange(10 * shrunk / (1 - shrunk + 10 * shrunk), share - 0.2, share + 0.2);
    }

    [Fact]
    public void Where_rows_tell_no_difference_the_linear_part_speaks_alone()
    {
        // What one part gains on a row it loses on another.
        LabelledLogits Two(float first, float second) => new([first, 0, 0, 0, second, 0], [0, 1], [0, 1], Classes);
        Assert.Equal(1, LogitMixture.FitShare(Two(1.1f, 1), Two(1, 1.05f)));
        Assert.Equal(1, LogitMixture.FitShare(Knowing(1, seed: 1), Knowing(1, seed: 1)));
        // Two rows are enough where the difference is large.
        Assert.Equal(0, LogitMixture.FitShare(Two(4, 3), Two(-4, -3)));
    }

    private static double[] LossesAt(double share, LabelledLogits network, LabelledLogits linear)
    {
        LabelledLogits mixed = LogitMixture.Mix(share, network, linear);
        double temperature = TemperatureScaling.Fit(mixed.Logits, Classes, mixed.Labels);
        double[] p = new double[Classes];
        return
        [
            .. mixed.Labels.Select((label, row) =>
            {
                TemperatureScaling.Softmax(mixed.Logits.AsSpan(row * Classes, Classes), temperature, p);
                return -Math.Log(p[label]);
            }),
        ];
    }

    private static double StandardErrorsAbove(double[] losses, double[] best)
    {
        double[] d = [.. losses.Zip(best, (loss, least) => loss - least)];
        double deviation = Math.Sqrt(d.Sum(x => x * x) / d.Length - d.Average() * d.Average());
        return deviation == 0 ? 0 : d.Average() / (deviation / Math.Sqrt(d.Length));
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
