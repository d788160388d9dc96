using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Layers;

/// <summary>
/// The memory of one shard in one recurrent layer and direction. N tokens of the shard, R rows, I input, H hidden.
/// </summary>
internal unsafe struct RecurrentArguments
{
    /// <summary>The shard's steps.</summary>
    public Shard Shard;

    /// <summary>x, [N,I]; none for one-hot input.</summary>
    public Matrix Input;

    /// <summary>The ids of one-hot input, [N].</summary>
    public int* Ids;

    /// <summary>h_0, [R,H]; none for zeros.</summary>
    public Matrix InitialHidden;

    /// <summary>c_0, [R,H]; none for zeros.</summary>
    public Matrix InitialCell;

    /// <summary>h, [N,H].</summary>
    public Matrix Hidden;

    /// <summary>
    /// Whether gates and tanh c of all tokens are kept, for a backward pass. Else those of a chunk are, one chunk after the
    /// other.
    /// </summary>
    public bool KeepsTrace;

    /// <summary>
    /// Pre-activations, then gates, then da, [N, Columns·H]; without a trace [<see cref="Chunk.MostTokens"/>, Columns·H].
    /// </summary>
    public Matrix Gates;

    /// <summary>c, [N,H]; none without cell state.</summary>
    public Matrix CellState;

    /// <summary>tanh c, [N,H], or as long as a chunk without a trace; none without cell state.</summary>
    public Matrix TanhCell;

    /// <summary>dh from the layers above, [N,H].</summary>
    public Matrix DHidden;

    /// <summary>
    /// ‖dh_t‖ of this direction, from the layers above and from the step after together, [N]; null if not wanted.
    /// </summary>
    public float* DHiddenNorms;

    /// <summary>dx, [N,I]; none if not wanted.</summary>
    public Matrix DInput;

    /// <summary>Whether dx is added to what stands there (the second direction) or overwritten (the first).</summary>
    public bool AddToDInput;

    /// <summary>dh carried from step to step, [R,H]; dh_0 in the end.</summary>
    public Matrix DHiddenLater;

    /// <summary>dc carried from step to step, [R,H]; dc_0 in the end. None without cell state.</summary>
    public Matrix DCellLater;

    /// <summary>dW_ih, [G·H, I]; added to. None for one-hot input.</summary>
    public Matrix DInputWeight;

    /// <summary>dW_hh, [G·H, H]; added to. None where the cell has no recurrent weight.</summary>
    public Matrix DRecurrentWeight;

    /// <summary>db, [Columns·H]; added to.</summary>
    public float* DBias;

    /// <summary>Scratch memory of <see cref="RecurrentDirection.ScratchLength"/> floats.</summary>
    public float* Scratch;
}
