using Unroll.Engine.Kernels;

namespace Unroll.Engine.Cells;

/// <summary>The vanilla (Elman) cell, <c>torch.nn.RNN</c>.</summary>
/// <remarks>
/// <code>
/// a_t = W_ih x_t + W_hh h_{t-1} + b
/// h_t = φ(a_t)                                   φ is tanh or ReLU
///
/// da_t = dh_t ⊙ φ'(a_t)                          tanh: 1 - h_t²; ReLU: 1 where h_t &gt; 0
/// </code>
/// </remarks>
internal sealed class RnnCell : IRecurrentCell
{
    private static readonly GateBlock[] AllBlocks = [new(Column: 0, Count: 1, InputRow: 0, RecurrentRow: 0)];

    private readonly bool _relu;

    public RnnCell(Nonlinearity nonlinearity)
    {
        _relu = nonlinearity switch
        {
            Nonlinearity.Tanh => false,
            Nonlinearity.Relu => true,
            _ => throw new ArgumentOutOfRangeException(
                nameof(nonlinearity), nonlinearity, "no such function, expected Tanh or Relu"),
        };
    }

    public IReadOnlyList<string> GateNames { get; } = [];

    public int Gates => 1;

    public int Columns => 1;

    public bool HasCellState => false;

    public int CandidateGate => 0;

    public int? ForgetGate => null;

    public bool ReadsNonlinearity => true;

    public IReadOnlyList<CellTensor> Tensors { get; } =
    [
        new(CellTensor.InputWeight, 1, TensorInput.Input),
        new(CellTensor.RecurrentWeight, 1, TensorInput.Hidden),
        new(CellTensor.Bias, 1, TensorInput.None),
    ];

    public string? TorchModule => "RNN";

    public OnnxForm Onnx => new OnnxOperator("RNN", [0]) { Activation = _relu ? "Relu" : "Tanh" };

    public bool PassesGradientBy => false;

    public ReadOnlySpan<GateBlock> Blocks => AllBlocks;

    public void Forward(IKernels kernels, in CellStep step) => kernels.RnnForward(step, _relu);

    public void Backward(IKernels kernels, in CellStep step) => kernels.RnnBackward(step, _relu);

    public ReferenceStep StepForward(ReferenceParameters layer, double[] state, double[] input)
    {
        double[] x = layer.FromInput(input);
        double[] u = layer.FromHidden(state);
        double[] next = new double[layer.HiddenSize];
        for (int i = 0; i < next.Length; i++)
        {
            double a = x[i] + u[i] + layer.Bias[i];
            next[i] = _relu ? Math.Max(a, 0) : Math.Tanh(a);
        }
        return new ReferenceStep(input, state, next, []);
    }

    public void StepBack(ReferenceBack back)
    {
        for (int i = 0; i < back.Layer.HiddenSize; i++)
        {
            double h = back.Step.Next[i];
            back.Add(i, back.DState[i] * (_relu ? h > 0 ? 1 : 0 : 1 - h * h));
        }
    }
}
