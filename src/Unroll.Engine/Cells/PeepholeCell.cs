using Unroll.Engine.Kernels;

namespace Unroll.Engine.Cells;

/// <summary>
/// The LSTM with peepholes (Gers and Schmidhuber, 2000): the gates also read the cell state, element by element. Rows of the
/// weights are the gates i, f, g, o, those of v the gates i, f, o.
/// </summary>
/// <remarks>
/// <code>
/// a_t = W_ih x_t + W_hh h_{t-1} + b              columns i, f, g, o
/// i, f = σ(a_i + v_i ⊙ c_{t-1}), σ(a_f + v_f ⊙ c_{t-1})    g = tanh(a_g)
/// c_t = f ⊙ c_{t-1} + i ⊙ g
/// o = σ(a_o + v_o ⊙ c_t)                         h_t = o ⊙ tanh(c_t)
///
/// da_o = dh_t ⊙ tanh(c_t) ⊙ o(1-o)
/// dc_t += dh_t ⊙ o ⊙ (1 - tanh² c_t) + da_o ⊙ v_o
/// da_i = dc_t ⊙ g ⊙ i(1-i)      da_f = dc_t ⊙ c_{t-1} ⊙ f(1-f)      da_g = dc_t ⊙ i ⊙ (1-g²)
/// dc_{t-1} = dc_t ⊙ f + da_i ⊙ v_i + da_f ⊙ v_f
/// dv_i += da_i ⊙ c_{t-1},  dv_f += da_f ⊙ c_{t-1},  dv_o += da_o ⊙ c_t
/// </code>
/// </remarks>
internal sealed class PeepholeCell : IRecurrentCell
{
    private static readonly GateBlock[] AllBlocks = [new(Column: 0, Count: 4, InputRow: 0, RecurrentRow: 0)];

    public IReadOnlyList<string> GateNames { get; } = ["input", "forget", "cell_candidate", "output"];

    public int Gates => 4;

    public int Columns => 4;

    public bool HasCellState => true;

    public int TraceSize(int hiddenSize) => hiddenSize;

    public int CandidateGate => 2;

    public int? ForgetGate => 1;

    public bool ReadsNonlinearity => false;

    public IReadOnlyList<CellTensor> Tensors { get; } =
    [
        new(CellTensor.InputWeight, 4, TensorInput.Input),
        new(CellTensor.RecurrentWeight, 4, TensorInput.Hidden),
        new("weight_ph", 3, TensorInput.Memory),
        new(CellTensor.Bias, 4, TensorInput.None),
    ];

    public string? TorchModule => null;

    public OnnxForm Onnx => new OnnxStep(
    [
        new("Mul", "from_i", OnnxStep.MemoryWeight(0), OnnxStep.PreviousMemory(0)),
        new("Add", "sum_i", OnnxStep.Gate(0), "from_i"),
        new("Sigmoid", "i", "sum_i"),
        new("Mul", "from_f", OnnxStep.MemoryWeight(1), OnnxStep.PreviousMemory(0)),
        new("Add", "sum_f", OnnxStep.Gate(1), "from_f"),
        new("Sigmoid", "f", "sum_f"),
        new("Tanh", "g", OnnxStep.Gate(2)),
        new("Mul", "new", "i", "g"),
        new("Mul", "old", "f", OnnxStep.PreviousMemory(0)),
        new("Add", "cell", "old", "new"),
        new("Mul", "from_o", OnnxStep.MemoryWeight(2), "cell"),
        new("Add", "sum_o", OnnxStep.Gate(3), "from_o"),
        new("Sigmoid", "o", "sum_o"),
        new("Tanh", "squashed", "cell"),
        new("Mul", "next", "o", "squashed"),
    ])
    {
        Memory = ["cell"],
    };

    public bool PassesGradientBy => false;

    public ReadOnlySpan<GateBlock> Blocks => AllBlocks;

    public void Forward(IKernels kernels, in CellStep step) => kernels.PeepholeForward(step);

    public void Backward(IKernels kernels, in CellStep step) => kernels.PeepholeBackward(step);

    public ReferenceStep StepForward(ReferenceParameters layer, double[] state, double[] input)
    {
        int count = layer.HiddenSize;
        double[] x = layer.FromInput(input);
        double[] u = layer.FromHidden(state);
        double[] next = new double[2 * count];
        double[] gates = new double[4 * count];
        for (int j = 0; j < count; j++)
        {
            double before = state[count + j];
            double i = ReferenceParameters.Sigmoid(PreActivation(layer, 0, j) + layer.MemoryWeight[j] * before);
            double f = ReferenceParameters.Sigmoid(PreActivation(layer, 1, j) + layer.MemoryWeight[count + j] * before);
            double g = Math.Tanh(PreActivation(layer, 2, j));
            double c = f * before + i * g;
            double o = ReferenceParameters.Sigmoid(PreActivation(layer, 3, j) + layer.MemoryWeight[2 * count + j] * c);
            (gates[j], gates[count + j], gates[2 * count + j], gates[3 * count + j]) = (i, f, g, o);
            (next[j], next[count + j]) = (o * Math.Tanh(c), c);
        }
        return new ReferenceStep(input, state, next, gates);

        double PreActivation(ReferenceParameters of, int gate, int j) =>
            x[gate * count + j] + u[gate * count + j] + of.Bias[gate * count + j];
    }

    public void StepBack(ReferenceBack back)
    {
        int count = back.Layer.HiddenSize;
        double[] gates = back.Step.Gates;
        ReadOnlySpan<double> v = back.Layer.MemoryWeight;
        for (int j = 0; j < count; j++)
        {
            (double i, double f, double g, double o) = (gates[j], gates[count + j], gates[2 * count + j], gates[3 * count + j]);
            (double before, double c) = (back.Step.Previous[count + j], back.Step.Next[count + j]);
            double tanhC = Math.Tanh(c);
            double dh = back.DState[j];
            double dOutput = dh * tanhC * o * (1 - o);
            double dc = back.DState[count + j] + dh * o * (1 - tanhC * tanhC) + dOutput * v[2 * count + j];
            double dInput = dc * g * i * (1 - i);
            double dForget = dc * before * f * (1 - f);
            back.Add(j, dInput);
            back.Add(count + j, dForget);
            back.Add(2 * count + j, dc * i * (1 - g * g));
            back.Add(3 * count + j, dOutput);
            back.AddMemoryWeight(j, dInput, before);
            back.AddMemoryWeight(count + j, dForget, before);
            back.AddMemoryWeight(2 * count + j, dOutput, c);
            back.DPrevious[count + j] += dc * f + dInput * v[j] + dForget * v[count + j];
        }
    }
}
