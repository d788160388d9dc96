using Unroll.Kernels;

namespace Unroll.Training;

/// <summary>Plain stochastic gradient descent, <c>torch.optim.SGD</c> without momentum: θ ← θ - learning rate · dθ.</summary>
public static class Sgd
{
    /// <summary>Moves every parameter one step against its gradient.</summary>
    /// <param name="learningRate">The step's length.</param>
    /// <param name="gradients">dθ, any length.</param>
    /// <param name="parameters">θ, the length of <paramref name="gradients"/>; updated.</param>
    public static void Step(float learningRate, ReadOnlySpan<float> gradients, Span<float> parameters) =>
        ScaledSum.Add(-learningRate, gradients, parameters);
}
