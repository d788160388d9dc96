using Unroll.Engine.Kernels;

namespace Unroll.Engine.Cells;

/// <summary>
/// The gated recurrent unit with the reset gate after the product, <c>torch.nn.GRU</c>; rows of the weights are the gates r, z,
/// n.
/// </summary>
/// <remarks>
/// <code>
/// r = σ(W_ir x_t + W_hr h_{t-1} + b_r)           columns r, z, n_x, n_h
/// z = σ(W_iz x_t + W_hz h_{t-1} + b_z)
/// n = tanh(n_x + r ⊙ n_h)                        n_x = W_in x_t + b_n,  n_h = W_hn h_{t-1} + b_hn
/// h_t = (1 - z) ⊙ n + z ⊙ h_{t-1}
///
/// da_n = dh_t ⊙ (1-z) ⊙ (1-n²)                   dn_x = da_n,  dn_h = da_n ⊙ r
/// da_r = da_n ⊙ n_h ⊙ r(1-r)
/// da_z = dh_t ⊙ (h_{t-1} - n) ⊙ z(1-z)
/// dh_{t-1} += dh_t ⊙ z
/// </code>
/// </remarks>
internal sealed class GruCell : IRecurrentCell
{
    // W_h of r and z adds to the pre-activations that W_i made; W_hn makes one of its own.
    private static readonly GateBlock[] AllBlocks =
    [
        new(Column: 0, Count: 2, InputRow: 0, RecurrentRow: 0),
        new(Column: 2, Count: 1, InputRow: 2, GateBlock.None),
        new(Column: 3, Count: 1, GateBlock.None, RecurrentRow: 2),
    ];

    public IReadOnlyList<string> GateNames { get; } = ["reset", "update", "new"];

    public int Gates => 3;

    public int Columns => 4;

    public bool HasCellState => false;

    public int CandidateGate => 2;

    public int? ForgetGate => null;

    public bool ReadsNonlinearity => false;

    // b_hn stands inside r ⊙ (W_hn h + b_hn), so it cannot be added to b_in.
    public IReadOnlyList<CellTensor> Tensors { get; } =
    [
        new(CellTensor.InputWeight, 3, TensorInput.Input),
        new(CellTensor.RecurrentWeight, 3, TensorInput.Hidden),
        new(CellTensor.Bias, 3, TensorInput.None),
        new("bias_hn", 1, TensorInput.None) { SecondBiasGate = 2 },
    ];

    public string? TorchModule => "GRU";

    // ONNX has z, r, n.
    public OnnxForm Onnx => new OnnxOperator("GRU", [1, 0, 2]) { Attributes = [("linear_before_reset", 1)] };

    public bool PassesGradientBy => true;

    public ReadOnlySpan<GateBlock> Blocks => AllBlocks;

    public void Forward(IKernels kernels, in CellStep step) => kernels.GruForward(step);

    public void Backward(IKernels kernels, in CellStep step) => kernels.GruBackward(step);

    public ReferenceStep StepForward(ReferenceParameters layer, double[] state, double[] input)
    {
        int count = layer.HiddenSize;
        double[] x = layer.FromInput(input);
        double[] u = layer.FromHidden(state);
        double[] next = new double[count];
        double[] gates = new double[4 * count];
        ReadOnlySpan<double> bias = layer.Bias;
        for (int i = 0; i < count; i++)
        {
            double r = ReferenceParameters.Sigmoid(x[i] + u[i] + bias[i]);
            double z = ReferenceParameters.Sigmoid(x[count + i] + u[count + i] + bias[count + i]);
            double fromState = u[2 * count + i] + bias[3 * count + i];
            double n = Math.Tanh(x[2 * count + i] + bias[2 * count + i] + r * fromState);
            (gates[i], gates[count + i], gates[2 * count + i], gates[3 * count + i]) = (r, z, n, fromState);
            next[i] = (1 - z) * n + z * state[i];
        }
        return new ReferenceStep(input, state, next, gates);
    }

    public void StepBack(ReferenceBack back)
    {
        int count = back.Layer.HiddenSize;
        double[] g = back.Step.Gates;
        for (int i = 0; i < count; i++)
        {
            (double r, double z, double n, double fromState) = (g[i], g[count + i], g[2 * count + i], g[3 * count + i]);
            double dh = back.DState[i];
            double dNew = dh * (1 - z) * (1 - n * n);
            back.DPrevious[i] += dh * z;
            back.Add(i, dNew * fromState * r * (1 - r));
            back.Add(count + i, dh * (back.Step.Previous[i] - n) * z * (1 - z));
            back.AddInput(2 * count + i, dNew);
            back.AddRecurrent(2 * count + i, dNew * r);
            back.AddBias(3 * count + i, dNew * r);
        }
    }
}
