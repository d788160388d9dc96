using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Layers;

/// <summary>Layer norm (Ba et al., 2016), <c>torch.nn.LayerNorm(E)</c> with ε = 1e-5, token by token.</summary>
/// <remarks>
/// <code>
/// Forward    x̂ = (x - mean x) / √(var x + ε)      y = x̂ ⊙ w + b            var divides by E
/// Backward   g = dy ⊙ w      dx = (g - mean g - x̂ ⊙ mean(g ⊙ x̂)) / √(var x + ε)
///            dw += dy ⊙ x̂    db += dy
/// </code>
/// </remarks>
/// <param name="kernels">The kernels that compute.</param>
/// <param name="width">E.</param>
internal sealed unsafe class LayerNorm(IKernels kernels, int width)
{
    /// <summary>What is kept of a token: the mean and 1/√(var + ε).</summary>
    public const int Statistics = 2;

    /// <summary>Scratch floats that a backward pass needs.</summary>
    public int ScratchLength => 2 * width;

    /// <summary>x → y.</summary>
    /// <param name="x">[N,E].</param>
    /// <param name="weight">w, [E].</param>
    /// <param name="bias">b, [E].</param>
    /// <param name="y">[N,E]; overwritten.</param>
    /// <param name="statistics">[N,<see cref="Statistics"/>]; overwritten.</param>
    public void Forward(in Matrix x, float* weight, float* bias, in Matrix y, in Matrix statistics)
    {
        for (int n = 0; n < x.Rows; n++)
            kernels.LayerNormForward(width, x.PointerTo(n), weight, bias, y.PointerTo(n), statistics.PointerTo(n));
    }

    /// <summary>dy → dx, dw and db.</summary>
    /// <param name="x">[N,E].</param>
    /// <param name="statistics">As they were forward.</param>
    /// <param name="weight">w, [E].</param>
    /// <param name="dy">[N,E].</param>
    /// <param name="dx">[N,E]; added to. Not dy.</param>
    /// <param name="dWeight">[E]; added to.</param>
    /// <param name="dBias">[E]; added to.</param>
    /// <param name="scratch">Memory of <see cref="ScratchLength"/> floats.</param>
    public void Backward(
        in Matrix x, in Matrix statistics, float* weight, in Matrix dy, in Matrix dx, float* dWeight, float* dBias,
        float* scratch)
    {
        for (int n = 0; n < x.Rows; n++)
        {
            kernels.LayerNormBackward(
                width, x.PointerTo(n), statistics.PointerTo(n), weight, dy.PointerTo(n), dx.PointerTo(n), dWeight, dBias,
                scratch);
        }
    }
}
