using Unroll.Engine.Kernels;

namespace Unroll.Engine.Cells;

/// <summary>The long short-term memory cell, <c>torch.nn.LSTM</c>; rows of the weights are the gates i, f, g, o.</summary>
/// <remarks>
/// <code>
/// a_t = W_ih x_t + W_hh h_{t-1} + b              columns i, f, g, o
/// i, f, o = σ(a_i), σ(a_f), σ(a_o)    g = tanh(a_g)
/// c_t = f ⊙ c_{t-1} + i ⊙ g
/// h_t = o ⊙ tanh(c_t)
///
/// dc_t += dh_t ⊙ o ⊙ (1 - tanh² c_t)
/// da_i = dc_t ⊙ g ⊙ i(1-i)      da_f = dc_t ⊙ c_{t-1} ⊙ f(1-f)
/// da_g = dc_t ⊙ i ⊙ (1-g²)      da_o = dh_t ⊙ tanh(c_t) ⊙ o(1-o)
/// dc_{t-1} = dc_t ⊙ f
/// </code>
/// </remarks>
internal sealed class LstmCell : IRecurrentCell
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
        new(CellTensor.Bias, 4, TensorInput.None),
    ];

    public string? TorchModule => "LSTM";

    // ONNX has i, o, f, g.
    public OnnxForm Onnx => new OnnxOperator("LSTM", [0, 3, 1, 2]);

    public bool PassesGradientBy => false;

    public ReadOnlySpan<GateBlock> Blocks => AllBlocks;

    public void Forward(IKernels kernels, in CellStep step) => kernels.LstmForward(step);

    public void Backward(IKernels kernels, in CellStep step) => kernels.LstmBackward(step);

    public ReferenceStep StepForward(ReferenceParameters layer, double[] state, double[] input)
    {
        int count = layer.HiddenSize;
        double[] x = layer.FromInput(input);
        double[] u = layer.FromHidden(state);
        double[] next = new double[2 * count];
        double[] gates = new double[4 * count];
        for (int i = 0; i < count; i++)
        {
            for (int gate = 0; gate < 4; gate++)
            {
                double a = x[gate * count + i] + u[gate * count + i] + layer.Bias[gate * count + i];
                gates[gate * count + i] = gate == CandidateGate ? Math.Tanh(a) : ReferenceParameters.Sigmoid(a);
            }
            next[count + i] = gates[count + i] * state[count + i] + gates[i] * gates[2 * count + i];
            next[i] = gates[3 * count + i] * Math.Tanh(next[count + i]);
        }
        return new ReferenceStep(input, state, next, gates);
    }

    public void StepBack(ReferenceBack back)
    {
        int count = back.Layer.HiddenSize;
        double[] gates = back.Step.Gates;
        for (int j = 0; j < count; j++)
        {
            (double i, double f, double g, double o) = (gates[j], gates[count + j], gates[2 * count + j], gates[3 * count + j]);
            double tanhC = Math.Tanh(back.Step.Next[count + j]);
            double dh = back.DState[j];
            double dc = back.DState[count + j] + dh * o * (1 - tanhC * tanhC);
            back.DPrevious[count + j] = dc * f;
            back.Add(j, dc * g * i * (1 - i));
            back.Add(count + j, dc * back.Step.Previous[count + j] * f * (1 - f));
            back.Add(2 * count + j, dc * i * (1 - g * g));
            back.Add(3 * count + j, dh * tanhC * o * (1 - o));
        }
    }
}
