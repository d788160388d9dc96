using Unroll.Engine.Kernels;

namespace Unroll.Engine.Cells;

/// <summary>
/// The LSTM with coupled gates (Greff et al., 2015, arXiv 1503.04069, there CIFG): what is not kept is written, i = 1 - f. Rows
/// of the weights are the gates f, g, o.
/// </summary>
/// <remarks>
/// <code>
/// a_t = W_ih x_t + W_hh h_{t-1} + b              columns f, g, o
/// f, o = σ(a_f), σ(a_o)    g = tanh(a_g)
/// c_t = f ⊙ c_{t-1} + (1 - f) ⊙ g
/// h_t = o ⊙ tanh(c_t)
///
/// dc_t += dh_t ⊙ o ⊙ (1 - tanh² c_t)
/// da_f = dc_t ⊙ (c_{t-1} - g) ⊙ f(1-f)
/// da_g = dc_t ⊙ (1 - f) ⊙ (1-g²)                 da_o = dh_t ⊙ tanh(c_t) ⊙ o(1-o)
/// dc_{t-1} = dc_t ⊙ f
/// </code>
/// </remarks>
internal sealed class CoupledCell : IRecurrentCell
{
    private static readonly GateBlock[] AllBlocks = [new(Column: 0, Count: 3, InputRow: 0, RecurrentRow: 0)];

    public IReadOnlyList<string> GateNames { get; } = ["forget", "cell_candidate", "output"];

    public int Gates => 3;

    public int Columns => 3;

    public bool HasCellState => true;

    public int TraceSize(int hiddenSize) => hiddenSize;

    public int CandidateGate => 1;

    public int? ForgetGate => 0;

    public bool ReadsNonlinearity => false;

    public IReadOnlyList<CellTensor> Tensors { get; } =
    [
        new(CellTensor.InputWeight, 3, TensorInput.Input),
        new(CellTensor.RecurrentWeight, 3, TensorInput.Hidden),
        new(CellTensor.Bias, 3, TensorInput.None),
    ];

    public string? TorchModule => null;

    public OnnxForm Onnx => new OnnxStep(
    [
        new("Sigmoid", "f", OnnxStep.Gate(0)),
        new("Tanh", "g", OnnxStep.Gate(1)),
        new("Sigmoid", "o", OnnxStep.Gate(2)),
        new("Sub", "distance", OnnxStep.PreviousMemory(0), "g"),
        new("Mul", "old", "f", "distance"),
        new("Add", "cell", "old", "g"),
        new("Tanh", "squashed", "cell"),
        new("Mul", "next", "o", "squashed"),
    ])
    {
        Memory = ["cell"],
    };

    public bool PassesGradientBy => false;

    public ReadOnlySpan<GateBlock> Blocks => AllBlocks;

    public void Forward(IKernels kernels, in CellStep step) => kernels.CoupledForward(step);

    public void Backward(IKernels kernels, in CellStep step) => kernels.CoupledBackward(step);

    public ReferenceStep StepForward(ReferenceParameters layer, double[] state, double[] input)
    {
        int count = layer.HiddenSize;
        double[] x = layer.FromInput(input);
        double[] u = layer.FromHidden(state);
        double[] next = new double[2 * count];
        double[] gates = new double[3 * count];
        for (int j = 0; j < count; j++)
        {
            double f = ReferenceParameters.Sigmoid(x[j] + u[j] + layer.Bias[j]);
            double g = Math.Tanh(x[count + j] + u[count + j] + layer.Bias[count + j]);
            double o = ReferenceParameters.Sigmoid(x[2 * count + j] + u[2 * count + j] + layer.Bias[2 * count + j]);
            (gates[j], gates[count + j], gates[2 * count + j]) = (f, g, o);
            next[count + j] = f * state[count + j] + (1 - f) * g;
            next[j] = o * Math.Tanh(next[count + j]);
        }
        return new ReferenceStep(input, state, next, gates);
    }

    public void StepBack(ReferenceBack back)
    {
        int count = back.Layer.HiddenSize;
        double[] gates = back.Step.Gates;
        for (int j = 0; j < count; j++)
        {
            (double f, double g, double o) = (gates[j], gates[count + j], gates[2 * count + j]);
            double tanhC = Math.Tanh(back.Step.Next[count + j]);
            double dh = back.DState[j];
            double dc = back.DState[count + j] + dh * o * (1 - tanhC * tanhC);
            back.Add(j, dc * (back.Step.Previous[count + j] - g) * f * (1 - f));
            back.Add(count + j, dc * (1 - f) * (1 - g * g));
            back.Add(2 * count + j, dh * tanhC * o * (1 - o));
            back.DPrevious[count + j] += dc * f;
        }
    }
}
