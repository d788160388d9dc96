using Unroll.Engine.Batches;
using Unroll.Engine.Optimization;

namespace Unroll.Engine.Networks;

/// <summary>What a training step does, beside its learning rate.</summary>
public sealed record StepSettings
{
    /// <summary>How gradients become updates.</summary>
    public OptimizerSettings Optimizer { get; init; } = new();

    /// <summary>
    /// The classes of each label of the texts, where a text may have several: each class then has a sigmoid of its own. Null for
    /// one class a text, and one softmax over all. Default: null.
    /// </summary>
    public LabelSets? LabelSets { get; init; }

    /// <summary>
    /// The weight of each class in the loss, [C]; with <see cref="LabelSets"/> that of the texts that have it. Null for equal
    /// ones. Default: null.
    /// </summary>
    public IReadOnlyList<float>? ClassWeights { get; init; }

    /// <summary>The share of the target that is spread over all classes (Szegedy et al., 2016). Default: 0.</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>
    /// Truncated back-propagation through time (Williams and Peng, 1990): gradients go back this many steps from a sentence's
    /// last word. For one direction and pooling of the last state. Null for whole sentences. Default: null.
    /// </summary>
    public int? TruncateSteps { get; init; }

    /// <summary>
    /// The most tokens of a text that a step reads; of a longer one a stretch of so many, another one each time. Null for whole
    /// texts. Without effect with <see cref="TruncateSteps"/>. Default: null.
    /// </summary>
    public int? StretchTokens { get; init; }

    /// <summary>ε of <see cref="AdversarialStep"/>; 0 for none. Needs word vectors. Default: 0.</summary>
    public float Adversarial { get; init; }

    /// <summary>The share of ids that a step reads as <see cref="UnknownId"/>. Default: 0.</summary>
    public float WordDropout { get; init; }

    /// <summary>The id of unknown words; null where there is none, and then no word is dropped. Default: null.</summary>
    public int? UnknownId { get; init; }

    /// <summary>The seed of the masks of dropout. Default: 42.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>Throws when a network cannot be trained so.</summary>
    /// <param name="network">The network.</param>
    /// <exception cref="ArgumentException">A setting does not suit the network.</exception>
    internal void RequireFor(NetworkConfig network)
    {
        if (Adversarial > 0 && !network.HasWordVectors)
            throw new ArgumentException("adversarial steps move word vectors, and the network has none", nameof(network));
        if (TruncateSteps is not null && network.IsTransformer)
            throw new ArgumentException("a Transformer has no steps in time to truncate at", nameof(network));
        if (TruncateSteps is not null && (network.Bidirectional || network.Pooling != Pooling.Last))
        {
            throw new ArgumentException(
                "truncated back-propagation needs one direction and pooling of the last state", nameof(network));
        }
    }
}
