namespace Unroll.Tests.Oracles;

/// <summary>A vanilla RNN on one sentence in double precision: the equations of docs/mathematics.md as loops.</summary>
internal sealed class RnnOracle(int inputSize, int hiddenSize, Nonlinearity nonlinearity)
{
    public required double[] InputWeight { get; init; }

    public required double[] RecurrentWeight { get; init; }

    public required double[] Bias { get; init; }

    /// <summary>x [T,I], h_0 [H] → h [T,H].</summary>
    public double[] Forward(double[] x, double[] initial)
    {
        int steps = x.Length / inputSize;
        double[] h = new double[steps * hiddenSize];
        for (int t = 0; t < steps; t++)
        {
            for (int i = 0; i < hiddenSize; i++)
            {
                double a = Bias[i];
                for (int j = 0; j < inputSize; j++)
                    a += InputWeight[i * inputSize + j] * x[t * inputSize + j];
                for (int j = 0; j < hiddenSize; j++)
                    a += RecurrentWeight[i * hiddenSize + j] * Previous(h, initial, t, j);
                h[t * hiddenSize + i] = nonlinearity == Nonlinearity.Tanh ? Math.Tanh(a) : Math.Max(a, 0);
            }
        }
        return h;
    }

    /// <summary>Gradients of Σ_t dh_t·h_t.</summary>
    public RnnOracleGradients Backward(double[] x, double[] initial, double[] h, double[] dh)
    {
        int steps = x.Length / inputSize;
        var g = new RnnOracleGradients(
            new double[InputWeight.Length], new double[RecurrentWeight.Length], new double[hiddenSize],
            new double[x.Length], new double[hiddenSize]);
        double[] fromLater = new double[hiddenSize];
        for (int t = steps - 1; t >= 0; t--)
        {
            double[] toEarlier = new double[hiddenSize];
            for (int i = 0; i < hiddenSize; i++)
            {
                double y = h[t * hiddenSize + i];
                double slope = nonlinearity == Nonlinearity.Tanh ? 1 - y * y : y > 0 ? 1 : 0;
                double da = (dh[t * hiddenSize + i] + fromLater[i]) * slope;
                g.Bias[i] += da;
                for (int j = 0; j < inputSize; j++)
                {
                    g.InputWeight[i * inputSize + j] += da * x[t * inputSize + j];
                    g.Input[t * inputSize + j] += da * InputWeight[i * inputSize + j];
                }
                for (int j = 0; j < hiddenSize; j++)
                {
                    g.RecurrentWeight[i * hiddenSize + j] += da * Previous(h, initial, t, j);
                    toEarlier[j] += da * RecurrentWeight[i * hiddenSize + j];
                }
            }
            fromLater = toEarlier;
        }
        fromLater.CopyTo(g.InitialHidden, 0);
        return g;
    }

    private double Previous(double[] h, double[] initial, int t, int j) =>
        t == 0 ? initial[j] : h[(t - 1) * hiddenSize + j];
}

internal sealed record RnnOracleGradients(
    double[] InputWeight, double[] RecurrentWeight, double[] Bias, double[] Input, double[] InitialHidden);
