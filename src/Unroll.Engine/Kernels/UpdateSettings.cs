namespace Unroll.Engine.Kernels;

/// <summary>The numbers of one optimizer step.</summary>
internal struct UpdateSettings
{
    /// <summary>η.</summary>
    public float LearningRate;

    /// <summary>λ.</summary>
    public float WeightDecay;

    /// <summary>AdamW's decay, straight on the parameters, instead of on the gradients.</summary>
    public bool DecoupledDecay;

    /// <summary>μ.</summary>
    public float Momentum;

    /// <summary>Nesterov's look ahead.</summary>
    public bool Nesterov;

    /// <summary>β₁.</summary>
    public float Beta1;

    /// <summary>β₂.</summary>
    public float Beta2;

    /// <summary>ε.</summary>
    public float Epsilon;

    /// <summary>1 / (1 - β₁ᵗ).</summary>
    public float FirstCorrection;

    /// <summary>1 / √(1 - β₂ᵗ).</summary>
    public float SecondCorrection;

    /// <summary>What gradients are multiplied by: less than 1 where their norm is clipped.</summary>
    public float GradientScale;

    /// <summary>The largest size of a gradient after that; infinite for none.</summary>
    public float ClipValue;
}
