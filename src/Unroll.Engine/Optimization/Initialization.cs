namespace Unroll;

/// <summary>How a new model's parameters are drawn.</summary>
public enum Initialization
{
    /// <summary>
    /// PyTorch's defaults in PyTorch's order: embedding N(0,1) with a zero padding row, recurrent parameters U(±1/√H),
    /// output U(±1/√H).
    /// </summary>
    TorchDefault,

    /// <summary>
    /// The lab's: every parameter from a standard normal, in the order embedding (if any), W, U, b, W_out, b_out.
    /// </summary>
    StandardNormal,
}
