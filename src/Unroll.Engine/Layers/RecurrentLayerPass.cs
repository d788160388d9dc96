using Unroll.Engine.Batches;
using Unroll.Engine.Cells;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;

namespace Unroll.Engine.Layers;

/// <summary>
/// A recurrent layer at work: its gates and memories, the gradients that go from step to step, and the states that sentences
/// carry from one stretch of their words to the next.
/// </summary>
internal sealed unsafe class RecurrentLayerPass : ILayerPass, IParallelWork
{
    private readonly RecurrentLayer _layer;
    private readonly Kept[] _directions;
    private readonly CarriedState _hidden;
    private readonly CarriedState _memory;
    private int _tokens;
    private int _rows;
    private LayerArguments _shared;
    private LayerTensors _sharedGradients;
    private bool _sharesBackward;

    /// <summary>Makes ready; memory is taken with the first batch.</summary>
    /// <param name="layer">The layer.</param>
    public RecurrentLayerPass(RecurrentLayer layer)
    {
        _layer = layer;
        _directions = new Kept[layer.Directions];
        for (int i = 0; i < _directions.Length; i++)
            _directions[i] = new Kept();
        (_hidden, _memory) = (new CarriedState(layer.HiddenSize), new CarriedState(layer.MemorySize));
    }

    /// <summary>Whether backward passes measure the gradients at the states.</summary>
    public bool MeasuresGradients { get; set; }

    public long Length => _directions.Sum(kept => kept.Length);

    private IRecurrentCell Cell => _layer.Cell;

    private int HiddenSize => _layer.HiddenSize;

    private int MemorySize => _layer.MemorySize;

    private int TraceSize => Cell.TraceSize(HiddenSize);

    private bool HasMemory => MemorySize > 0;

    public void Prepare(int tokens, int rows, PassMode mode)
    {
        (_tokens, _rows) = (tokens, rows);
        // In 64 bits: a long batch must not wrap around to a buffer that is too short.
        foreach (Kept kept in _directions)
        {
            kept.Memory.EnsureLength((long)tokens * MemorySize);
            if (mode == PassMode.Forward)
                continue;
            kept.Gates.EnsureLength((long)tokens * Cell.Columns * HiddenSize);
            kept.DHiddenLater.EnsureLength((long)rows * HiddenSize);
            kept.Trace.EnsureLength((long)tokens * TraceSize);
            kept.DMemoryLater.EnsureLength((long)rows * MemorySize);
            if (MeasuresGradients)
                kept.GradientNorms.EnsureLength(tokens);
        }
    }

    public long ScratchLength(Shard shard, PassMode mode)
    {
        // Gates and trace of a chunk are scratch where they are not kept.
        if (mode == PassMode.Forward)
            return (long)ChunkTokens(shard) * (Cell.Columns * HiddenSize + TraceSize);
        return _layer.Direction(0).ScratchLength(shard.Rows);
    }

    public void Forward(in LayerArguments arguments)
    {
        if (SharesDirections(arguments))
        {
            (_shared, _sharesBackward) = (arguments, false);
            arguments.Shared!.Run(this, _directions.Length);
            return;
        }
        for (int direction = 0; direction < _directions.Length; direction++)
            _layer.Direction(direction).Forward(ArgumentsOf(arguments, direction), arguments.Shared);
    }

    public void Backward(in LayerArguments arguments, LayerTensors gradients)
    {
        if (SharesDirections(arguments))
        {
            (_shared, _sharedGradients, _sharesBackward) = (arguments, gradients, true);
            arguments.Shared!.Run(this, _directions.Length);
            // Both add to dx, one after the other.
            for (int direction = 0; direction < _directions.Length && !arguments.DInput.IsNone; direction++)
                _layer.Direction(direction).AddInputGradient(
                    ArgumentsOf(arguments, direction), 0, arguments.Shard.Tokens, arguments.Shared);
            return;
        }
        for (int direction = 0; direction < _directions.Length; direction++)
            Backward(ArgumentsOf(arguments, direction), gradients, direction, arguments.Shared);
    }

    void IParallelWork.Execute(int part, int worker)
    {
        LayerArguments arguments = _shared;
        arguments.Scratch = _shared.Shared!.Scratch(worker);
        arguments.Shared = null;
        RecurrentArguments ofDirection = ArgumentsOf(arguments, part);
        ofDirection.DInput = default;
        if (_sharesBackward)
            Backward(ofDirection, _sharedGradients, part, shared: null);
        else
            _layer.Direction(part).Forward(ofDirection);
    }

    // Without a trace each would need a chunk of gates of its own.
    private bool SharesDirections(in LayerArguments arguments) =>
        arguments.Shared is not null && _directions.Length > 1 && arguments.Mode == PassMode.ForwardBackward;

    private void Backward(RecurrentArguments ofDirection, LayerTensors gradients, int direction, SharedWork? shared)
    {
        _layer.SetGradients(ref ofDirection, gradients, direction);
        _layer.Direction(direction).Backward(ofDirection, shared);
    }

