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

    /// <summary>c_t, [B,H].</summary>
    public float* C;

    /// <summary>c_{t-1}, [B,H].</summary>
    public float* PreviousC;

    /// <summary>tanh c_t, [B,H].</summary>
    public float* TanhC;

    /// <summary>dh_t from the layers above.</summary>
    public float* DH;

    /// <summary>dh_t from step t+1, [B,H]; a GRU leaves in it the part of dh_{t-1} that passes by the product.</summary>
    public float* DHLater;

    /// <summary>dc_t from step t+1 going in, dc_{t-1} coming out, [B,H].</summary>
    public float* DCLater;
}
