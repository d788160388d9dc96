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

    /// <summary>The memory before the first step, such as c_0, [R,M]; none for zeros.</summary>
    public Matrix InitialMemory;

    /// <summary>h, [N,H].</summary>
    public Matrix Hidden;

    /// <summary>
    /// Whether gates and trace of all tokens are kept, for a backward pass. Else those of a chunk are, one chunk after the
    /// other.
    /// </summary>
    public bool KeepsTrace;

    /// <summary>
    /// Pre-activations, then gates, then da, [N, Columns·H]; without a trace [<see cref="Chunk.MostTokens"/>, Columns·H].
    /// </summary>
    public Matrix Gates;

    /// <summary>What sentences carry beside h, such as c, [N,M]; none for a cell without.</summary>
    public Matrix Memory;

    /// <summary>
    /// What the backward pass needs beside gates and memory, such as tanh c, [N,T], or as long as a chunk if it is not kept; none
    /// for a cell without.
    /// </summary>
    public Matrix Trace;

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

    /// <summary>The memory's gradient carried from step to step, [R,M]; that of the first memory in the end.</summary>
    public Matrix DMemoryLater;

    /// <summary>dW_ih, [G·H, I]; added to. None for one-hot input.</summary>
    public Matrix DInputWeight;

    /// <summary>dW_hh, [G·H, H]; added to. None where the cell has no recurrent weight.</summary>
    public Matrix DRecurrentWeight;

    /// <summary>db, as long as the biases; added to.</summary>
    public float* DBias;

    /// <summary>dv of the weights that multiply the memory; added to. Null where the cell has none or it is not wanted.</summary>
    public float* DMemoryWeight;

    /// <summary>Scratch memory of <see cref="RecurrentDirection.ScratchLength"/> floats.</summary>
    public float* Scratch;
}
