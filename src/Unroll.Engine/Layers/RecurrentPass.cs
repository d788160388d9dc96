using Unroll.Engine.Batches;

namespace Unroll.Engine.Layers;

/// <summary>
/// The memory of one shard's pass through one recurrent layer and direction. N tokens of the shard, R rows, I input, H hidden.
/// </summary>
internal unsafe struct RecurrentPass
{
    /// <summary>The shard's steps.</summary>
    public Shard Shard;

    /// <summary>x, [N,I]; null for one-hot input.</summary>
    public float* Input;

    /// <summary>From a row of x or dx to the next.</summary>
    public int InputRow;

    /// <summary>The ids of one-hot input, [N].</summary>
    public int* Ids;

    /// <summary>W_ihᵀ for one-hot input, [V, G·H].</summary>
    public float* Table;

    /// <summary>h_0, [R,H]; null for zeros.</summary>
    public float* InitialHidden;

    /// <summary>c_0, [R,H]; null for zeros.</summary>
    public float* InitialCell;

    /// <summary>h, [N,H].</summary>
    public float* Hidden;

    /// <summary>From a row of h or dh to the next: H·D.</summary>
    public int HiddenRow;

    /// <summary>Whether gates and tanh c of all tokens are kept, for a backward pass; else those of one chunk are, one after the other.</summary>
    public bool KeepsTrace;

    /// <summary>Sums, then gates, then da, [N, Columns·H]; without a trace [<see cref="Chunk.MostTokens"/>, Columns·H].</summary>
    public float* Gates;

    /// <summary>c, [N,H]; null without cell state.</summary>
    public float* CellState;

    /// <summary>tanh c, [N,H], or as long as a chunk without a trace; null without cell state.</summary>
    public float* TanhCell;

    /// <summary>dh from the layers above, [N,H].</summary>
    public float* DHidden;

    /// <summary>
    /// ‖dh_t‖ of this direction, from the layers above and from the step after together, [N]; null if not wanted.
    /// </summary>
    public float* DHiddenNorms;

    /// <summary>dx, [N,I]; null if not wanted.</summary>
    public float* DInput;

    /// <summary>Whether dx is added to what stands there (the second direction) or overwritten (the first).</summary>
    public bool AddToDInput;

    /// <summary>dh carried from step to step, [R,H]; dh_0 in the end.</summary>
    public float* DHiddenLater;

    /// <summary>dc carried from step to step, [R,H]; dc_0 in the end. Null without cell state.</summary>
    public float* DCellLater;

    /// <summary>dW_ih, [G·H, I]; added to. Null for one-hot input.</summary>
    public float* DInputWeight;

    /// <summary>dW_hh, [G·H, H]; added to. Null for a cell without it.</summary>
    public float* DRecurrentWeight;

    /// <summary>db, [Columns·H]; added to.</summary>
    public float* DBias;

    /// <summary>Scratch memory of <see cref="RecurrentLayer.ScratchLength"/> floats.</summary>
    public float* Scratch;
}
