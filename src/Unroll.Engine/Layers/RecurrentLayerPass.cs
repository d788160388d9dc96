using Unroll.Engine.Batches;
using Unroll.Engine.Cells;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;

namespace Unroll.Engine.Layers;

/// <summary>
/// A recurrent layer at work: its gates and cell states, the gradients that go from step to step, and the states that sentences
/// carry from one stretch of their words to the next.
/// </summary>
internal sealed unsafe class RecurrentLayerPass : ILayerPass, IParallelWork
{
    private readonly RecurrentLayer _layer;
    private readonly Memory[] _directions;
    private readonly CarriedState _hidden;
    private readonly CarriedState _cell;
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
        _directions = new Memory[layer.Directions];
        for (int i = 0; i < _directions.Length; i++)
            _directions[i] = new Memory();
        (_hidden, _cell) = (new CarriedState(layer.HiddenSize), new CarriedState(layer.HiddenSize));
    }

    /// <summary>Whether backward passes measure the gradients at the states.</summary>
    public bool MeasuresGradients { get; set; }

    public long Length => _directions.Sum(memory => memory.Length);

    private IRecurrentCell Cell => _layer.Cell;

    private int HiddenSize => _layer.HiddenSize;

    public void Prepare(int tokens, int rows, PassMode mode)
    {
        (_tokens, _rows) = (tokens, rows);
        // In 64 bits: a long batch must not wrap around to a buffer that is too short.
        foreach (Memory memory in _directions)
        {
            if (Cell.HasCellState)
                memory.CellState.EnsureLength((long)tokens * HiddenSize);
            if (mode == PassMode.Forward)
                continue;
            memory.Gates.EnsureLength((long)tokens * Cell.Columns * HiddenSize);
            memory.DHiddenLater.EnsureLength((long)rows * HiddenSize);
            if (Cell.HasCellState)
            {
                memory.TanhCell.EnsureLength((long)tokens * HiddenSize);
                memory.DCellLater.EnsureLength((long)rows * HiddenSize);
            }
            if (MeasuresGradients)
                memory.GradientNorms.EnsureLength(tokens);
        }
    }

    public long ScratchLength(Shard shard, PassMode mode)
    {
        // Without a trace the gates of a chunk are scratch.
        if (mode == PassMode.Forward)
            return (long)ChunkTokens(shard) * (Cell.Columns + 1) * HiddenSize;
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

    /// <summary>c of a direction, [N,H]; none without cell state.</summary>
    public Matrix CellState(int direction) =>
        Cell.HasCellState ? _directions[direction].CellState.AsMatrix(_tokens, HiddenSize) : default;

    /// <summary>tanh c of a direction, [N,H], after a pass that keeps its trace; none without cell state.</summary>
    public Matrix TanhCell(int direction) =>
        Cell.HasCellState ? _directions[direction].TanhCell.AsMatrix(_tokens, HiddenSize) : default;

    /// <summary>
    /// ‖dh_t‖ of both directions together, from the layers above and from the step after, after a pass that measured it.
    /// </summary>
    /// <param name="token">The place of the token among those of the batch.</param>
    public double GradientNorm(int token)
    {
        double squares = 0;
        foreach (Memory memory in _directions)
        {
            double norm = memory.GradientNorms.Pointer[token];
            squares += norm * norm;
        }
        return Math.Sqrt(squares);
    }

    /// <summary>All sentences begin with zeros.</summary>
    /// <param name="rows">How many sentences there are, over all stretches.</param>
    public void ClearStates(int rows)
    {
        _hidden.Clear(rows);
        if (Cell.HasCellState)
            _cell.Clear(rows);
    }

    /// <summary>Gives a batch's sentences the states that they left behind.</summary>
    public void LoadStates(Batch batch)
    {
        _hidden.Load(batch);
        if (Cell.HasCellState)
            _cell.Load(batch);
    }

    /// <summary>Keeps the states after each sentence's last token in the batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="output">The layer's output, [N,H].</param>
    public void SaveStates(Batch batch, in Matrix output)
    {
        _hidden.Save(batch, output);
        if (Cell.HasCellState)
            _cell.Save(batch, CellState(0));
    }

    private static int ChunkTokens(Shard shard) => Math.Min(Chunk.MostTokens(shard.Rows), shard.Tokens);

    private RecurrentArguments ArgumentsOf(in LayerArguments arguments, int direction)
    {
        Shard shard = arguments.Shard;
        Memory memory = _directions[direction];
        bool trains = arguments.Mode == PassMode.ForwardBackward;
        int columns = Cell.Columns * HiddenSize;
        var ofDirection = new RecurrentArguments
        {
            Shard = shard,
            Input = arguments.Input,
            Ids = arguments.Ids,
            Hidden = arguments.Output.ColumnsFrom(direction * HiddenSize, HiddenSize),
            InitialHidden = arguments.Continues ? _hidden.Initial(shard) : default,
            InitialCell = arguments.Continues && Cell.HasCellState ? _cell.Initial(shard) : default,
            KeepsTrace = trains,
            CellState = CellState(direction).RowsFrom(shard.FirstToken, shard.Tokens),
            Scratch = arguments.Scratch,
        };
        if (!trains)
        {
            int tokens = ChunkTokens(shard);
            ofDirection.Gates = new Matrix(arguments.Scratch, tokens, columns);
            if (Cell.HasCellState)
                ofDirection.TanhCell = new Matrix(arguments.Scratch + (long)tokens * columns, tokens, HiddenSize);
            return ofDirection;
        }
        ofDirection.Gates = Gates(direction).RowsFrom(shard.FirstToken, shard.Tokens);
        ofDirection.TanhCell = TanhCell(direction).RowsFrom(shard.FirstToken, shard.Tokens);
        ofDirection.DHidden = arguments.DOutput.ColumnsFrom(direction * HiddenSize, HiddenSize);
        ofDirection.DInput = arguments.DInput;
        ofDirection.AddToDInput = direction > 0;
        ofDirection.DHiddenLater = memory.DHiddenLater.AsMatrix(_rows, HiddenSize).RowsFrom(shard.FirstRow, shard.Rows);
        if (Cell.HasCellState)
            ofDirection.DCellLater = memory.DCellLater.AsMatrix(_rows, HiddenSize).RowsFrom(shard.FirstRow, shard.Rows);
        if (arguments.MeasuresGradients)
            ofDirection.DHiddenNorms = memory.GradientNorms.Pointer + shard.FirstToken;
        return ofDirection;
    }

    // What one direction keeps of a batch.
    private sealed class Memory
    {
        public AlignedBuffer Gates { get; } = new();

        public AlignedBuffer CellState { get; } = new();

        public AlignedBuffer TanhCell { get; } = new();

        public AlignedBuffer DHiddenLater { get; } = new();

        public AlignedBuffer DCellLater { get; } = new();

        public AlignedBuffer GradientNorms { get; } = new();

        public long Length =>
            (long)Gates.Length + CellState.Length + TanhCell.Length + DHiddenLater.Length + DCellLater.Length
            + GradientNorms.Length;
    }
}
