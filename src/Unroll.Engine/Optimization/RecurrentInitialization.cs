namespace Unroll;

/// <summary>How the recurrent weights are drawn, after <see cref="Initialization"/> has drawn everything.</summary>
public enum RecurrentInitialization
{
    /// <summary>As <see cref="Initialization"/> says: U(±1/√H) by default.</summary>
    Uniform,

    /// <summary>Orthogonal, gate by gate (Saxe et al., 2013): the norm of the state is kept.</summary>
    Orthogonal,

    /// <summary>Identity, gate by gate; with ReLU this is the IRNN of Le et al., 2015.</summary>
    Identity,
}
