namespace Unroll.Engine.Cells;

/// <summary>
/// The parameters of one recurrent layer in double precision, and the products that every cell's reference needs.
/// </summary>
public sealed class ReferenceParameters
{
    private readonly double[] _inputWeight;
    private readonly double[] _recurrentWeight;
    private readonly double[] _bias;
    private readonly double[] _memoryWeight;

    /// <summary>Takes copies of the parameters.</summary>
    /// <param name="inputSize">I; at least 1.</param>
    /// <param name="hiddenSize">H.</param>
    /// <param name="inputWeight">W_ih, [G·H,I].</param>
    /// <param name="recurrentWeight">W_hh, [G·H,H]; empty for a cell without it.</param>
    /// <param name="bias">Every bias of the cell, one after the other.</param>
    /// <param name="memoryWeight">v, which multiplies the memory element by element; empty for a cell without it.</param>
    public ReferenceParameters(
        int inputSize, int hiddenSize, ReadOnlySpan<double> inputWeight, ReadOnlySpan<double> recurrentWeight,
        ReadOnlySpan<double> bias, ReadOnlySpan<double> memoryWeight)
    {
        (InputSize, HiddenSize) = (inputSize, hiddenSize);
        _inputWeight = inputWeight.ToArray();
        _recurrentWeight = recurrentWeight.ToArray();
        _bias = bias.ToArray();
        _memoryWeight = memoryWeight.ToArray();
    }

    /// <summary>I.</summary>
    public int InputSize { get; }

    /// <summary>H.</summary>
    public int HiddenSize { get; }

    /// <summary>W_ih, [G·H,I].</summary>
    public ReadOnlySpan<double> InputWeight => _inputWeight;

    /// <summary>W_hh, [G·H,H]; empty for a cell without it.</summary>
    public ReadOnlySpan<double> RecurrentWeight => _recurrentWeight;

    /// <summary>Every bias, one after the other.</summary>
    public ReadOnlySpan<double> Bias => _bias;

    /// <summary>v, which multiplies the memory element by element; empty for a cell without it.</summary>
    public ReadOnlySpan<double> MemoryWeight => _memoryWeight;

    /// <summary>W_ih x, [G·H].</summary>
    /// <param name="input">x, [I].</param>
    public double[] FromInput(double[] input) => Product(_inputWeight, input, InputSize);

    /// <summary>W_hh h, [G·H].</summary>
    /// <param name="state">h, [H]; what stands behind it is not read.</param>
    public double[] FromHidden(double[] state) => Product(_recurrentWeight, state, HiddenSize);

    internal static double Sigmoid(double a) => 1 / (1 + Math.Exp(-a));

    private static double[] Product(double[] weight, double[] vector, int columns)
    {
        double[] product = new double[weight.Length / columns];
        for (int row = 0; row < product.Length; row++)
        {
            double sum = 0;
            for (int j = 0; j < columns; j++)
                sum += weight[row * columns + j] * vector[j];
            product[row] = sum;
        }
        return product;
    }
}

/// <summary>One step of a cell's reference.</summary>
/// <param name="Input">x_t, [I].</param>
/// <param name="Previous">s_{t-1}, [S].</param>
/// <param name="Next">s_t, [S].</param>
/// <param name="Gates">What the step back needs of the gates, in the cell's own order.</param>
public sealed record ReferenceStep(double[] Input, double[] Previous, double[] Next, double[] Gates);
