using Unroll.Engine.Kernels;

namespace Unroll.Engine.Cells;

/// <summary>
/// What one recurrent cell adds to the common time loop of <see cref="Layers.RecurrentLayer"/>: how many gates it has, where their pre-activations
/// stand, and the elementwise equations of one step.
/// </summary>
internal interface IRecurrentCell
{
    /// <summary>Names of the gates, in the order of their columns; none for a cell without gates.</summary>
    IReadOnlyList<string> GateNames { get; }

    /// <summary>G: the weights have G·H rows.</summary>
    int Gates { get; }

    /// <summary>
    /// Columns of the pre-activations, in units of H. The first G are W_ih x + b; a GRU has one more for W_hn h + b_hn, which its reset gate
    /// multiplies before it is added.
    /// </summary>
    int Columns { get; }

    /// <summary>Whether there is a cell state c beside h.</summary>
    bool HasCellState { get; }

    /// <summary>Whether a part of dh_t goes to dh_{t-1} past the recurrent product; the backward kernel then leaves it in dh_later.</summary>
    bool PassesGradientBy { get; }

    /// <summary>Which rows of the weights add to which columns of the pre-activations.</summary>
    ReadOnlySpan<GateBlock> Blocks { get; }

    /// <summary>Pre-activations → gates, h and c of one step.</summary>
    void Forward(IKernels kernels, in CellStep step);

    /// <summary>Gates and dh of one step → da, and what goes on to step t-1.</summary>
    void Backward(IKernels kernels, in CellStep step);
}

/// <summary>Neighbouring columns of the pre-activations and the rows of the weights that add to them, all in units of H.</summary>
/// <param name="Column">The first column.</param>
/// <param name="Count">How many columns, and rows of each weight.</param>
/// <param name="InputRow">The first row of W_ih, or <see cref="None"/>.</param>
/// <param name="RecurrentRow">The first row of W_hh, or <see cref="None"/>.</param>
internal readonly record struct GateBlock(int Column, int Count, int InputRow, int RecurrentRow)
{
    /// <summary>No row of that weight adds to these columns.</summary>
    public const int None = -1;
}