    /// <summary>Pre-activations, gates or da of a direction, [N, Columns·H], after a pass that keeps its trace.</summary>
    public Matrix Gates(int direction) => _directions[direction].Gates.AsMatrix(_tokens, Cell.Columns * HiddenSize);

    /// <summary>What sentences carry beside h in a direction, such as c, [N,M]; none for a cell without.</summary>
    public Matrix Memory(int direction) =>
        HasMemory ? _directions[direction].Memory.AsMatrix(_tokens, MemorySize) : default;

    /// <summary>
    /// What the backward pass of a direction needs beside gates and memory, such as tanh c, [N,T], after a pass that keeps it;
    /// none for a cell without.
    /// </summary>
    public Matrix Trace(int direction) =>
        TraceSize > 0 ? _directions[direction].Trace.AsMatrix(_tokens, TraceSize) : default;

    /// <summary>
    /// ‖dh_t‖ of both directions together, from the layers above and from the step after, after a pass that measured it.
    /// </summary>
    /// <param name="token">The place of the token among those of the batch.</param>
    public double GradientNorm(int token)
    {
        double squares = 0;
        foreach (Kept kept in _directions)
        {
            double norm = kept.GradientNorms.Pointer[token];
            squares += norm * norm;
        }
        return Math.Sqrt(squares);
    }

    /// <summary>‖dh_t‖ of each direction, [N,1], after a pass that measured it.</summary>
    public Matrix[] GradientNorms => [.. _directions.Select(kept => kept.GradientNorms.AsMatrix(_tokens, 1))];

    /// <summary>All sentences begin with zeros.</summary>
    /// <param name="rows">How many sentences there are, over all stretches.</param>
    public void ClearStates(int rows)
    {
        _hidden.Clear(rows);
        if (HasMemory)
            _memory.Clear(rows);
    }

    /// <summary>Gives a batch's sentences the states that they left behind.</summary>
    public void LoadStates(Batch batch)
    {
        _hidden.Load(batch);
        if (HasMemory)
            _memory.Load(batch);
    }

    /// <summary>Keeps the states after each sentence's last token in the batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="output">The layer's output, [N,H].</param>
    public void SaveStates(Batch batch, in Matrix output)
    {
        _hidden.Save(batch, output);
        if (HasMemory)
            _memory.Save(batch, Memory(0));
    }

    private static int ChunkTokens(Shard shard) => Math.Min(Chunk.MostTokens(shard.Rows), shard.Tokens);

    private RecurrentArguments ArgumentsOf(in LayerArguments arguments, int direction)
    {
        Shard shard = arguments.Shard;
        Kept kept = _directions[direction];
        bool trains = arguments.Mode == PassMode.ForwardBackward;
        int columns = Cell.Columns * HiddenSize;
        var ofDirection = new RecurrentArguments
        {
            Shard = shard,
            Input = arguments.Input,
            Ids = arguments.Ids,
            Hidden = arguments.Output.ColumnsFrom(direction * HiddenSize, HiddenSize),
            InitialHidden = arguments.Continues ? _hidden.Initial(shard) : default,
            InitialMemory = arguments.Continues && HasMemory ? _memory.Initial(shard) : default,
            KeepsTrace = trains,
            Memory = Memory(direction).RowsFrom(shard.FirstToken, shard.Tokens),
            Scratch = arguments.Scratch,
        };
        if (!trains)
        {
            int tokens = ChunkTokens(shard);
            ofDirection.Gates = new Matrix(arguments.Scratch, tokens, columns);
            if (TraceSize > 0)
                ofDirection.Trace = new Matrix(arguments.Scratch + (long)tokens * columns, tokens, TraceSize);
            return ofDirection;
        }
        ofDirection.Gates = Gates(direction).RowsFrom(shard.FirstToken, shard.Tokens);
        ofDirection.Trace = Trace(direction).RowsFrom(shard.FirstToken, shard.Tokens);
        ofDirection.DHidden = arguments.DOutput.ColumnsFrom(direction * HiddenSize, HiddenSize);
        ofDirection.DInput = arguments.DInput;
        ofDirection.AddToDInput = direction > 0;
        ofDirection.DHiddenLater = kept.DHiddenLater.AsMatrix(_rows, HiddenSize).RowsFrom(shard.FirstRow, shard.Rows);
        if (HasMemory)
            ofDirection.DMemoryLater = kept.DMemoryLater.AsMatrix(_rows, MemorySize).RowsFrom(shard.FirstRow, shard.Rows);
        if (arguments.MeasuresGradients)
            ofDirection.DHiddenNorms = kept.GradientNorms.Pointer + shard.FirstToken;
        return ofDirection;
    }

    // What one direction keeps of a batch.
    private sealed class Kept
    {
        public AlignedBuffer Gates { get; } = new();

        public AlignedBuffer Memory { get; } = new();

        public AlignedBuffer Trace { get; } = new();

        public AlignedBuffer DHiddenLater { get; } = new();

        public AlignedBuffer DMemoryLater { get; } = new();

        public AlignedBuffer GradientNorms { get; } = new();

        public long Length =>
            (long)Gates.Length + Memory.Length + Trace.Length + DHiddenLater.Length + DMemoryLater.Length + GradientNorms.Length;
    }
}
