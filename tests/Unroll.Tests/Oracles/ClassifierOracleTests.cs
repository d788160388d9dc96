using Unroll.Engine.Numerics;
using Xunit;

namespace Unroll.Tests.Oracles;

/// <summary>The first proof of the whole classifier: every gradient of its oracle is the slope of its oracle's loss.</summary>
public class ClassifierOracleTests
{
    private static readonly int[][] Sentences = [[3], [1, 4, 2], [2, 1, 1, 3, 4]];

    private static readonly int[] Labels = [2, 0, 1];

    private static readonly string[] Cells =
        ["rnn", "rnn_relu", "gru", "lstm", "mingru", "minlstm", "sru", "peephole", "coupled", "janet", "slstm", "deltanet",
            "deltanet1"];

    public static TheoryData<string, bool, int, string> Combinations()
    {
        var data = new TheoryData<string, bool, int, string>();
        foreach (string cell in Cells)
        {
            foreach (string pooling in (string[])["last", "mean", "max", "attention"])
            {
                foreach (int layers in (int[])[1, 2])
                {
                    data.Add(cell, false, layers, pooling);
                    data.Add(cell, true, layers, pooling);
                }
            }
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Gradient_is_the_slope(string cell, bool bidirectional, int layers, string pooling) =>
        Check(new OracleConfig(cell, 5, 3, 3, layers, bidirectional, pooling, 3));

    [Theory]
    [InlineData("rnn", false, 1, "last")]
    [InlineData("gru", true, 1, "mean")]
    [InlineData("lstm", true, 2, "attention")]
    [InlineData("mingru", true, 2, "max")]
    [InlineData("minlstm", true, 2, "mean")]
    [InlineData("sru", true, 2, "max")]
    [InlineData("peephole", true, 1, "last")]
    [InlineData("coupled", false, 2, "attention")]
    [InlineData("janet", true, 1, "mean")]
    [InlineData("slstm", true, 2, "max")]
    [InlineData("deltanet", true, 2, "attention")]
    public void Gradient_is_the_slope_for_one_hot_words(string cell, bool bidirectional, int layers, string pooling) =>
        Check(new OracleConfig(cell, 5, 0, 2, layers, bidirectional, pooling, 3));

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 0.1)]
    [InlineData(true, 0.2)]
    public void Gradient_is_the_slope_for_weighted_classes_and_smoothed_labels(bool weighted, double smoothing) =>
        Check(new OracleConfig("gru", 5, 3, 2, 1, true, "mean", 3), weighted ? [0.5, 2, 1.25] : null, smoothing);

    [Fact]
    public void Weighted_mean_of_one_class_is_the_plain_mean()
    {
        double[][] logits = [[0.3, -1, 2], [1, 0, -0.5]];
        double plain = logits.Average(row => SoftmaxCrossEntropyOracle.Forward(row, 1));
        Assert.Equal(plain, WeightedCrossEntropyOracle.Forward(logits, [1, 1], [9, 4, 7], 0), 12);
    }

    private static void Check(OracleConfig config, double[]? classWeights = null, double labelSmoothing = 0)
    {
        // Drawn again where max pooling leaves a parameter without a part in any of the few words.
        ulong seed = 1;
        while (!CheckDraw(config, classWeights, labelSmoothing, seed))
            Assert.True(++seed < 5, "some parameter has no gradient, however it is drawn");
    }

    private static bool CheckDraw(OracleConfig config, double[]? classWeights, double labelSmoothing, ulong seed)
    {
        var random = new TorchGenerator(seed);
        var parameters = config.Parameters().ToDictionary(p => p.Name, p => Close.Widen(random.Normal(p.Length, 0.8f)));
        foreach ((string name, double[] bias) in parameters)
        {
            if (name.StartsWith("rnn.bias_hh", StringComparison.Ordinal))
                Array.Clear(bias, 0, 2 * config.Hidden);
        }
        var oracle = new ClassifierOracle(config, parameters);
        Dictionary<string, double[]> gradients = oracle.Gradients(Sentences, Labels, classWeights, labelSmoothing);
        // A parameter that nothing depends on would pass the comparison for free.
        if (gradients.Values.Any(gradient => gradient.All(d => Math.Abs(d) <= 1e-4)))
            return false;
        foreach ((string name, double[] values) in parameters)
        {
            FiniteDifferences.Check(
                values, gradients[name], () => oracle.Loss(Sentences, Labels, classWeights, labelSmoothing), "d " + name);
        }
        return true;
    }
}
