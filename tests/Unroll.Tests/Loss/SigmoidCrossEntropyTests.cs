using Unroll.Engine.Batches;
using Unroll.Engine.Losses;
using Unroll.Engine.Numerics;
using Xunit;

namespace Unroll.Tests.Loss;

public class SigmoidCrossEntropyTests
{
    private static readonly int[][] Sets = [[], [1], [0, 2], [0, 1, 2]];

    // torch.nn.BCEWithLogitsLoss()(logits, targets): -0.5, 0.25, 2 against 0, 1, 0, worked out by hand:
    // softplus(-0.5) + softplus(-0.25) + softplus(2) = 0.4740770 + 0.5759393 + 2.1269280, over 3.
    [Fact]
    public void It_is_PyTorchs()
    {
        float[] dLogits = new float[3];
        double loss = MeanLoss([-0.5f, 0.25f, 2], [1], dLogits);
        Assert.Equal((0.47407698 + 0.57593942 + 2.12692801) / 3, loss, 1e-7);
        Close.To([0.37754067f / 3, (0.56217650f - 1) / 3, 0.88079708f / 3], dLogits, 1e-7, 1e-6);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 0.1f)]
    [InlineData(true, 0.3f)]
    public void It_is_the_oracle_and_the_oracle_agrees_with_finite_differences(bool isWeighted, float smoothing)
    {
        float[]? weights = isWeighted ? [2, 0.5f, 3] : null;
        float[] logits = new TorchGenerator(8).Normal(12, 3);
        int[] labels = [0, 1, 2, 3];
        float[] dLogits = new float[12];
        double loss = MeanLoss(logits, labels, dLogits, weights, smoothing);
        double[] wide = Close.Widen(logits);
        Assert.Equal(Oracle(wide, labels, weights, smoothing), loss, 1e-9);
        const double step = 1e-6;
        for (int i = 0; i < wide.Length; i++)
        {
            double at = wide[i];
            wide[i] = at + step;
            double above = Oracle(wide, labels, weights, smoothing);
            wide[i] = at - step;
            double below = Oracle(wide, labels, weights, smoothing);
            wide[i] = at;
            Assert.Equal((above - below) / (2 * step), dLogits[i], 1e-7);
        }
    }

    [Fact]
    public void The_gradient_may_stand_in_the_place_of_the_logits()
    {
        float[] logits = [1, -2, 3], apart = new float[3];
        double loss = MeanLoss(logits, [2], apart);
        Assert.Equal(loss, MeanLoss(logits, [2], logits), 1e-12);
        Assert.Equal(apart, logits);
    }

    [Fact]
    public void Large_logits_neither_overflow_nor_turn_the_loss_infinite()
    {
        float[] dLogits = new float[3];
        Assert.Equal(1e38, MeanLoss([-3e38f, 0, 3e38f], [2], dLogits), 1e32);
        Assert.Equal([-1 / 3f, 0.5f / 3, 0], dLogits);
    }

    [Fact]
    public void NaN_stays_visible() => Assert.True(double.IsNaN(MeanLoss([float.NaN, 0, 0], [1], new float[3])));

    // -log p and -log(1 - p), written down as they are.
    private static double Oracle(double[] logits, int[] labels, float[]? weights, float smoothing)
    {
        double sum = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            int c = i % 3;
            double p = 1 / (1 + Math.Exp(-logits[i]));
            double target = (Sets[labels[i / 3]].Contains(c) ? 1 - (double)smoothing : 0) + smoothing / 2.0;
            sum -= (weights?[c] ?? 1) * target * Math.Log(p) + (1 - target) * Math.Log(1 - p);
        }
        return sum / logits.Length;
    }

    private static double MeanLoss(
        float[] logits, int[] labels, float[] dLogits, float[]? weights = null, float smoothing = 0)
    {
        var sets = new LabelSets();
        foreach (int[] set in Sets)
            sets.Add(set);
        var loss = new SigmoidCrossEntropy(sets, 3, weights, smoothing);
        double weight = loss.TotalWeight(labels);
        return labels.Select((label, b) => loss.Row(
            logits.AsSpan(b * 3, 3), label, weight, dLogits.AsSpan(b * 3, 3))).Sum() / weight;
    }
}
