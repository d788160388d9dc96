namespace Unroll.Engine.Optimization;

/// <summary>How gradients become updates.</summary>
public sealed record OptimizerSettings
{
    /// <summary>The method. Default: Adam.</summary>
    public OptimizerKind Kind { get; init; } = OptimizerKind.Adam;

    /// <summary>μ of SGD with momentum. Default: 0.</summary>
    public float Momentum { get; init; }

    /// <summary>Nesterov's form of momentum. Default: no.</summary>
    public bool Nesterov { get; init; }

    /// <summary>β₁ of Adam. Default: 0.9.</summary>
    public float Beta1 { get; init; } = 0.9f;

    /// <summary>β₂ of Adam. Default: 0.999.</summary>
    public float Beta2 { get; init; } = 0.999f;

    /// <summary>ε of Adam. Default: 1e-8.</summary>
    public float Epsilon { get; init; } = 1e-8f;

    /// <summary>λ, how much parameters shrink. Default: 0.</summary>
    public float WeightDecay { get; init; }

    /// <summary>The largest global norm of the gradients (Pascanu et al., 2013); null for none. Default: none.</summary>
    public float? ClipNorm { get; init; }

    /// <summary>The largest size of each gradient; null for none. Default: none.</summary>
    public float? ClipValue { get; init; }

    /// <summary>
    /// Whether momentum and moments move word vectors in every step, as PyTorch's optimizers of all parameters do; else only in
    /// steps that saw the word, as <c>torch.optim.SparseAdam</c> does. Default: no.
    /// </summary>
    public bool DenseUpdates { get; init; }
}
