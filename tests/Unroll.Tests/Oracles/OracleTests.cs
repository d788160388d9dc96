using Unroll.Engine.Numerics;
using Xunit;

namespace Unroll.Tests.Oracles;

/// <summary>The first proof of each layer: its oracle's gradient is the slope of its oracle's loss.</summary>
public class OracleTests
{
    [Theory]
    [InlineData(Nonlinearity.Tanh, 1, 3, 4)]
    [InlineData(Nonlinearity.Tanh, 7, 2, 3)]
    [InlineData(Nonlinearity.Tanh, 20, 5, 6)]
    [InlineData(Nonlinearity.Relu, 1, 3, 4)]
    [InlineData(Nonlinearity.Relu, 9, 4, 5)]
    public void Rnn_gradient_is_the_slope(Nonlinearity nonlinearity, int steps, int inputSize, int hiddenSize)
    {
        var random = new TorchGenerator(1);
        double[] x = Wide(random, steps * inputSize);
        double[] initial = Wide(random, hiddenSize);
        double[] dh = Wide(random, steps * hiddenSize);
        var oracle = new RnnOracle(inputSize, hiddenSize, nonlinearity)
        {
            InputWeight = Wide(random, hiddenSize * inputSize, 0.5f),
            RecurrentWeight = Wide(random, hiddenSize * hiddenSize, 0.5f),
            Bias = Wide(random, hiddenSize, 0.5f),
        };
        RnnOracleGradients gradients = oracle.Backward(x, initial, oracle.Forward(x, initial), dh);
        double Loss() => oracle.Forward(x, initial).Zip(dh, (h, d) => h * d).Sum();

        FiniteDifferences.Check(oracle.InputWeight, gradients.InputWeight, Loss, "dW_ih");
        FiniteDifferences.Check(oracle.RecurrentWeight, gradients.RecurrentWeight, Loss, "dW_hh");
        FiniteDifferences.Check(oracle.Bias, gradients.Bias, Loss, "db");
        FiniteDifferences.Check(x, gradients.Input, Loss, "dx");
        FiniteDifferences.Check(initial, gradients.InitialHidden, Loss, "dh_0");
    }

    [Fact]
    public void Linear_gradient_is_the_slope()
    {
        var random = new TorchGenerator(2);
        double[] weight = Wide(random, 12);
        double[] bias = Wide(random, 3);
        double[] x = Wide(random, 4);
        double[] dy = Wide(random, 3);
        (double[] dWeight, double[] dBias, double[] dx) = LinearOracle.Backward(weight, x, dy);
        double Loss() => LinearOracle.Forward(weight, bias, x).Zip(dy, (y, d) => y * d).Sum();

        FiniteDifferences.Check(weight, dWeight, Loss, "dW");
        FiniteDifferences.Check(bias, dBias, Loss, "db");
        FiniteDifferences.Check(x, dx, Loss, "dx");
    }

    [Fact]
    public void Cross_entropy_gradient_is_the_slope()
    {
        double[] logits = Wide(new TorchGenerator(3), 5, 3);
        double[] gradient = SoftmaxCrossEntropyOracle.Backward(logits, 2);
        FiniteDifferences.Check(logits, gradient, () => SoftmaxCrossEntropyOracle.Forward(logits, 2), "dz");
    }

    private static double[] Wide(TorchGenerator random, int count, float scale = 1) => Close.Widen(random.Normal(count, scale));
}
