using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Layers;

/// <summary>An affine map, <c>torch.nn.Linear(I, C)</c>; the lab calls its parameters W_out and b_out.</summary>
/// <remarks>
/// Forward: y = W x + b. Backward: dW += dy xᵀ, db += dy, dx = Wᵀ dy, summed over the rows of the batch.
/// </remarks>
internal sealed unsafe class Linear
{
    private readonly IKernels _kernels;
    private readonly int _inputSize;
    private readonly int _outputSize;
    private readonly AlignedBuffer _forward;
    private readonly AlignedBuffer _backward;

    /// <summary>Makes room for the packed weight.</summary>
    /// <param name="kernels">Who multiplies.</param>
    /// <param name="inputSize">I.</param>
    /// <param name="outputSize">C.</param>
    public Linear(IKernels kernels, int inputSize, int outputSize)
    {
        (_kernels, _inputSize, _outputSize) = (kernels, inputSize, outputSize);
        _forward = new AlignedBuffer(kernels.PackedLength(inputSize, outputSize));
        _backward = new AlignedBuffer(kernels.PackedLength(outputSize, inputSize));
    }

    /// <summary>Packs W, [C,I], as it is now.</summary>
    public void Pack(float* weight)
    {
        _kernels.PackTransposed(_inputSize, _outputSize, weight, _inputSize, _forward.Pointer);
        _kernels.Pack(_outputSize, _inputSize, weight, _inputSize, _backward.Pointer, _outputSize);
    }

    /// <summary>Scratch floats that a backward pass over the given rows needs.</summary>
    public int ScratchLength(int rows) => _kernels.PackedLength(rows, _inputSize) + _outputSize * rows;

    /// <summary>y [R,C] from x [R,I].</summary>
    public void Forward(int rows, float* bias, float* x, float* y) =>
        _kernels.Multiply(rows, _outputSize, _inputSize, x, _inputSize, _forward.Pointer, y, _outputSize, bias, fromRow: 0);

    /// <summary>Overwrites dx [R,I]; adds to dW and db.</summary>
    public void Backward(int rows, float* x, float* dy, float* dx, float* dWeight, float* dBias, float* scratch)
    {
        float* columns = scratch + _kernels.PackedLength(rows, _inputSize);
        _kernels.Pack(rows, _inputSize, x, _inputSize, scratch, rows);
        _kernels.PackColumns(_outputSize, rows, dy, _outputSize, columns);
        _kernels.AddProductOfColumns(_outputSize, _inputSize, rows, columns, scratch, dWeight, _inputSize);
        _kernels.AddColumnSums(rows, _outputSize, dy, _outputSize, dBias);
        _kernels.Multiply(rows, _inputSize, _outputSize, dy, _outputSize, _backward.Pointer, dx, _inputSize, null, fromRow: 0);
    }
}
