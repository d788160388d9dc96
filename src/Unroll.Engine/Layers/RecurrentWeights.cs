using Unroll.Engine.Cells;
using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Layers;

/// <summary>
/// The parameters of one recurrent layer and direction, packed for the products of the forward and of the backward pass. Packed
/// once after every update and shared by all shards and time steps.
/// </summary>
internal sealed unsafe class RecurrentWeights
{
    private readonly IKernels _kernels;
    private readonly IRecurrentCell _cell;
    private readonly int _inputSize;
    private readonly int _hiddenSize;
    private readonly AlignedBuffer _inputForward;
    private readonly AlignedBuffer _inputBackward;
    private readonly AlignedBuffer[] _recurrentForward;
    private readonly AlignedBuffer[] _recurrentBackward;

    /// <summary>Makes room for the packed weights.</summary>
    /// <param name="kernels">Who multiplies with them.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="inputSize">I; 0 for one-hot input, whose W_ih is a table.</param>
    /// <param name="hiddenSize">H.</param>
    public RecurrentWeights(IKernels kernels, IRecurrentCell cell, int inputSize, int hiddenSize)
    {
        (_kernels, _cell, _inputSize, _hiddenSize) = (kernels, cell, inputSize, hiddenSize);
        int rows = cell.Gates * hiddenSize;
        _inputForward = new AlignedBuffer(kernels.PackedLength(inputSize, rows));
        _inputBackward = new AlignedBuffer(kernels.PackedLength(rows, inputSize));
        int blocks = cell.Blocks.Length;
        _recurrentForward = new AlignedBuffer[blocks];
        _recurrentBackward = new AlignedBuffer[blocks];
        for (int i = 0; i < blocks; i++)
        {
            int blockRows = cell.Blocks[i].RecurrentRow == SumBlock.None ? 0 : cell.Blocks[i].Count * hiddenSize;
            _recurrentForward[i] = new AlignedBuffer(kernels.PackedLength(hiddenSize, blockRows));
            _recurrentBackward[i] = new AlignedBuffer(kernels.PackedLength(blockRows, hiddenSize));
        }
    }

    /// <summary>b of every column of the sums, [Columns·H].</summary>
    public float* Bias { get; private set; }

    /// <summary>W_ihᵀ, [I, G·H].</summary>
    public float* InputForward => _inputForward.Pointer;

    /// <summary>W_ih, [G·H, I].</summary>
    public float* InputBackward => _inputBackward.Pointer;

    /// <summary>The transpose of a block's rows of W_hh, [H, rows].</summary>
    public float* RecurrentForward(int block) => _recurrentForward[block].Pointer;

    /// <summary>A block's rows of W_hh, [rows, H].</summary>
    public float* RecurrentBackward(int block) => _recurrentBackward[block].Pointer;

    /// <summary>Packs the parameters as they are now.</summary>
    /// <param name="inputWeight">W_ih, [G·H, I]; not read for one-hot input.</param>
    /// <param name="recurrentWeight">W_hh, [G·H, H].</param>
    /// <param name="bias">[Columns·H]; kept, not copied.</param>
    /// <param name="withBackward">Whether a backward pass follows.</param>
    public void Pack(float* inputWeight, float* recurrentWeight, float* bias, bool withBackward)
    {
        Bias = bias;
        int rows = _cell.Gates * _hiddenSize;
        if (_inputSize > 0)
        {
            _kernels.PackTransposed(_inputSize, rows, inputWeight, _inputSize, InputForward);
            if (withBackward)
                _kernels.Pack(rows, _inputSize, inputWeight, _inputSize, InputBackward, rows);
        }
        for (int i = 0; i < _cell.Blocks.Length; i++)
        {
            SumBlock block = _cell.Blocks[i];
            if (block.RecurrentRow == SumBlock.None)
                continue;
            int count = block.Count * _hiddenSize;
            float* source = recurrentWeight + (long)block.RecurrentRow * _hiddenSize * _hiddenSize;
            _kernels.PackTransposed(_hiddenSize, count, source, _hiddenSize, RecurrentForward(i));
            if (withBackward)
                _kernels.Pack(count, _hiddenSize, source, _hiddenSize, RecurrentBackward(i), count);
        }
    }
}
