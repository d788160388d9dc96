namespace Unroll;

/// <summary>How a Transformer knows the order of the words.</summary>
public enum Positions
{
    /// <summary>Sines and cosines of the place (Vaswani et al., 2017): for texts of any length.</summary>
    Sinusoidal,

    /// <summary>A learned vector for each place, up to <see cref="TransformerOptions.MaximumPositions"/>.</summary>
    Learned,
}

/// <summary>Where a Transformer's layer norms stand.</summary>
public enum NormPlace
{
    /// <summary>
    /// Before attention and feed-forward (Xiong et al., 2020), <c>norm_first=True</c>; a last norm follows all layers.
    /// </summary>
    Before,

    /// <summary>After each sum (Vaswani et al., 2017), PyTorch's default.</summary>
    After,
}

/// <summary>
/// What makes a Transformer encoder, beside the width of its word vectors, E, which is the width of all its layers, and their
/// number.
/// </summary>
public sealed record TransformerOptions
{
    /// <summary>The most places that can be learned.</summary>
    public const int MostPositions = 1 << 20;

    /// <summary>Heads of attention, each E / heads wide. Default: 4.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>F: the width between the two linear maps of the feed-forward part; null for E. Default: null.</summary>
    public int? FeedForward { get; init; }

    /// <summary>How the order of the words is known. Default: sinusoidal.</summary>
    public Positions Positions { get; init; } = Positions.Sinusoidal;

    /// <summary>
    /// What sinusoidal positions are multiplied by, so that they do not drown small word vectors; null for the deviation of the
    /// first word vectors in a training, and for 1 elsewhere. Default: null.
    /// </summary>
    public float? PositionScale { get; init; }

    /// <summary>How many places are learned; a text of more tokens is refused then. Default: 512.</summary>
    public int MaximumPositions { get; init; } = 512;

    /// <summary>Where the layer norms stand. Default: before.</summary>
    public NormPlace Norm { get; init; } = NormPlace.Before;

    /// <summary>
    /// Whether a last norm follows all layers, the <c>norm</c> of <c>torch.nn.TransformerEncoder</c>; null for one where norms
    /// stand before. Default: null.
    /// </summary>
    public bool? FinalNorm { get; init; }

    /// <summary>Whether a last norm follows all layers.</summary>
    public bool HasFinalNorm => FinalNorm ?? Norm == NormPlace.Before;

    /// <summary>F.</summary>
    /// <param name="width">E.</param>
    public int FeedForwardOf(int width) => FeedForward ?? width;

    /// <summary>The same options with every choice made.</summary>
    /// <param name="width">E.</param>
    /// <param name="deviation">That of the first word vectors.</param>
    public TransformerOptions ResolveFor(int width, float deviation) => this with
    {
        FeedForward = FeedForwardOf(width),
        FinalNorm = HasFinalNorm,
        PositionScale = PositionScale ?? (Positions == Positions.Sinusoidal ? deviation : null),
    };

    /// <summary>The most tokens that a text may have; null where there is no bound.</summary>
    public int? MostTokens => Positions == Positions.Learned ? MaximumPositions : null;
}
