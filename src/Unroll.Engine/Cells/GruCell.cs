using Unroll.Engine.Kernels;

namespace Unroll.Engine.Cells;

/// <summary>
/// The gated recurrent unit with the reset gate after the product, <c>torch.nn.GRU</c>; rows of the weights are the gates r, z, n.
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

    public bool PassesGradientBy => true;

    public ReadOnlySpan<GateBlock> Blocks => AllBlocks;

    public void Forward(IKernels kernels, in CellStep step) => kernels.GruForward(step);

    public void Backward(IKernels kernels, in CellStep step) => kernels.GruBackward(step);
}
