namespace Unroll;

/// <summary>The function φ of a vanilla RNN, <c>nonlinearity</c> of <c>torch.nn.RNN</c>.</summary>
public enum Nonlinearity
{
    /// <summary>Hyperbolic tangent.</summary>
    Tanh,

    /// <summary>max(x, 0).</summary>
    Relu,
}
