using Unroll.Engine.Kernels;

namespace Unroll.Engine.Cells;

/// <summary>
/// All that is known of one recurrent cell: its gates and tensors, its names in PyTorch and ONNX, its reference in double
/// precision, and what it adds to the common time loop of <see cref="Layers.RecurrentLayer"/>: the elementwise equations of one
/// step. H is the width of the hidden state, G the number of gates.
/// </summary>
/// <remarks>
/// A cell is one file of this folder and a line in <see cref="RecurrentCells"/>; <c>docs/adding-a-cell.md</c> shows how.
/// </remarks>
public interface IRecurrentCell
{
    /// <summary>Names of the gates, in the order of their columns; none for a cell without gates.</summary>
    IReadOnlyList<string> GateNames { get; }

    /// <summary>G: the input weight has G·H rows. At least 1.</summary>
    int Gates { get; }

    /// <summary>
    /// Columns of the pre-activations, in units of H. The first G are W_ih x + b; a GRU has one more for W_hn h + b_hn, which its
    /// reset gate multiplies before it is added.
    /// </summary>
    int Columns { get; }

    /// <summary>Whether there is a cell state c beside h: the first H floats of the memory.</summary>
    bool HasCellState { get; }

    /// <summary>M: floats that a sentence carries from step to step beside h, which an LSTM calls c.</summary>
    /// <param name="hiddenSize">H.</param>
    int MemorySize(int hiddenSize) => HasCellState ? hiddenSize : 0;

    /// <summary>Floats of a token that the backward pass needs beside gates and memory, such as tanh c.</summary>
    /// <param name="hiddenSize">H.</param>
    int TraceSize(int hiddenSize) => 0;

    /// <summary>
    /// The cell of a layer of these sizes, for a cell whose tensors depend on more than H; for all others the cell itself.
    /// </summary>
    /// <param name="inputSize">I; 0 for one-hot input.</param>
    /// <param name="hiddenSize">H.</param>
    IRecurrentCell Between(int inputSize, int hiddenSize) => this;

    /// <summary>Which widths the state can have, where a given one is none of them; null where it is.</summary>
    /// <param name="hiddenSize">H.</param>
    string? ExpectedInPlaceOf(int hiddenSize) => null;

    /// <summary>
    /// The gate that makes the new content: its block of W_hh is the one whose spectrum says how gradients vanish.
    /// </summary>
    int CandidateGate { get; }

    /// <summary>Whether a gate goes from shut to open, so that it can be held at one of them.</summary>
    /// <param name="gate">The gate, from 0.</param>
    bool CanBeHeld(int gate) => gate != CandidateGate;

    /// <summary>
    /// The gate whose bias <see cref="Networks.InitialValues.ForgetBias"/> sets; null for a cell without forget gate.
    /// </summary>
    int? ForgetGate { get; }

    /// <summary>Whether the cell reads <see cref="Nonlinearity"/>; the functions of other cells are fixed.</summary>
    bool ReadsNonlinearity { get; }

    /// <summary>
    /// Whether layers of this cell can follow a state, such as whether a count is even, over any number of words. A recurrent
    /// weight is enough; a linear recurrence needs factors below 0 (Grazzi et al., 2024, arXiv 2411.12537). What is trained need
    /// not do what it can.
    /// </summary>
    bool TracksState => Tensors.Any(tensor => tensor.Input == TensorInput.Hidden);

    /// <summary>Every tensor that a layer of this cell owns, in PyTorch's order.</summary>
    IReadOnlyList<CellTensor> Tensors { get; }

    /// <summary>
    /// The class in <c>torch.nn</c> that computes the same, such as <c>GRU</c>. It has two biases a gate, and so have its files;
    /// null for a cell that PyTorch does not have, whose files hold the tensors as they are.
    /// </summary>
    string? TorchModule { get; }

    /// <summary>How the cell is written in ONNX.</summary>
    OnnxForm Onnx { get; }

    /// <summary>The reference: one step forward in double precision, in plain loops.</summary>
    /// <param name="layer">The parameters.</param>
    /// <param name="state">s_{t-1}: h, and the memory behind it.</param>
    /// <param name="input">x_t, [I].</param>
    ReferenceStep StepForward(ReferenceParameters layer, double[] state, double[] input);

    /// <summary>
    /// The reference: one step back, ds_{t-1}ᵀ = ds_tᵀ ∂s_t/∂s_{t-1}, and the gradients of the pre-activations, of which those of
    /// the parameters and of the input are made.
    /// </summary>
    /// <param name="back">The step, ds_t and where the gradients go.</param>
    void StepBack(ReferenceBack back);

    /// <summary>
    /// Whether a part of dh_t goes to dh_{t-1} past the recurrent product; the backward kernel then leaves it in dh_later.
    /// </summary>
    internal bool PassesGradientBy { get; }

    /// <summary>Which rows of the weights add to which columns of the pre-activations.</summary>
    internal ReadOnlySpan<GateBlock> Blocks { get; }

    /// <summary>How many columns have a bias, the first ones, in units of H.</summary>
    internal int BiasColumns => Columns;

    /// <summary>Pre-activations → gates, h and c of one step.</summary>
    internal void Forward(IKernels kernels, in CellStep step);

    /// <summary>Gates and dh of one step → da, and what goes on to step t-1.</summary>
    internal void Backward(IKernels kernels, in CellStep step);
}

/// <summary>
/// Neighbouring columns of the pre-activations and the rows of the weights that add to them, all in units of H.
/// </summary>
/// <param name="Column">The first column.</param>
/// <param name="Count">How many columns, and rows of each weight.</param>
/// <param name="InputRow">
/// The first row of W_ih, <see cref="None"/>, or <see cref="Identity"/> where the columns are x itself.
/// </param>
/// <param name="RecurrentRow">The first row of W_hh, or <see cref="None"/>.</param>
internal readonly record struct GateBlock(int Column, int Count, int InputRow, int RecurrentRow)
{
    /// <summary>No row of that weight adds to these columns.</summary>
    public const int None = -1;

    /// <summary>These columns are the input itself, H wide.</summary>
    public const int Identity = -2;
}
