using Unroll.Engine.Kernels;

namespace Unroll.Engine.Cells;

/// <summary>
/// The minimal LSTM (Feng et al., 2024, arXiv 2410.01201), whose gates read the input alone and are divided by their sum: there
/// is no recurrent weight and no cell state. Rows of the weight are the gates f, i and the candidate, which g keeps above zero as
/// in the paper's code.
/// </summary>
/// <remarks>
/// <code>
/// f, i = σ(W_f x_t + b_f), σ(W_i x_t + b_i)      columns f, i, h̃
/// h̃ = g(V x_t + b_v)                             g(a) = a + ½ where a &gt;= 0, σ(a) below
/// k = f / (f + i)                                1 - k = i / (f + i)
/// h_t = k ⊙ h_{t-1} + (1 - k) ⊙ h̃
///
/// dk   = dh_t ⊙ (h_{t-1} - h̃) ⊙ k(1-k)
/// da_f = dk ⊙ (1 - f)                            da_i = -dk ⊙ (1 - i)
/// da_h = dh_t ⊙ (1 - k) ⊙ g'                     g' = 1 where a &gt;= 0, h̃(1-h̃) below
/// dh_{t-1} += dh_t ⊙ k
/// </code>
/// </remarks>
internal sealed class MinLstmCell : IRecurrentCell
{
    private static readonly GateBlock[] AllBlocks = [new(Column: 0, Count: 3, InputRow: 0, GateBlock.None)];

    public IReadOnlyList<string> GateNames { get; } = ["forget", "input", "candidate"];

    public int Gates => 3;

    public int Columns => 3;

    public bool HasCellState => false;

    public int CandidateGate => 2;

    public int? ForgetGate => 0;

    public bool ReadsNonlinearity => false;

    public IReadOnlyList<CellTensor> Tensors { get; } =
    [
        new(CellTensor.InputWeight, 3, TensorInput.Input),
        new(CellTensor.Bias, 3, TensorInput.None),
    ];

    public string? TorchModule => null;

    public OnnxForm Onnx => new OnnxStep(
    [
        new("Sigmoid", "f", OnnxStep.Gate(0)),
        new("Sigmoid", "i", OnnxStep.Gate(1)),
        new("Add", "both", "f", "i"),
        new("Div", "kept", "f", "both"),
        new("Sigmoid", "below", OnnxStep.Gate(2)),
        new("Add", "above", OnnxStep.Gate(2), "half"),
        new("GreaterOrEqual", "is_above", OnnxStep.Gate(2), "zero"),
        new("Where", "candidate", "is_above", "above", "below"),
        new("Sub", "distance", OnnxStep.PreviousHidden, "candidate"),
        new("Mul", "old", "kept", "distance"),
        new("Add", "next", "old", "candidate"),
    ])
    {
        Constants = [("half", 0.5f), ("zero", 0)],
    };

    public bool PassesGradientBy => true;

    public ReadOnlySpan<GateBlock> Blocks => AllBlocks;

    public void Forward(IKernels kernels, in CellStep step) => kernels.MinLstmForward(step);

    public void Backward(IKernels kernels, in CellStep step) => kernels.MinLstmBackward(step);

    public ReferenceStep StepForward(ReferenceParameters layer, double[] state, double[] input)
    {
        int count = layer.HiddenSize;
        double[] x = layer.FromInput(input);
        double[] next = new double[count];
        double[] gates = new double[3 * count];
        for (int j = 0; j < count; j++)
        {
            double f = ReferenceParameters.Sigmoid(x[j] + layer.Bias[j]);
            double i = ReferenceParameters.Sigmoid(x[count + j] + layer.Bias[count + j]);
            double a = x[2 * count + j] + layer.Bias[2 * count + j];
            (gates[j], gates[count + j], gates[2 * count + j]) = (f, i, a);
            double kept = f / (f + i);
            next[j] = kept * state[j] + (1 - kept) * Candidate(a);
        }
        return new ReferenceStep(input, state, next, gates);
    }

    public void StepBack(ReferenceBack back)
    {
        int count = back.Layer.HiddenSize;
        double[] gates = back.Step.Gates;
        for (int j = 0; j < count; j++)
        {
            (double f, double i, double a) = (gates[j], gates[count + j], gates[2 * count + j]);
            double kept = f / (f + i);
            double candidate = Candidate(a);
            double dh = back.DState[j];
            double dKept = dh * (back.Step.Previous[j] - candidate) * kept * (1 - kept);
            back.AddInput(j, dKept * (1 - f));
            back.AddInput(count + j, -dKept * (1 - i));
            back.AddInput(2 * count + j, dh * (1 - kept) * (a >= 0 ? 1 : candidate * (1 - candidate)));
            back.DPrevious[j] += dh * kept;
        }
    }

    private static double Candidate(double a) => a >= 0 ? a + 0.5 : ReferenceParameters.Sigmoid(a);
}
