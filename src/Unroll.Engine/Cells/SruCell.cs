using Unroll.Engine.Kernels;

namespace Unroll.Engine.Cells;

/// <summary>
/// The simple recurrent unit (Lei et al., 2018, arXiv 1709.02755): its gates read the cell state element by element, so all
/// products with matrices are made at once. Rows of the weight are the gates f (forget), r (reset) and the candidate; where the
/// input is not as wide as the state, a fourth block makes the highway's input of it, as in the authors' code.
/// </summary>
/// <param name="projects">Whether the highway reads a projection of the input in place of the input itself.</param>
/// <remarks>
/// <code>
/// f = σ(W_f x_t + v_f ⊙ c_{t-1} + b_f)           columns f, r, c̃, x̃
/// r = σ(W_r x_t + v_r ⊙ c_{t-1} + b_r)
/// c̃ = W_c x_t                                    x̃ = x_t, or W_x x_t where I is not H
/// c_t = f ⊙ c_{t-1} + (1 - f) ⊙ c̃
/// h_t = r ⊙ c_t + (1 - r) ⊙ x̃
///
/// da_r = dh_t ⊙ (c_t - x̃) ⊙ r(1-r)               dx̃ = dh_t ⊙ (1 - r)
/// dc_t += dh_t ⊙ r
/// da_f = dc_t ⊙ (c_{t-1} - c̃) ⊙ f(1-f)           dc̃ = dc_t ⊙ (1 - f)
/// dc_{t-1} = dc_t ⊙ f + da_f ⊙ v_f + da_r ⊙ v_r  dv_f += da_f ⊙ c_{t-1},  dv_r += da_r ⊙ c_{t-1}
/// </code>
/// </remarks>
internal sealed class SruCell(bool projects = true) : IRecurrentCell
{
    private static readonly GateBlock[] Projecting = [new(Column: 0, Count: 4, InputRow: 0, GateBlock.None)];

    private static readonly GateBlock[] Reading =
    [
        new(Column: 0, Count: 3, InputRow: 0, GateBlock.None),
        new(Column: 3, Count: 1, GateBlock.Identity, GateBlock.None),
    ];

    public IReadOnlyList<string> GateNames { get; } = ["forget", "reset", "candidate"];

    public int Gates => projects ? 4 : 3;

    public int Columns => 4;

    public bool HasCellState => true;

    public IRecurrentCell Between(int inputSize, int hiddenSize) => new SruCell(projects: inputSize != hiddenSize);

    public int CandidateGate => 2;

    public int? ForgetGate => 0;

    public bool ReadsNonlinearity => false;

    public IReadOnlyList<CellTensor> Tensors { get; } =
    [
        new(CellTensor.InputWeight, projects ? 4 : 3, TensorInput.Input),
        new("weight_c", 2, TensorInput.Memory),
        new(CellTensor.Bias, 2, TensorInput.None),
    ];

    public string? TorchModule => null;

    public OnnxForm Onnx => Step(projects ? OnnxStep.Gate(3) : OnnxStep.Input);

    private static OnnxStep Step(string highway) => new(
    [
        new("Mul", "from_f", OnnxStep.MemoryWeight(0), OnnxStep.PreviousMemory(0)),
        new("Add", "sum_f", OnnxStep.Gate(0), "from_f"),
        new("Sigmoid", "f", "sum_f"),
        new("Mul", "from_r", OnnxStep.MemoryWeight(1), OnnxStep.PreviousMemory(0)),
        new("Add", "sum_r", OnnxStep.Gate(1), "from_r"),
        new("Sigmoid", "r", "sum_r"),
        new("Sub", "distance", OnnxStep.PreviousMemory(0), OnnxStep.Gate(2)),
        new("Mul", "old", "f", "distance"),
        new("Add", "cell", "old", OnnxStep.Gate(2)),
        new("Sub", "beyond", "cell", highway),
        new("Mul", "read", "r", "beyond"),
        new("Add", "next", "read", highway),
    ])
    {
        Memory = ["cell"],
    };

    public bool PassesGradientBy => false;

    public ReadOnlySpan<GateBlock> Blocks => projects ? Projecting : Reading;

    public int BiasColumns => 2;

    public void Forward(IKernels kernels, in CellStep step) => kernels.SruForward(step);

    public void Backward(IKernels kernels, in CellStep step) => kernels.SruBackward(step);

    public ReferenceStep StepForward(ReferenceParameters layer, double[] state, double[] input)
    {
        int count = layer.HiddenSize;
        double[] x = layer.FromInput(input);
        ReadOnlySpan<double> v = layer.MemoryWeight;
        double[] next = new double[2 * count];
        double[] gates = new double[4 * count];
        for (int j = 0; j < count; j++)
        {
            double c = state[count + j];
            double f = ReferenceParameters.Sigmoid(x[j] + v[j] * c + layer.Bias[j]);
            double r = ReferenceParameters.Sigmoid(x[count + j] + v[count + j] * c + layer.Bias[count + j]);
            double candidate = x[2 * count + j];
            double highway = projects ? x[3 * count + j] : input[j];
            (gates[j], gates[count + j], gates[2 * count + j], gates[3 * count + j]) = (f, r, candidate, highway);
            next[count + j] = f * c + (1 - f) * candidate;
            next[j] = r * next[count + j] + (1 - r) * highway;
        }
        return new ReferenceStep(input, state, next, gates);
    }

    public void StepBack(ReferenceBack back)
    {
        int count = back.Layer.HiddenSize;
        double[] gates = back.Step.Gates;
        ReadOnlySpan<double> v = back.Layer.MemoryWeight;
        for (int j = 0; j < count; j++)
        {
            (double f, double r, double candidate) = (gates[j], gates[count + j], gates[2 * count + j]);
            double c = back.Step.Previous[count + j];
            double dh = back.DState[j];
            double dReset = dh * (back.Step.Next[count + j] - gates[3 * count + j]) * r * (1 - r);
            double dc = back.DState[count + j] + dh * r;
            double dForget = dc * (c - candidate) * f * (1 - f);
            back.AddInput(j, dForget);
            back.AddInput(count + j, dReset);
            back.AddInput(2 * count + j, dc * (1 - f));
            if (projects)
                back.AddInput(3 * count + j, dh * (1 - r));
            else
                back.AddToInput(j, dh * (1 - r));
            back.AddMemoryWeight(j, dForget, c);
            back.AddMemoryWeight(count + j, dReset, c);
            back.DPrevious[count + j] += dc * f + dForget * v[j] + dReset * v[count + j];
        }
    }
}
