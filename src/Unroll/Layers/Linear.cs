using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>An affine map, <c>torch.nn.Linear(I, C)</c>; the lab calls its parameters W_out and b_out.</summary>
/// <remarks>
/// Forward: y = W x + b. Backward: dW += dy xᵀ, db += dy, dx = Wᵀ dy, summed over the rows of the batch.
/// </remarks>
/// <param name="inputSize">I: the width of the input.</param>
/// <param name="outputSize">C: the width of the output.</param>
public sealed class Linear(int inputSize, int outputSize)
{
    /// <summary>I.</summary>
    public int InputSize { get; } = inputSize;

    /// <summary>C.</summary>
    public int OutputSize { get; } = outputSize;

    /// <summary>Computes the output.</summary>
    /// <param name="weight">W, [C,I].</param>
    /// <param name="bias">b, [C].</param>
    /// <param name="input">x, [B,I].</param>
    /// <param name="output">y, [B,C]; overwritten.</param>
    public void Forward(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, ReadOnlySpan<float> input, Span<float> output)
    {
        Rows.Broadcast(bias, output);
        MatrixProduct.AddTimesTransposed(input, weight, output, input.Length / InputSize, OutputSize, InputSize);
    }

    /// <summary>Propagates the gradient of the output back to the parameters and the input.</summary>
    /// <param name="weight">W of the forward pass, [C,I].</param>
    /// <param name="input">x of the forward pass, [B,I].</param>
    /// <param name="dOutput">dy, [B,C].</param>
    /// <param name="dWeight">[C,I]; added to.</param>
    /// <param name="dBias">[C]; added to.</param>
    /// <param name="dInput">dx, [B,I]; overwritten.</param>
    public void Backward(
        ReadOnlySpan<float> weight, ReadOnlySpan<float> input, ReadOnlySpan<float> dOutput,
        Span<float> dWeight, Span<float> dBias, Span<float> dInput)
    {
        int batch = dOutput.Length / OutputSize;
        Rows.AddSum(dOutput, dBias);
        MatrixProduct.AddTransposedTimes(dOutput, input, dWeight, batch, OutputSize, InputSize);
        dInput.Clear();
        MatrixProduct.AddTimes(dOutput, weight, dInput, batch, OutputSize, InputSize);
    }
}
