using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Layers;

/// <summary>An affine map, <c>torch.nn.Linear(I, C)</c>; the lab calls its parameters W_out and b_out.</summary>
/// <remarks>
/// Forward: y = W x + b. Backward: dW += dy xᵀ, db += dy, dx = Wᵀ dy, summed over the rows of the batch.
/// </remarks>
/// <param name="kernels">The kernels that multiply.</param>
/// <param name="inputSize">I.</param>
/// <param name="outputSize">C.</param>
internal sealed unsafe class Linear(IKernels kernels, int inputSize, int outputSize)
{
    /// <summary>W, [C,I].</summary>
    public PackedWeight Weight { get; } = new(kernels, outputSize, inputSize);

    /// <summary>Scratch floats that a backward pass over the given rows needs.</summary>
    public int ScratchLength(int rows) => kernels.PackedLength(rows, inputSize) + outputSize * rows;

    /// <summary>x → y.</summary>
    /// <param name="x">[R,I].</param>
    /// <param name="bias">b, [C].</param>
    /// <param name="y">[R,C]; overwritten.</param>
    public void Forward(in Matrix x, float* bias, in Matrix y) =>
        kernels.Multiply(x, Weight.Forward, y, Matrix.Repeated(bias, y.Rows, outputSize));

    /// <summary>dy → dx, dW and db.</summary>
    /// <param name="x">[R,I].</param>
    /// <param name="dy">[R,C].</param>
    /// <param name="dx">[R,I]; overwritten.</param>
    /// <param name="dWeight">[C,I]; added to.</param>
    /// <param name="dBias">[C]; added to.</param>
    /// <param name="scratch">Memory of <see cref="ScratchLength"/> floats.</param>
    public void Backward(in Matrix x, in Matrix dy, in Matrix dx, float* dWeight, float* dBias, float* scratch)
    {
        int rows = x.Rows;
        var packed = new PackedMatrix(kernels, scratch, rows, inputSize);
        var columns = new PackedColumns(scratch + kernels.PackedLength(rows, inputSize), rows, outputSize);
        kernels.Pack(x, packed);
        kernels.PackColumns(dy, columns);
        kernels.AddProductOfColumns(columns, packed, new Matrix(dWeight, outputSize, inputSize));
        kernels.AddColumnSums(dy, dBias);
        kernels.Multiply(dy, Weight.Backward, dx, default);
    }
}
