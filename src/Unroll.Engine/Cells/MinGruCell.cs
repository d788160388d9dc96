using Unroll.Engine.Kernels;

namespace Unroll.Engine.Cells;

/// <summary>
/// The minimal gated recurrent unit (Feng et al., 2024, arXiv 2410.01201), whose gates read the input alone: there is no
/// recurrent weight. Rows of the weight are the gate z and the candidate.
/// </summary>
/// <remarks>
/// <code>
/// z = σ(W_z x_t + b_z)                           columns z, h̃
/// h̃ = V x_t + b_v
/// h_t = (1 - z) ⊙ h_{t-1} + z ⊙ h̃
///
/// da_z = dh_t ⊙ (h̃ - h_{t-1}) ⊙ z(1-z)
/// dh̃   = dh_t ⊙ z
/// dh_{t-1} += dh_t ⊙ (1 - z)
/// </code>
/// </remarks>
internal sealed class MinGruCell : IRecurrentCell
{
    private static readonly GateBlock[] AllBlocks = [new(Column: 0, Count: 2, InputRow: 0, GateBlock.None)];

    public IReadOnlyList<string> GateNames { get; } = ["update", "candidate"];

    public int Gates => 2;

    public int Columns => 2;

    public bool HasCellState => false;

    public int CandidateGate => 1;

    public int? ForgetGate => null;

    public bool ReadsNonlinearity => false;

    public IReadOnlyList<CellTensor> Tensors { get; } =
    [
        new(CellTensor.InputWeight, 2, TensorInput.Input),
        new(CellTensor.Bias, 2, TensorInput.None),
    ];

    public string? TorchModule => null;

    public OnnxForm Onnx => new OnnxStep(
    [
        new("Sigmoid", "z", OnnxStep.Gate(0)),
        new("Sub", "kept", OnnxStep.One, "z"),
        new("Mul", "old", "kept", OnnxStep.PreviousHidden),
        new("Mul", "new", "z", OnnxStep.Gate(1)),
        new("Add", "next", "old", "new"),
    ]);

    public bool PassesGradientBy => true;

    public ReadOnlySpan<GateBlock> Blocks => AllBlocks;

    public void Forward(IKernels kernels, in CellStep step) => kernels.MinGruForward(step);

    public void Backward(IKernels kernels, in CellStep step) => kernels.MinGruBackward(step);

    public ReferenceStep StepForward(ReferenceParameters layer, double[] state, double[] input)
    {
        int count = layer.HiddenSize;
        double[] x = layer.FromInput(input);
        double[] next = new double[count];
        double[] gates = new double[2 * count];
        for (int i = 0; i < count; i++)
        {
            double z = ReferenceParameters.Sigmoid(x[i] + layer.Bias[i]);
            double candidate = x[count + i] + layer.Bias[count + i];
            (gates[i], gates[count + i]) = (z, candidate);
            next[i] = (1 - z) * state[i] + z * candidate;
        }
        return new ReferenceStep(input, state, next, gates);
    }

    public void StepBack(ReferenceBack back)
    {
        int count = back.Layer.HiddenSize;
        for (int i = 0; i < count; i++)
        {
            (double z, double candidate, double dh) = (back.Step.Gates[i], back.Step.Gates[count + i], back.DState[i]);
            back.AddInput(i, dh * (candidate - back.Step.Previous[i]) * z * (1 - z));
            back.AddInput(count + i, dh * z);
            back.DPrevious[i] += dh * (1 - z);
        }
    }
}
