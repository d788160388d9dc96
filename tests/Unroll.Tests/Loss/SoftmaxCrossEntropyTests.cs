using System.Text.Json;
using Unroll.Engine.Losses;
using Unroll.Engine.Numerics;
using Unroll.Evaluation;
using Unroll.Tests.Golden;
using Unroll.Tests.Oracles;
using Xunit;

namespace Unroll.Tests.Loss;

public class SoftmaxCrossEntropyTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Loss_probabilities_and_gradient_are_PyTorchs(int index)
    {
        JsonElement golden = GoldenFile.Read("layers.json").GetProperty("cross_entropy")[index];
        float[] logits = golden.Singles("logits");
        int[] labels = golden.Integers("labels");
        float[] dLogits = new float[logits.Length];
        double loss = MeanLoss(logits, labels, dLogits);
        Assert.Equal(golden.GetProperty("loss").GetDouble(), loss, 1e-5 * Math.Max(1, loss));
        Close.To(golden.Singles("d_logits"), dLogits, 1e-6, 1e-5);
        double[] probabilities = new double[logits.Length];
        int classes = logits.Length / labels.Length;
        for (int start = 0; start < logits.Length; start += classes)
            TemperatureScaling.Softmax(logits.AsSpan(start, classes), temperature: 1, probabilities.AsSpan(start, classes));
        Close.To(golden.Singles("probabilities"), [.. probabilities.Select(p => (float)p)], 1e-6, 1e-5);
    }

    [Fact]
    public void It_is_the_oracle()
    {
        float[] logits = new TorchGenerator(8).Normal(5, 4);
        float[] dLogits = new float[5];
        double loss = MeanLoss(logits, [3], dLogits);
        Assert.Equal(SoftmaxCrossEntropyOracle.Forward(Close.Widen(logits), 3), loss, 1e-9);
        Close.To(SoftmaxCrossEntropyOracle.Backward(Close.Widen(logits), 3), Close.Widen(dLogits), 1e-7);
    }

    [Fact]
    public void Large_logits_neither_overflow_nor_turn_the_loss_infinite()
    {
        float[] dLogits = new float[3];
        Assert.Equal(6e38, MeanLoss([3e38f, -3e38f, 0], [1], dLogits), 1e32);
        Assert.Equal([1, -1, 0], dLogits);
        Assert.Equal(0, MeanLoss([1e4f, 0, 0], [0], dLogits), 1e-12);
    }

    [Fact]
    public void NaN_stays_visible() => Assert.True(double.IsNaN(MeanLoss([float.NaN, 0], [1], new float[2])));

    private static double MeanLoss(float[] logits, int[] labels, float[] dLogits)
    {
        var loss = new SoftmaxCrossEntropy();
        int classes = logits.Length / labels.Length;
        double weight = loss.TotalWeight(labels);
        return labels.Select((label, b) => loss.Row(
            logits.AsSpan(b * classes, classes), label, weight, dLogits.AsSpan(b * classes, classes))).Sum() / weight;
    }
}
