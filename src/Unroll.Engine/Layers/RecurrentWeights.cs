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
    private readonly IRecurrentCell _cell;
    private readonly int _hiddenSize;
    private readonly PackedWeight? _input;
    private readonly PackedWeight?[] _recurrent;

    /// <summary>Prepares to pack; memory is taken when it is needed.</summary>
    /// <param name="kernels">The kernels that multiply.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="inputSize">I; 0 for one-hot input, whose W_ih is a table.</param>
    /// <param name="hiddenSize">H.</param>
    public RecurrentWeights(IKernels kernels, IRecurrentCell cell, int inputSize, int hiddenSize)
    {
        (_cell, _hiddenSize) = (cell, hiddenSize);
        _input = inputSize > 0 ? new PackedWeight(kernels, cell.Gates * hiddenSize, inputSize) : null;
        _recurrent = new PackedWeight?[cell.Blocks.Length];
        for (int i = 0; i < _recurrent.Length; i++)
        {
            GateBlock block = cell.Blocks[i];
            if (block.RecurrentRow != GateBlock.None)
                _recurrent[i] = new PackedWeight(kernels, block.Count * hiddenSize, hiddenSize, isReadEveryStep: true);
        }
    }

    /// <summary>b of the columns of the pre-activations that have one.</summary>
    public float* Bias { get; private set; }

    /// <summary>v, the weights that multiply the memory element by element; null where the cell has none.</summary>
    public float* Memory { get; private set; }

    /// <summary>W_ihᵀ for one-hot input, [V, G·H], of which a token picks a row.</summary>
    public Matrix Table { get; private set; }

    /// <summary>W_ih, [G·H, I]; not for one-hot input.</summary>
    public PackedWeight Input => _input!;

    /// <summary>All that are packed.</summary>
    public IEnumerable<PackedWeight> All => _recurrent.Prepend(_input).OfType<PackedWeight>();

    /// <summary>Floats that only backward passes read.</summary>
    public long BackwardLength => (_input?.BackwardLength ?? 0) + _recurrent.Sum(block => block?.BackwardLength ?? 0);

    /// <summary>A block's rows of W_hh, [rows, H]; only for a block that has some.</summary>
    public PackedWeight Recurrent(int block) => _recurrent[block]!;

    /// <summary>Packs the parameters as they are now for forward passes.</summary>
    /// <param name="inputWeight">W_ih, [G·H, I].</param>
    /// <param name="recurrentWeight">W_hh, [G·H, H]; not read where the cell has none.</param>
    /// <param name="bias">Of the first columns of the pre-activations; kept, not copied.</param>
    /// <param name="memoryWeight">v; kept, not copied. Null where the cell has none.</param>
    public void Pack(float* inputWeight, float* recurrentWeight, float* bias, float* memoryWeight)
    {
        Memory = memoryWeight;
        Bias = bias;
        _input?.Pack(inputWeight);
        for (int i = 0; i < _recurrent.Length; i++)
            _recurrent[i]?.Pack(RowsOf(i, recurrentWeight));
    }

    /// <summary>Takes W_ih of one-hot input, which is looked up and not packed.</summary>
    /// <param name="table">W_ihᵀ, [V, G·H]; kept, not copied.</param>
    /// <param name="vocabulary">V.</param>
    public void SetTable(float* table, int vocabulary) => Table = new Matrix(table, vocabulary, _cell.Gates * _hiddenSize);

    /// <summary>Packs the parameters for backward passes.</summary>
    /// <param name="inputWeight">W_ih, [G·H, I]; not read for one-hot input.</param>
    /// <param name="recurrentWeight">W_hh, [G·H, H]; not read where the cell has none.</param>
    public void PackBackward(float* inputWeight, float* recurrentWeight)
    {
        _input?.PackBackward(inputWeight);
        for (int i = 0; i < _recurrent.Length; i++)
            _recurrent[i]?.PackBackward(RowsOf(i, recurrentWeight));
    }

    /// <summary>Gives back the memory that only backward passes read.</summary>
    public void FreeBackward()
    {
        _input?.FreeBackward();
        foreach (PackedWeight? block in _recurrent)
            block?.FreeBackward();
    }

    private float* RowsOf(int block, float* recurrentWeight) =>
        recurrentWeight + (long)_cell.Blocks[block].RecurrentRow * _hiddenSize * _hiddenSize;
}
