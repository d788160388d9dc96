using Unroll.Engine.Kernels;

namespace Unroll.Engine.Cells;

/// <summary>
/// The forget gate alone (van der Westhuizen and Lasenby, 2018, arXiv 1804.04849, "JANET"): an LSTM without input and output
/// gate, whose state is its cell state. Rows of the weights are the gate f and the candidate g.
/// </summary>
/// <remarks>
/// <code>
/// a_t = W_ih x_t + W_hh h_{t-1} + b              columns f, g
/// f = σ(a_f)    g = tanh(a_g)    n = 1 - σ(a_f - 1)
/// h_t = f ⊙ h_{t-1} + n ⊙ g                      n is a little more than 1 - f: the paper's β = 1
///
/// da_f = dh_t ⊙ (h_{t-1} ⊙ f(1-f) - g ⊙ n(1-n))
/// da_g = dh_t ⊙ n ⊙ (1-g²)
/// dh_{t-1} += dh_t ⊙ f
/// </code>
/// </remarks>
internal sealed class JanetCell : IRecurrentCell
{
    private static readonly GateBlock[] AllBlocks = [new(Column: 0, Count: 2, InputRow: 0, RecurrentRow: 0)];

    public IReadOnlyList<string> GateNames { get; } = ["forget", "candidate"];

    public int Gates => 2;

    public int Columns => 2;

    public bool HasCellState => false;

    public int CandidateGate => 1;

    public int? ForgetGate => 0;

    public bool ReadsNonlinearity => false;

    public IReadOnlyList<CellTensor> Tensors { get; } =
    [
        new(CellTensor.InputWeight, 2, TensorInput.Input),
        new(CellTensor.RecurrentWeight, 2, TensorInput.Hidden),
        new(CellTensor.Bias, 2, TensorInput.None),
    ];

    public string? TorchModule => null;

    public OnnxForm Onnx => new OnnxStep(
    [
        new("Sigmoid", "f", OnnxStep.Gate(0)),
        new("Tanh", "g", OnnxStep.Gate(1)),
        new("Sub", "shifted", OnnxStep.One, OnnxStep.Gate(0)),
        new("Sigmoid", "share", "shifted"),
        new("Mul", "old", "f", OnnxStep.PreviousHidden),
        new("Mul", "new", "share", "g"),
        new("Add", "next", "old", "new"),
    ]);

    public bool PassesGradientBy => true;

    public ReadOnlySpan<GateBlock> Blocks => AllBlocks;

    public void Forward(IKernels kernels, in CellStep step) => kernels.JanetForward(step);

    public void Backward(IKernels kernels, in CellStep step) => kernels.JanetBackward(step);

    public ReferenceStep StepForward(ReferenceParameters layer, double[] state, double[] input)
    {
        int count = layer.HiddenSize;
        double[] x = layer.FromInput(input);
        double[] u = layer.FromHidden(state);
        double[] next = new double[count];
        double[] gates = new double[3 * count];
        for (int j = 0; j < count; j++)
        {
            double a = x[j] + u[j] + layer.Bias[j];
            double f = ReferenceParameters.Sigmoid(a);
            double share = ReferenceParameters.Sigmoid(1 - a);
            double g = Math.Tanh(x[count + j] + u[count + j] + layer.Bias[count + j]);
            (gates[j], gates[count + j], gates[2 * count + j]) = (f, g, share);
            next[j] = f * state[j] + share * g;
        }
        return new ReferenceStep(input, state, next, gates);
    }

    public void StepBack(ReferenceBack back)
    {
        int count = back.Layer.HiddenSize;
        double[] gates = back.Step.Gates;
        for (int j = 0; j < count; j++)
        {
            (double f, double g, double share) = (gates[j], gates[count + j], gates[2 * count + j]);
            double dh = back.DState[j];
            back.Add(j, dh * (back.Step.Previous[j] * f * (1 - f) - g * share * (1 - share)));
            back.Add(count + j, dh * share * (1 - g * g));
            back.DPrevious[j] += dh * f;
        }
    }
}
