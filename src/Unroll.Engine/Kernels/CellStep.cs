namespace Unroll.Engine.Kernels;

/// <summary>
/// The rows of one time step of a recurrent layer, as its elementwise kernels see them: B rows of H units. What a cell does not
/// have is null; a previous state that is null is zero.
/// </summary>
internal unsafe struct CellStep
{
    /// <summary>B: rows.</summary>
    public int Rows;

    /// <summary>H: units a row.</summary>
    public int Hidden;

    /// <summary>
    /// Pre-activations going in, activated gates coming out; in the backward pass activated gates going in, da coming out.
    /// </summary>
    public float* Gates;

    /// <summary>From a row of the gates to the next.</summary>
    public int GatesStride;

    /// <summary>h_t.</summary>
    public float* H;

    /// <summary>From a row of h_t, h_{t-1} or dh_t to the next.</summary>
    public int HStride;

    /// <summary>h_{t-1}.</summary>
    public float* PreviousH;

    /// <summary>From a row of h_{t-1} to the next.</summary>
    public int PreviousHStride;

    /// <summary>What a sentence carries beside h_t, such as c_t, [B,M].</summary>
    public float* Memory;

    /// <summary>From a row of the memory to the next.</summary>
    public int MemoryStride;

    /// <summary>The memory of step t-1, [B,M].</summary>
    public float* PreviousMemory;

    /// <summary>From a row of the memory of step t-1 to the next.</summary>
    public int PreviousMemoryStride;

    /// <summary>What the backward pass needs beside gates and memory, such as tanh c_t, [B,T].</summary>
    public float* Trace;

    /// <summary>From a row of the trace to the next.</summary>
    public int TraceStride;

    /// <summary>v, the weights that multiply the memory element by element, one vector of H after the other.</summary>
    public float* MemoryWeight;

    /// <summary>dv, of the same length; added to. Null where it is not wanted.</summary>
    public float* DMemoryWeight;

    /// <summary>dh_t from the layers above.</summary>
    public float* DH;

    /// <summary>dh_t from step t+1, [B,H]; a GRU leaves in it the part of dh_{t-1} that passes by the product.</summary>
    public float* DHLater;

    /// <summary>The memory's gradient from step t+1 going in, that of step t-1 coming out, [B,M].</summary>
    public float* DMemoryLater;
}
