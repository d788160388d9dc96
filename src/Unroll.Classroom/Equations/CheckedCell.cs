using Unroll.Engine.Cells;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Optimization;

namespace Unroll.Classroom.Equations;

/// <summary>
/// One recurrent layer over real numbers with a linear output at every step, y_t = V h_t + c, and the loss L = Σ w ⊙ y with fixed
/// random w: every parameter of the cell has a part in it.
/// </summary>
internal sealed class CheckedCell : ICheckedLayer
{
    private const int Steps = 6;
    private const int Rows = 2;
    private const int Outputs = 3;
    private const double Deviation = 0.6;

    private readonly IRecurrentCell _cell;
    private readonly SequenceNetwork _network;
    private readonly int _inputSize;
    private readonly int _hiddenSize;
    private readonly float[] _weights;
    private readonly Parameter[] _all;
    private readonly Dictionary<string, double[]> _values;

    /// <summary>Draws parameters and input.</summary>
    /// <param name="name">The name to print.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="nonlinearity">Its function, for a cell that lets one choose.</param>
    /// <param name="inputSize">I.</param>
    /// <param name="hiddenSize">H.</param>
    /// <param name="seed">The seed of all numbers.</param>
    public CheckedCell(string name, Cell cell, Nonlinearity nonlinearity, int inputSize, int hiddenSize, ulong seed)
    {
        (Name, _inputSize, _hiddenSize) = (name, inputSize, hiddenSize);
        _cell = RecurrentCells.Of(cell, nonlinearity).Between(inputSize, hiddenSize);
        var network = new Network(new NetworkConfig
        {
            Cell = cell,
            Nonlinearity = nonlinearity,
            Vocabulary = 0,
            Embedding = inputSize,
            Hidden = hiddenSize,
            Classes = Outputs,
        });
        _network = new SequenceNetwork(network, new OptimizerSettings(), Steps, Steps, Rows);
        var generator = new TorchGenerator(seed);
        _all = [.. network.Parameters.All];
        foreach (Parameter parameter in _all)
            network.Parameters.Write(parameter, Draw(generator, parameter.Length));
        _network.Pack();
        Draw(generator, _network.Input.Length).CopyTo(_network.Input);
        _weights = Draw(generator, _network.Outputs.Length);
        _values = _all.ToDictionary(
            parameter => parameter.Name,
            parameter => network.Parameters.Read(parameter).Select(value => (double)value).ToArray());
    }

    public string Name { get; }

    public IReadOnlyList<CheckedParameter> Parameters =>
        [.. _all.Select(parameter => new CheckedParameter(ShortName(parameter.Name), _values[parameter.Name]))];

    public double Loss() => Enumerable.Range(0, Rows).Sum(row => LossOf(Run(LayerParameters(), row), row));

    public IReadOnlyList<double[]> Gradients()
    {
        ReferenceParameters layer = LayerParameters();
        var gradients = new ReferenceGradients(layer);
        double[] dOutputWeight = new double[Outputs * _hiddenSize];
        double[] dOutputBias = new double[Outputs];
        for (int row = 0; row < Rows; row++)
        {
            ReferenceStep[] steps = Run(layer, row);
            double[] dLater = new double[steps[0].Next.Length];
            for (int t = Steps - 1; t >= 0; t--)
            {
                AddOutput(steps[t].Next, t, row, dLater, dOutputWeight, dOutputBias);
                var back = new ReferenceBack(layer, steps[t], dLater, gradients);
                _cell.StepBack(back);
                dLater = back.DPrevious;
            }
        }
        var offsets = new Dictionary<TensorInput, int>();
        var byName = new Dictionary<string, double[]> { ["output.weight"] = dOutputWeight, ["output.bias"] = dOutputBias };
        foreach (CellTensor tensor in _cell.Tensors)
        {
            string name = NetworkLayout.NameOf(tensor, layer: 0, direction: 0);
            int start = offsets.GetValueOrDefault(tensor.Input);
            int length = _values[name].Length;
            byName[name] = AllOf(gradients, tensor.Input).AsSpan(start, length).ToArray();
            offsets[tensor.Input] = start + length;
        }
        return [.. _all.Select(parameter => byName[parameter.Name])];
    }

    public (double Loss, IReadOnlyList<float[]> Gradients) Engine()
    {
        _network.Forward();
        double loss = 0;
        for (int i = 0; i < _weights.Length; i++)
            loss += (double)_weights[i] * _network.Outputs[i];
        _weights.CopyTo(_network.Outputs);
        _network.Backward();
        return (loss, [.. _all.Select(parameter => _network.Gradients[parameter.Name])]);
    }

    // One sequence from a state of zeros.
    private ReferenceStep[] Run(ReferenceParameters layer, int row)
    {
        var steps = new ReferenceStep[Steps];
        double[] state = new double[_hiddenSize + _cell.MemorySize(_hiddenSize)];
        for (int t = 0; t < Steps; t++)
        {
            double[] input = new double[_inputSize];
            for (int i = 0; i < _inputSize; i++)
                input[i] = _network.Input[(t * Rows + row) * _inputSize + i];
            steps[t] = _cell.StepForward(layer, state, input);
            state = steps[t].Next;
        }
        return steps;
    }

    private double LossOf(ReferenceStep[] steps, int row)
    {
        (double[] weight, double[] bias) = (_values["output.weight"], _values["output.bias"]);
        double loss = 0;
        for (int t = 0; t < Steps; t++)
        {
            for (int c = 0; c < Outputs; c++)
            {
                double y = bias[c];
                for (int i = 0; i < _hiddenSize; i++)
                    y += weight[c * _hiddenSize + i] * steps[t].Next[i];
                loss += WeightOf(t, row, c) * y;
            }
        }
        return loss;
    }

    // dh_t += Vᵀ w_t, dV += w_t h_tᵀ, dc += w_t
    private void AddOutput(double[] state, int t, int row, double[] dState, double[] dWeight, double[] dBias)
    {
        double[] weight = _values["output.weight"];
        for (int c = 0; c < Outputs; c++)
        {
            double dy = WeightOf(t, row, c);
            dBias[c] += dy;
            for (int i = 0; i < _hiddenSize; i++)
            {
                dWeight[c * _hiddenSize + i] += dy * state[i];
                dState[i] += dy * weight[c * _hiddenSize + i];
            }
        }
    }

    private double WeightOf(int t, int row, int output) => _weights[(t * Rows + row) * Outputs + output];

    private ReferenceParameters LayerParameters() => new(
        _inputSize, _hiddenSize, Values(TensorInput.Input), Values(TensorInput.Hidden), Values(TensorInput.None),
        Values(TensorInput.Memory));

    private double[] Values(TensorInput kind) =>
    [
        .. _cell.Tensors.Where(tensor => tensor.Input == kind)
            .SelectMany(tensor => _values[NetworkLayout.NameOf(tensor, layer: 0, direction: 0)]),
    ];

    private static double[] AllOf(ReferenceGradients gradients, TensorInput kind) => kind switch
    {
        TensorInput.Input => gradients.InputWeight,
        TensorInput.Hidden => gradients.RecurrentWeight,
        TensorInput.Memory => gradients.MemoryWeight,
        TensorInput.None => gradients.Bias,
        _ => throw new InvalidOperationException($"no gradients of what is multiplied with {kind}"),
    };

    private static float[] Draw(TorchGenerator generator, int length)
    {
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
            values[i] = (float)(Deviation * generator.NextNormal());
        return values;
    }

    private static string ShortName(string name) =>
        name.Replace("rnn.", "", StringComparison.Ordinal).Replace("_l0", "", StringComparison.Ordinal);
}
