using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Layers;

/// <summary>
/// A weight W, [O,I], packed for the product of the forward pass, x Wᵀ, and, where one follows, for that of the backward pass, dy
/// W.
/// </summary>
/// <param name="kernels">The kernels that multiply.</param>
/// <param name="outputSize">O.</param>
/// <param name="inputSize">I.</param>
/// <param name="isReadEveryStep">Whether every time step reads it: what takes the time of a single text.</param>
internal sealed unsafe class PackedWeight(IKernels kernels, int outputSize, int inputSize, bool isReadEveryStep = false)
{
    private readonly AlignedBuffer _forward = new();
    private readonly WholeNumbers _whole = new();
    private readonly AlignedBuffer _backward = new();
    private float* _weight;

    /// <summary>O.</summary>
    public int OutputSize => outputSize;

    /// <summary>I.</summary>
    public int InputSize => inputSize;

    /// <summary>Whether every time step reads it.</summary>
    public bool IsReadEveryStep => isReadEveryStep;

    /// <summary>
    /// Whether forward passes read it rounded to whole numbers of 16 bits, all worth the same. <see cref="Pack"/> rounds; no
    /// training may go on meanwhile.
    /// </summary>
    public bool IsRounded { get; set; }

    /// <summary>Wᵀ, [I,O].</summary>
    public PackedMatrix Forward => new(kernels, _forward.Pointer, inputSize, outputSize)
    {
        Whole = IsRounded ? _whole.Pointer : null,
        Unit = _whole.Unit,
    };

    /// <summary>W, [O,I].</summary>
    public PackedMatrix Backward => new(kernels, _backward.Pointer, outputSize, inputSize);

    /// <summary>Floats of <see cref="Backward"/>; 0 before it is packed.</summary>
    public long BackwardLength => _backward.Length;

    /// <summary>Packs W as it is now for forward passes.</summary>
    /// <param name="weight">W, [O,I].</param>
    public void Pack(float* weight)
    {
        _weight = weight;
        _forward.EnsureLength(kernels.PackedLength(inputSize, outputSize));
        PackAgain(0, outputSize);
        if (IsRounded)
            _whole.Round(_forward.Span);
        else
            _whole.Free();
    }

    /// <summary>Packs W for backward passes.</summary>
    /// <param name="weight">W, [O,I].</param>
    public void PackBackward(float* weight)
    {
        _weight = weight;
        _backward.EnsureLength(kernels.PackedLength(outputSize, inputSize));
        PackBackwardAgain(0, inputSize);
    }

    /// <summary>Packs some columns of <see cref="Forward"/> again: the weight stands where it stood.</summary>
    /// <param name="first">The first, the first of a panel.</param>
    /// <param name="count">How many.</param>
    public void PackAgain(int first, int count) => kernels.PackTransposed(
        new Matrix(_weight, outputSize, inputSize).RowsFrom(first, count),
        new PackedMatrix(kernels, _forward.Pointer + (long)first * inputSize, inputSize, count));

    /// <summary>Packs some columns of <see cref="Backward"/> again: the weight stands where it stood.</summary>
    /// <param name="first">The first, the first of a panel.</param>
    /// <param name="count">How many.</param>
    public void PackBackwardAgain(int first, int count) => kernels.Pack(
        new Matrix(_weight, outputSize, inputSize).ColumnsFrom(first, count),
        new PackedMatrix(kernels, _backward.Pointer + (long)first * outputSize, outputSize, count));

    /// <summary>Gives the memory of <see cref="Backward"/> back.</summary>
    public void FreeBackward() => _backward.Free();
}
