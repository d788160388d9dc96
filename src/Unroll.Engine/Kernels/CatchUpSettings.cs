namespace Unroll.Engine.Kernels;

/// <summary>What the steps that a row of a table missed do to it together.</summary>
internal struct CatchUpSettings
{
    /// <summary>Λ: what AdamW's decay leaves of θ.</summary>
    public float Scale;

    /// <summary>S: how far θ moves against m / (√v + ε), or against the velocity.</summary>
    public float Move;

    /// <summary>What is left of first moments or velocity: β₁ᵏ or μᵏ.</summary>
    public float First;

    /// <summary>What is left of second moments: β₂ᵏ.</summary>
    public float Second;

    /// <summary>ε beside √v.</summary>
    public float Epsilon;
}
