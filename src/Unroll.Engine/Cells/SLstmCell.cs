using Unroll.Engine.Kernels;

namespace Unroll.Engine.Cells;

/// <summary>
/// The sLSTM of xLSTM (Beck et al., 2024, arXiv 2405.04517): an exponential input gate, a normaliser n, and a running maximum m
/// that keeps the exponentials in range without changing h. The forget gate is σ, as in the authors' code; the recurrent weight
/// is one block (one head), so every unit reads every other. Rows of the weights are the gates i, f, z, o.
/// </summary>
/// <remarks>
/// <code>
/// a_t = W_ih x_t + W_hh h_{t-1} + b              columns i, f, z, o;  memory c, n, m
/// l = log σ(a_f)    z = tanh(a_z)    o = σ(a_o)
/// m_t = max(l + m_{t-1}, a_i)                    a_i at the first word, where n_{t-1} is zero
/// i = exp(a_i - m_t)    f = exp(l + m_{t-1} - m_t)
/// c_t = f ⊙ c_{t-1} + i ⊙ z                      n_t = f ⊙ n_{t-1} + i
/// h_t = o ⊙ c_t / n_t
///
/// da_o = dh_t ⊙ (c_t / n_t) ⊙ o(1-o)
/// dc_t += dh_t ⊙ o / n_t                         dn_t -= dh_t ⊙ o ⊙ c_t / n_t²
/// p_i = i ⊙ (dc_t ⊙ z + dn_t)                    p_f = f ⊙ (dc_t ⊙ c_{t-1} + dn_t ⊙ n_{t-1})
/// where m_t is a_i:  da_i = dm_t - p_f,  dl = p_f;  else  da_i = p_i,  dl = dm_t - p_i
/// da_f = dl ⊙ (1 - σ(a_f))                       da_z = dc_t ⊙ i ⊙ (1-z²)
/// dc_{t-1} = dc_t ⊙ f    dn_{t-1} = dn_t ⊙ f     dm_{t-1} = dl
/// </code>
/// </remarks>
internal sealed class SLstmCell : IRecurrentCell
{
    private static readonly GateBlock[] AllBlocks = [new(Column: 0, Count: 4, InputRow: 0, RecurrentRow: 0)];

    public IReadOnlyList<string> GateNames { get; } = ["input", "forget", "cell_candidate", "output"];

    public int Gates => 4;

    public int Columns => 4;

    public bool HasCellState => true;

    public int MemorySize(int hiddenSize) => 3 * hiddenSize;

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

    public string? TorchModule => null;

    public OnnxForm Onnx => new OnnxStep(
    [
        new("Neg", "negative", OnnxStep.Gate(1)),
        new("Softplus", "minus_log", "negative"),
        new("Sub", "kept", OnnxStep.PreviousMemory(2), "minus_log"),
        new("Max", "larger", "kept", OnnxStep.Gate(0)),
        new("Greater", "has_read", OnnxStep.PreviousMemory(1), "zero"),
        new("Where", "m", "has_read", "larger", OnnxStep.Gate(0)),
        new("Sub", "above", OnnxStep.Gate(0), "m"),
        new("Exp", "i", "above"),
        new("Sub", "below", "kept", "m"),
        new("Exp", "f", "below"),
        new("Tanh", "z", OnnxStep.Gate(2)),
        new("Sigmoid", "o", OnnxStep.Gate(3)),
        new("Mul", "old_c", "f", OnnxStep.PreviousMemory(0)),
        new("Mul", "new_c", "i", "z"),
        new("Add", "c", "old_c", "new_c"),
        new("Mul", "old_n", "f", OnnxStep.PreviousMemory(1)),
        new("Add", "n", "old_n", "i"),
        new("Div", "ratio", "c", "n"),
        new("Mul", "next", "o", "ratio"),
    ])
    {
        Memory = ["c", "n", "m"],
        Constants = [("zero", 0)],
    };

    public bool PassesGradientBy => false;

    public ReadOnlySpan<GateBlock> Blocks => AllBlocks;

    public void Forward(IKernels kernels, in CellStep step) => kernels.SLstmForward(step);

    public void Backward(IKernels kernels, in CellStep step) => kernels.SLstmBackward(step);

    public ReferenceStep StepForward(ReferenceParameters layer, double[] state, double[] input)
    {
        int count = layer.HiddenSize;
        double[] x = layer.FromInput(input);
        double[] u = layer.FromHidden(state);
        double[] next = new double[4 * count];
        double[] gates = new double[5 * count];
        for (int j = 0; j < count; j++)
        {
            (double cBefore, double nBefore, double mBefore) = (state[count + j], state[2 * count + j], state[3 * count + j]);
            double log = PreActivation(layer, 0, j);
            double slope = ReferenceParameters.Sigmoid(-PreActivation(layer, 1, j));
            double kept = LogSigmoid(PreActivation(layer, 1, j)) + mBefore;
            double z = Math.Tanh(PreActivation(layer, 2, j));
            double o = ReferenceParameters.Sigmoid(PreActivation(layer, 3, j));
            double m = nBefore > 0 ? Math.Max(kept, log) : log;
            double i = Math.Exp(log - m);
            double f = Math.Exp(kept - m);
            double c = f * cBefore + i * z;
            double n = f * nBefore + i;
            (gates[j], gates[count + j], gates[2 * count + j], gates[3 * count + j]) = (i, f, z, o);
            gates[4 * count + j] = slope;
            (next[j], next[count + j], next[2 * count + j], next[3 * count + j]) = (o * c / n, c, n, m);
        }
        return new ReferenceStep(input, state, next, gates);

        double PreActivation(ReferenceParameters of, int gate, int j) =>
            x[gate * count + j] + u[gate * count + j] + of.Bias[gate * count + j];
    }

    public void StepBack(ReferenceBack back)
    {
        int count = back.Layer.HiddenSize;
        double[] gates = back.Step.Gates;
        (double[] previous, double[] next) = (back.Step.Previous, back.Step.Next);
        for (int j = 0; j < count; j++)
        {
            (double i, double f, double z, double o) = (gates[j], gates[count + j], gates[2 * count + j], gates[3 * count + j]);
            (double c, double n) = (next[count + j], next[2 * count + j]);
            double dh = back.DState[j];
            double dc = back.DState[count + j] + dh * o / n;
            double dn = back.DState[2 * count + j] - dh * o * c / (n * n);
            double dm = back.DState[3 * count + j];
            double ofInput = i * (dc * z + dn);
            double ofForget = f * (dc * previous[count + j] + dn * previous[2 * count + j]);
            bool isInput = i >= 1;
            double dKept = isInput ? ofForget : dm - ofInput;
            back.Add(j, isInput ? dm - ofForget : ofInput);
            back.Add(count + j, dKept * gates[4 * count + j]);
            back.Add(2 * count + j, dc * i * (1 - z * z));
            back.Add(3 * count + j, dh * (c / n) * o * (1 - o));
            back.DPrevious[count + j] += dc * f;
            back.DPrevious[2 * count + j] += dn * f;
            back.DPrevious[3 * count + j] += dKept;
        }
    }

    private static double LogSigmoid(double a) => Math.Min(a, 0) - Math.Log(1 + Math.Exp(-Math.Abs(a)));
}
