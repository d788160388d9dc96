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
internal sealed class RnnCell(Nonlinearity nonlinearity) : IRecurrentCell
{
    private static readonly GateBlock[] AllBlocks = [new(Column: 0, Count: 1, InputRow: 0, RecurrentRow: 0)];

    public IReadOnlyList<string> GateNames { get; } = [];

    public int Gates => 1;

    public int Columns => 1;

    public bool HasCellState => false;

    public bool PassesGradientBy => false;

    public ReadOnlySpan<GateBlock> Blocks => AllBlocks;

    public void Forward(IKernels kernels, in CellStep step) => kernels.RnnForward(step, nonlinearity == Nonlinearity.Relu);

    public void Backward(IKernels kernels, in CellStep step) => kernels.RnnBackward(step, nonlinearity == Nonlinearity.Relu);
}
