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

    public bool PassesGradientBy => false;

    public ReadOnlySpan<GateBlock> Blocks => AllBlocks;

    public void Forward(IKernels kernels, in CellStep step) => kernels.LstmForward(step);

    public void Backward(IKernels kernels, in CellStep step) => kernels.LstmBackward(step);
}
