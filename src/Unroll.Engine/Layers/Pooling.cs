namespace Unroll;

/// <summary>How the hidden states of a sentence become one vector.</summary>
public enum Pooling
{
    /// <summary>
    /// The forward direction's state at the last word and the backward direction's at the first: <c>h_n</c> of PyTorch.
    /// </summary>
    Last,

    /// <summary>The mean over the words.</summary>
    Mean,

    /// <summary>The largest value of each unit over the words.</summary>
    Max,

    /// <summary>A weighted mean, with weights from additive attention (Bahdanau et al., 2015) to one learned query.</summary>
    Attention,
}
