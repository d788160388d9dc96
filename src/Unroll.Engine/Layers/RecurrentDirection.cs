using Unroll.Engine.Batches;
using Unroll.Engine.Cells;
using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Layers;

/// <summary>
/// One direction of a recurrent layer over the packed sentences of a shard: the time loop that every cell shares.
/// </summary>
/// <remarks>
/// <code>
/// Forward    A = X W_ihᵀ + b             pre-activations, one product for many time steps
///            for each step:  a_t += h_{t-1} W_hhᵀ;  the cell's equations
/// Backward   for each step, last first:  the cell's equations give da_t;  dh_{t-1} = da_t W_hh
///            dX = dA W_ih;   dW_ih += dAᵀ X;   dW_hh += dAᵀ H_prev;   db += Σ da
/// </code>
/// The reverse direction visits the steps from the last to the first; a sentence joins at its own last word. The rows of a step
/// that have no step before them start from the initial state.
/// </remarks>
/// <param name="kernels">The kernels that compute.</param>
/// <param name="cell">The cell's equations.</param>
/// <param name="inputSize">I; 0 for one-hot input.</param>
/// <param name="hiddenSize">H.</param>
/// <param name="reverse">Whether it reads sentences from the last word to the first.</param>
internal sealed unsafe class RecurrentDirection(
    IKernels kernels, IRecurrentCell cell, int inputSize, int hiddenSize, bool reverse)
{
    // Columns of da whose weight gradients are computed one after the other: packed, they stay in the second-level cache.
    private const int ColumnGroup = 64;

    private readonly int _columns = cell.Columns * hiddenSize;
    private readonly int _inputColumns = cell.Gates * hiddenSize;
    private readonly int _biasColumns = cell.BiasColumns * hiddenSize;
    private readonly (GateBlock Block, int Column, int Count)[] _columnGroups = [.. GroupsOf(cell, hiddenSize)];

    /// <summary>Its packed parameters.</summary>
    public RecurrentWeights Weights { get; } = new(kernels, cell, inputSize, hiddenSize);

    /// <summary>Scratch floats that a backward pass over shards of the given rows needs.</summary>
    public int ScratchLength(int rows)
    {
        int tokens = Chunk.MostTokens(rows);
        return kernels.PackedLength(tokens, inputSize) + kernels.PackedLength(tokens, hiddenSize) + ColumnGroup * tokens;
    }

    /// <summary>Computes every hidden state.</summary>
    /// <param name="arguments">The memory.</param>
    /// <param name="shared">The threads that share the products over many steps; null where the caller works alone.</param>
    public void Forward(in RecurrentArguments arguments, SharedWork? shared = null)
    {
        RecurrentArguments inChunk = arguments;
        Shard shard = arguments.Shard;
        for (int at = 0; at < shard.Steps;)
        {
            Chunk chunk = reverse ? Chunk.EndingBefore(shard, shard.Steps - at) : Chunk.From(shard, at);
            if (!arguments.KeepsTrace)
            {
                inChunk.Gates = FromToken(arguments.Gates, chunk);
                inChunk.Trace = FromToken(arguments.Trace, chunk);
            }
            StartPreActivations(inChunk, chunk, shared);
            for (int i = 0; i < chunk.Steps; i++)
                ForwardStep(inChunk, reverse ? chunk.First + chunk.Steps - 1 - i : chunk.First + i);
            at += chunk.Steps;
        }
    }

    /// <summary>
    /// Propagates dh back to the parameters, the input and the initial states. The gates are overwritten with da.
    /// </summary>
    /// <param name="arguments">The memory.</param>
    /// <param name="shared">The threads that share the products over many steps; null where the caller works alone.</param>
    public void Backward(in RecurrentArguments arguments, SharedWork? shared = null)
    {
        arguments.DHiddenLater.Clear();
        arguments.DMemoryLater.Clear();
        Shard shard = arguments.Shard;
        for (int at = 0; at < shard.Steps;)
        {
            Chunk chunk = reverse ? Chunk.From(shard, at) : Chunk.EndingBefore(shard, shard.Steps - at);
            for (int i = 0; i < chunk.Steps; i++)
                BackwardStep(arguments, reverse ? chunk.First + i : chunk.First + chunk.Steps - 1 - i);
            if (!arguments.DInput.IsNone)
                AddInputGradient(arguments, chunk.Start, chunk.Tokens, shared);
            AddWeightGradients(arguments, chunk, shared);
            at += chunk.Steps;
        }
    }

    /// <summary>dx = da W_ih of some tokens, whose da stand in the place of the gates.</summary>
    /// <param name="arguments">The memory.</param>
    /// <param name="first">The first token.</param>
    /// <param name="count">How many.</param>
    /// <param name="shared">The threads that share the product; null where the caller works alone.</param>
    public void AddInputGradient(in RecurrentArguments arguments, int first, int count, SharedWork? shared)
    {
        Matrix dInput = arguments.DInput.RowsFrom(first, count);
        Matrix da = arguments.Gates.RowsFrom(first, count).ColumnsFrom(0, _inputColumns);
        Multiply(shared, da, Weights.Input.Backward, dInput, arguments.AddToDInput ? dInput : default);
        foreach (GateBlock block in cell.Blocks)
        {
            if (block.InputRow != GateBlock.Identity)
                continue;
            Matrix columns = ColumnsOf(arguments, first, count, block);
            for (int n = 0; n < count; n++)
                kernels.AddScaled(inputSize, 1, columns.PointerTo(n), dInput.PointerTo(n));
        }
    }

    /// <summary>How many groups of columns of da there are, whose weight gradients are computed apart.</summary>
    public int ColumnGroups => _columnGroups.Length;

    /// <summary>
    /// Propagates dh and the memory's gradient through one step alone, to the states before it. The step's gates are overwritten
    /// with da; gradients of parameters and input are not made.
    /// </summary>
    public void BackwardStep(in RecurrentArguments arguments, int t)
    {
        if (arguments.DHiddenNorms != null)
            MeasureGradient(arguments, t);
        Shard shard = arguments.Shard;
        int before = reverse ? t + 1 : t - 1;
        int going = Math.Min(shard.BatchSize(t), shard.BatchSize(before));
        if (going > 0)
            cell.Backward(kernels, Step(arguments, t, 0, going, Going(arguments, before, going)));
        if (going < shard.BatchSize(t))
            cell.Backward(kernels, Step(arguments, t, going, shard.BatchSize(t), Beginning(arguments, t, going)));
        PropagateToStepBefore(arguments, t);
    }

    // Memory of one chunk as if it were that of all tokens up to the chunk's last one, of which only the chunk's are touched.
    private static Matrix FromToken(in Matrix ofChunk, Chunk chunk)
    {
        if (ofChunk.IsNone)
            return default;
        float* first = ofChunk.Pointer - (long)chunk.Start * ofChunk.Stride;
        return new Matrix(first, chunk.Start + chunk.Tokens, ofChunk.Columns, ofChunk.Stride);
    }

    private void ForwardStep(in RecurrentArguments arguments, int t)
    {
        Shard shard = arguments.Shard;
        int before = reverse ? t + 1 : t - 1;
        // The first rows go on from the step before, the others begin here.
        int going = Math.Min(shard.BatchSize(t), shard.BatchSize(before));
        if (going > 0)
            ForwardRows(arguments, t, 0, going, Going(arguments, before, going));
        if (going < shard.BatchSize(t))
            ForwardRows(arguments, t, going, shard.BatchSize(t), Beginning(arguments, t, going));
    }

    // ‖dh_t‖ before the cell's equations use it up: it shows how gradients vanish and explode.
    private void MeasureGradient(in RecurrentArguments arguments, int t)
    {
        int offset = arguments.Shard.Offset(t);
        for (int row = 0; row < arguments.Shard.BatchSize(t); row++)
        {
            float* above = arguments.DHidden.PointerTo(offset + row);
            float* later = arguments.DHiddenLater.PointerTo(row);
            double squares = 0;
            for (int i = 0; i < hiddenSize; i++)
            {
                double d = (double)above[i] + later[i];
                squares += d * d;
            }
            arguments.DHiddenNorms[offset + row] = (float)Math.Sqrt(squares);
        }
    }

    // A = X W_ihᵀ + b for all steps of the chunk at once; one-hot input has a row of the table instead of the product.
    private void StartPreActivations(in RecurrentArguments arguments, Chunk chunk, SharedWork? shared)
    {
        Matrix gates = arguments.Gates.RowsFrom(chunk.Start, chunk.Tokens).ColumnsFrom(0, _inputColumns);
        if (inputSize > 0)
        {
            Matrix start = Matrix.Repeated(Weights.Bias, chunk.Tokens, _inputColumns);
            if (_biasColumns < _inputColumns)
            {
                StartFromBiases(gates);
                start = gates;
            }
            Multiply(shared, arguments.Input.RowsFrom(chunk.Start, chunk.Tokens), Weights.Input.Forward, gates, start);
            CopyInput(arguments, chunk);
            return;
        }
        StartFromBiases(gates);
        for (int n = 0; n < chunk.Tokens; n++)
            kernels.AddScaled(_inputColumns, 1, Weights.Table.PointerTo(arguments.Ids[chunk.Start + n]), gates.PointerTo(n));
    }

    // Each row is the biases; columns without one begin with zero.
    private void StartFromBiases(in Matrix gates)
    {
        int count = Math.Min(_biasColumns, _inputColumns);
        var biases = new ReadOnlySpan<float>(Weights.Bias, count);
        for (int n = 0; n < gates.Rows; n++)
        {
            biases.CopyTo(gates.Row(n));
            gates.Row(n)[count..].Clear();
        }
    }

    // Columns that are x itself.
    private void CopyInput(in RecurrentArguments arguments, Chunk chunk)
    {
        foreach (GateBlock block in cell.Blocks)
        {
            if (block.InputRow != GateBlock.Identity)
                continue;
            Matrix columns = ColumnsOf(arguments, chunk.Start, chunk.Tokens, block);
            for (int n = 0; n < chunk.Tokens; n++)
                arguments.Input.Row(chunk.Start + n).CopyTo(columns.Row(n));
        }
    }

    private Matrix ColumnsOf(in RecurrentArguments arguments, int first, int count, GateBlock block) =>
        arguments.Gates.RowsFrom(first, count).ColumnsFrom(block.Column * hiddenSize, block.Count * hiddenSize);

    private void ForwardRows(in RecurrentArguments arguments, int t, int from, int to, in PreviousState previous)
    {
        Matrix gates = arguments.Gates.RowsFrom(arguments.Shard.Offset(t) + from, to - from);
        for (int i = 0; i < cell.Blocks.Length; i++)
        {
            GateBlock block = cell.Blocks[i];
            if (block.RecurrentRow == GateBlock.None)
                continue;
            int columns = block.Count * hiddenSize;
            Matrix preActivations = gates.ColumnsFrom(block.Column * hiddenSize, columns);
            // Those without an input start here, from their bias, also where no state stands before and the product has no terms.
            bool started = block.InputRow != GateBlock.None;
            if (started && previous.Hidden.IsNone)
                continue;
            Matrix hidden = previous.Hidden.IsNone ? new Matrix(null, to - from, columns: 0) : previous.Hidden;
            Matrix start = started
                ? preActivations
                : Matrix.Repeated(Weights.Bias + block.Column * hiddenSize, to - from, columns);
            kernels.Multiply(hidden, Weights.Recurrent(i).Forward, preActivations, start);
        }
        cell.Forward(kernels, Step(arguments, t, from, to, previous));
    }

    // dh_{t-1} = da_t W_hh for every row of the step; for rows that begin here it is the gradient of the initial state.
    private void PropagateToStepBefore(in RecurrentArguments arguments, int t)
    {
        Matrix da = arguments.Gates.RowsFrom(arguments.Shard.Offset(t), arguments.Shard.BatchSize(t));
        Matrix later = arguments.DHiddenLater.RowsFrom(0, arguments.Shard.BatchSize(t));
        bool add = cell.PassesGradientBy;
        for (int i = 0; i < cell.Blocks.Length; i++)
        {
            GateBlock block = cell.Blocks[i];
            if (block.RecurrentRow == GateBlock.None)
                continue;
            Matrix ofBlock = da.ColumnsFrom(block.Column * hiddenSize, block.Count * hiddenSize);
            kernels.Multiply(ofBlock, Weights.Recurrent(i).Backward, later, add ? later : default);
            add = true;
        }
        if (!add)
            later.Clear();
    }

    private void AddWeightGradients(in RecurrentArguments arguments, Chunk chunk, SharedWork? shared)
    {
        (PackedMatrix input, PackedMatrix hidden) = PackedFactors(arguments, chunk);
        if (inputSize > 0)
            kernels.Pack(arguments.Input.RowsFrom(chunk.Start, chunk.Tokens), input);
        bool isRecurrent = !arguments.DRecurrentWeight.IsNone;
        for (int t = chunk.First; isRecurrent && t < chunk.First + chunk.Steps; t++)
        {
            int first = arguments.Shard.Offset(t) - chunk.Start;
            PackPreviousHidden(arguments, t, hidden.RowsFrom(first, arguments.Shard.BatchSize(t)));
        }
        if (shared is not null)
        {
            shared.AddWeightGradients(this, arguments, chunk);
            return;
        }
        for (int group = 0; group < _columnGroups.Length; group++)
            AddColumnGroup(arguments, chunk, group, arguments.Scratch);
    }

    /// <summary>Adds the weight gradients of one group of columns of da.</summary>
    /// <param name="arguments">The memory, whose scratch holds the packed factors.</param>
    /// <param name="chunk">The chunk.</param>
    /// <param name="group">Which, from 0.</param>
    /// <param name="scratch">Memory as long as the arguments' scratch; the group's columns are packed into its end.</param>
    public void AddColumnGroup(in RecurrentArguments arguments, Chunk chunk, int group, float* scratch)
    {
        (PackedMatrix input, PackedMatrix hidden) = PackedFactors(arguments, chunk);
        (GateBlock block, int column, int count) = _columnGroups[group];
        Matrix da = arguments.Gates.RowsFrom(chunk.Start, chunk.Tokens).ColumnsFrom(column, count);
        var columns = new PackedColumns(
            scratch + kernels.PackedLength(chunk.Tokens, inputSize) + kernels.PackedLength(chunk.Tokens, hiddenSize),
            chunk.Tokens, count);
        kernels.PackColumns(da, columns);
        int biased = Math.Min(count, _biasColumns - column);
        if (biased > 0)
            kernels.AddColumnSums(da.ColumnsFrom(0, biased), arguments.DBias + column);
        if (inputSize > 0 && block.InputRow != GateBlock.None)
        {
            int row = (block.InputRow - block.Column) * hiddenSize + column;
            kernels.AddProductOfColumns(columns, input, arguments.DInputWeight.RowsFrom(row, count));
        }
        if (block.RecurrentRow != GateBlock.None)
        {
            int row = (block.RecurrentRow - block.Column) * hiddenSize + column;
            kernels.AddProductOfColumns(columns, hidden, arguments.DRecurrentWeight.RowsFrom(row, count));
        }
    }

    // Where the input and the states before each step are packed.
    private (PackedMatrix Input, PackedMatrix Hidden) PackedFactors(in RecurrentArguments arguments, Chunk chunk) =>
        (new PackedMatrix(kernels, arguments.Scratch, chunk.Tokens, inputSize),
            new PackedMatrix(
                kernels, arguments.Scratch + kernels.PackedLength(chunk.Tokens, inputSize), chunk.Tokens, hiddenSize));

    private void Multiply(SharedWork? shared, in Matrix a, in PackedMatrix b, in Matrix c, in Matrix from)
    {
        if (shared is not null)
            shared.Multiply(a, b, c, from);
        else
            kernels.Multiply(a, b, c, from);
    }

    private static IEnumerable<(GateBlock Block, int Column, int Count)> GroupsOf(IRecurrentCell cell, int hiddenSize)
    {
        foreach (GateBlock block in cell.Blocks.ToArray())
        {
            if (block is { InputRow: GateBlock.Identity, RecurrentRow: GateBlock.None })
                continue;
            int end = (block.Column + block.Count) * hiddenSize;
            for (int column = block.Column * hiddenSize; column < end; column += ColumnGroup)
                yield return (block, column, Math.Min(ColumnGroup, end - column));
        }
    }

    private void PackPreviousHidden(in RecurrentArguments arguments, int t, in PackedMatrix packed)
    {
        Shard shard = arguments.Shard;
        int before = reverse ? t + 1 : t - 1;
        int going = Math.Min(shard.BatchSize(t), shard.BatchSize(before));
        if (going > 0)
            kernels.Pack(arguments.Hidden.RowsFrom(shard.Offset(before), going), packed.RowsFrom(0, going));
        int beginning = shard.BatchSize(t) - going;
        if (beginning == 0)
            return;
        PackedMatrix rest = packed.RowsFrom(going, beginning);
        if (arguments.InitialHidden.IsNone)
            kernels.PackZeros(rest);
        else
            kernels.Pack(arguments.InitialHidden.RowsFrom(going, beginning), rest);
    }

    private static PreviousState Going(in RecurrentArguments arguments, int before, int rows)
    {
        int offset = arguments.Shard.Offset(before);
        return new PreviousState(arguments.Hidden.RowsFrom(offset, rows), arguments.Memory.RowsFrom(offset, rows));
    }

    private static PreviousState Beginning(in RecurrentArguments arguments, int t, int from)
    {
        int rows = arguments.Shard.BatchSize(t) - from;
        return new PreviousState(arguments.InitialHidden.RowsFrom(from, rows), arguments.InitialMemory.RowsFrom(from, rows));
    }

    private CellStep Step(in RecurrentArguments arguments, int t, int from, int to, in PreviousState previous)
    {
        int token = arguments.Shard.Offset(t) + from;
        return new CellStep
        {
            Rows = to - from,
            Hidden = hiddenSize,
            Gates = arguments.Gates.PointerTo(token),
            GatesStride = arguments.Gates.Stride,
            H = arguments.Hidden.PointerTo(token),
            HStride = arguments.Hidden.Stride,
            PreviousH = previous.Hidden.Pointer,
            PreviousHStride = previous.Hidden.Stride,
            Memory = arguments.Memory.IsNone ? null : arguments.Memory.PointerTo(token),
            MemoryStride = arguments.Memory.Stride,
            PreviousMemory = previous.Memory.Pointer,
            PreviousMemoryStride = previous.Memory.Stride,
            Trace = arguments.Trace.IsNone ? null : arguments.Trace.PointerTo(token),
            TraceStride = arguments.Trace.Stride,
            MemoryWeight = Weights.Memory,
            DMemoryWeight = arguments.DMemoryWeight,
            DH = arguments.DHidden.IsNone ? null : arguments.DHidden.PointerTo(token),
            DHLater = arguments.DHiddenLater.IsNone ? null : arguments.DHiddenLater.PointerTo(from),
            DMemoryLater = arguments.DMemoryLater.IsNone ? null : arguments.DMemoryLater.PointerTo(from),
        };
    }

    // The states that some rows go on from; none for zeros.
    private readonly struct PreviousState(Matrix hidden, Matrix memory)
    {
        public Matrix Hidden { get; } = hidden;

        public Matrix Memory { get; } = memory;
    }
}
