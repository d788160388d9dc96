using Unroll.Engine.Cells;
using Unroll.Engine.Batches;
using Unroll.Engine.Kernels;

namespace Unroll.Engine.Layers;

/// <summary>
/// One recurrent layer in one direction over the packed sentences of a shard: the time loop that every cell shares.
/// </summary>
/// <remarks>
/// <code>
/// Forward    sums = X W_ihᵀ + b          one product for many time steps
///            for each step:  sums_t += h_{t-1} W_hhᵀ;  the cell's equations
/// Backward   for each step, last first:  the cell's equations give da_t;  dh_{t-1} = da_t W_hh
///            dX = da W_ih;   dW_ih += daᵀ X;   dW_hh += daᵀ H_prev;   db += Σ da
/// </code>
/// The reverse direction visits the steps from the last to the first; a sentence joins at its own last word. The rows of a step
/// that have no step before them start from the initial state.
/// </remarks>
/// <param name="cell">The cell's equations.</param>
/// <param name="inputSize">I; 0 for one-hot input.</param>
/// <param name="hiddenSize">H.</param>
/// <param name="reverse">Whether it reads sentences from the last word to the first.</param>
internal sealed unsafe class RecurrentLayer(IRecurrentCell cell, int inputSize, int hiddenSize, bool reverse)
{
    // Columns of da whose weight gradients are computed one after the other: packed, they stay in the second-level cache.
    private const int ColumnGroup = 64;

    private readonly int _columns = cell.Columns * hiddenSize;
    private readonly int _inputColumns = cell.Gates * hiddenSize;
    private readonly bool _hasRecurrentWeight = cell.Tensors.Any(tensor => tensor.Input == TensorInput.Hidden);

    /// <summary>Scratch floats that a backward pass over shards of the given rows needs.</summary>
    public int ScratchLength(IKernels kernels, int rows)
    {
        int tokens = Chunk.MostTokens(rows);
        return kernels.PackedLength(tokens, inputSize) + kernels.PackedLength(tokens, hiddenSize) + ColumnGroup * tokens;
    }

    /// <summary>Computes every hidden state.</summary>
    public void Forward(IKernels kernels, RecurrentWeights weights, in RecurrentPass pass)
    {
        RecurrentPass inChunk = pass;
        for (int at = 0; at < pass.Shard.Steps;)
        {
            Chunk chunk = reverse ? Chunk.EndingBefore(pass.Shard, pass.Shard.Steps - at) : Chunk.From(pass.Shard, at);
            if (!pass.KeepsTrace)
            {
                // The chunk's first token has the memory's first row.
                inChunk.Gates = pass.Gates - (long)chunk.Start * _columns;
                inChunk.TanhCell = pass.TanhCell - (long)chunk.Start * hiddenSize;
            }
            StartSums(kernels, weights, inChunk, chunk);
            for (int i = 0; i < chunk.Steps; i++)
                ForwardStep(kernels, weights, inChunk, reverse ? chunk.First + chunk.Steps - 1 - i : chunk.First + i);
            at += chunk.Steps;
        }
    }

    /// <summary>Propagates dh back to the parameters, the input and the initial states. The gates are overwritten with da.</summary>
    public void Backward(IKernels kernels, RecurrentWeights weights, in RecurrentPass pass)
    {
        new Span<float>(pass.DHiddenLater, pass.Shard.Rows * hiddenSize).Clear();
        if (cell.HasCellState)
            new Span<float>(pass.DCellLater, pass.Shard.Rows * hiddenSize).Clear();
        for (int at = 0; at < pass.Shard.Steps;)
        {
            Chunk chunk = reverse ? Chunk.From(pass.Shard, at) : Chunk.EndingBefore(pass.Shard, pass.Shard.Steps - at);
            for (int i = 0; i < chunk.Steps; i++)
                BackwardStep(kernels, weights, pass, reverse ? chunk.First + i : chunk.First + chunk.Steps - 1 - i);
            AddInputGradient(kernels, weights, pass, chunk);
            AddWeightGradients(kernels, pass, chunk);
            at += chunk.Steps;
        }
    }

    /// <summary>
    /// Propagates dh and dc through one step alone, to the states before it. The step's gates are overwritten with da; gradients of
    /// parameters and input are not made.
    /// </summary>
    public void BackwardStep(IKernels kernels, RecurrentWeights weights, in RecurrentPass pass, int t)
    {
        if (pass.DHiddenNorms != null)
            MeasureGradient(pass, t);
        int before = reverse ? t + 1 : t - 1;
        int going = Math.Min(pass.Shard.BatchSize(t), pass.Shard.BatchSize(before));
        if (going > 0)
            cell.Backward(kernels, Step(pass, t, 0, going, Going(pass, before)));
        if (going < pass.Shard.BatchSize(t))
            cell.Backward(kernels, Step(pass, t, going, pass.Shard.BatchSize(t), Beginning(pass, going)));
        PropagateToStepBefore(kernels, weights, pass, t);
    }

    private void ForwardStep(IKernels kernels, RecurrentWeights weights, in RecurrentPass pass, int t)
    {
        int before = reverse ? t + 1 : t - 1;
        // The first rows go on from the step before, the others begin here.
        int going = Math.Min(pass.Shard.BatchSize(t), pass.Shard.BatchSize(before));
        if (going > 0)
            ForwardRows(kernels, weights, pass, t, 0, going, Going(pass, before));
        if (going < pass.Shard.BatchSize(t))
            ForwardRows(kernels, weights, pass, t, going, pass.Shard.BatchSize(t), Beginning(pass, going));
    }

    // ‖dh_t‖ before the cell's equations use it up: what looks at how gradients vanish and explode.
    private void MeasureGradient(in RecurrentPass pass, int t)
    {
        int offset = pass.Shard.Offset(t);
        for (int row = 0; row < pass.Shard.BatchSize(t); row++)
        {
            float* above = pass.DHidden + (long)(offset + row) * pass.HiddenRow;
            float* later = pass.DHiddenLater + (long)row * hiddenSize;
            double squares = 0;
            for (int i = 0; i < hiddenSize; i++)
            {
                double d = (double)above[i] + later[i];
                squares += d * d;
            }
            pass.DHiddenNorms[offset + row] = (float)Math.Sqrt(squares);
        }
    }

    // sums = X W_ihᵀ + b for all steps of the chunk at once; one-hot input has a row of the table instead of the product.
    private void StartSums(IKernels kernels, RecurrentWeights weights, in RecurrentPass pass, Chunk chunk)
    {
        float* gates = pass.Gates + (long)chunk.Start * _columns;
        if (inputSize > 0)
        {
            kernels.Multiply(
                chunk.Tokens, _inputColumns, inputSize, pass.Input + (long)chunk.Start * pass.InputRow, pass.InputRow,
                weights.InputForward, gates, _columns, weights.Bias, fromRow: 0);
            return;
        }
        var bias = new ReadOnlySpan<float>(weights.Bias, _inputColumns);
        for (int n = 0; n < chunk.Tokens; n++)
        {
            float* sums = gates + (long)n * _columns;
            bias.CopyTo(new Span<float>(sums, _inputColumns));
            kernels.AddScaled(_inputColumns, 1, pass.Table + (long)pass.Ids[chunk.Start + n] * _inputColumns, sums);
        }
    }

    private void ForwardRows(
        IKernels kernels, RecurrentWeights weights, in RecurrentPass pass, int t, int from, int to, PreviousState previous)
    {
        CellStep step = Step(pass, t, from, to, previous);
        for (int i = 0; i < cell.Blocks.Length; i++)
        {
            SumBlock block = cell.Blocks[i];
            if (block.RecurrentRow == SumBlock.None)
                continue;
            float* sums = step.Gates + block.Column * hiddenSize;
            // Sums without an input start here, from their bias, also where no state stands before and the product has no terms.
            bool started = block.InputRow != SumBlock.None;
            if (started && previous.Hidden == null)
                continue;
            kernels.Multiply(
                step.Rows, block.Count * hiddenSize, previous.Hidden == null ? 0 : hiddenSize, previous.Hidden, previous.HiddenRow,
                weights.RecurrentForward(i), sums, _columns,
                started ? sums : weights.Bias + block.Column * hiddenSize, started ? _columns : 0);
        }
        cell.Forward(kernels, step);
    }

    // dh_{t-1} = da_t W_hh for every row of the step; for rows that begin here it is the gradient of the initial state.
    private void PropagateToStepBefore(IKernels kernels, RecurrentWeights weights, in RecurrentPass pass, int t)
    {
        float* da = pass.Gates + (long)pass.Shard.Offset(t) * _columns;
        bool add = cell.PassesGradientBy;
        for (int i = 0; i < cell.Blocks.Length; i++)
        {
            SumBlock block = cell.Blocks[i];
            if (block.RecurrentRow == SumBlock.None)
                continue;
            kernels.Multiply(
                pass.Shard.BatchSize(t), hiddenSize, block.Count * hiddenSize, da + block.Column * hiddenSize, _columns,
                weights.RecurrentBackward(i), pass.DHiddenLater, hiddenSize,
                add ? pass.DHiddenLater : null, add ? hiddenSize : 0);
            add = true;
        }
    }

    private void AddInputGradient(IKernels kernels, RecurrentWeights weights, in RecurrentPass pass, Chunk chunk)
    {
        if (pass.DInput == null)
            return;
        float* dInput = pass.DInput + (long)chunk.Start * pass.InputRow;
        kernels.Multiply(
            chunk.Tokens, inputSize, _inputColumns, pass.Gates + (long)chunk.Start * _columns, _columns, weights.InputBackward,
            dInput, pass.InputRow, pass.AddToDInput ? dInput : null, pass.AddToDInput ? pass.InputRow : 0);
    }

    private void AddWeightGradients(IKernels kernels, in RecurrentPass pass, Chunk chunk)
    {
        float* input = pass.Scratch;
        float* hidden = input + kernels.PackedLength(chunk.Tokens, inputSize);
        float* columns = hidden + kernels.PackedLength(chunk.Tokens, hiddenSize);
        float* da = pass.Gates + (long)chunk.Start * _columns;
        if (inputSize > 0)
        {
            float* x = pass.Input + (long)chunk.Start * pass.InputRow;
            kernels.Pack(chunk.Tokens, inputSize, x, pass.InputRow, input, chunk.Tokens);
        }
        for (int t = chunk.First; _hasRecurrentWeight && t < chunk.First + chunk.Steps; t++)
        {
            float* rows = hidden + (pass.Shard.Offset(t) - chunk.Start) * kernels.PanelWidth;
            PackPreviousHidden(kernels, pass, t, rows, chunk.Tokens);
        }
        foreach (SumBlock block in cell.Blocks)
        {
            int end = (block.Column + block.Count) * hiddenSize;
            for (int column = block.Column * hiddenSize; column < end; column += ColumnGroup)
            {
                int count = Math.Min(ColumnGroup, end - column);
                kernels.PackColumns(count, chunk.Tokens, da + column, _columns, columns);
                kernels.AddColumnSums(chunk.Tokens, count, da + column, _columns, pass.DBias + column);
                if (inputSize > 0 && block.InputRow != SumBlock.None)
                {
                    long row = (block.InputRow - block.Column) * hiddenSize + column;
                    kernels.AddProductOfColumns(
                        count, inputSize, chunk.Tokens, columns, input, pass.DInputWeight + row * inputSize, inputSize);
                }
                if (block.RecurrentRow != SumBlock.None)
                {
                    long row = (block.RecurrentRow - block.Column) * hiddenSize + column;
                    kernels.AddProductOfColumns(
                        count, hiddenSize, chunk.Tokens, columns, hidden, pass.DRecurrentWeight + row * hiddenSize, hiddenSize);
                }
            }
        }
    }

    private void PackPreviousHidden(IKernels kernels, in RecurrentPass pass, int t, float* packed, int panelRows)
    {
        Shard shard = pass.Shard;
        int before = reverse ? t + 1 : t - 1;
        int going = Math.Min(shard.BatchSize(t), shard.BatchSize(before));
        if (going > 0)
            kernels.Pack(going, hiddenSize, Going(pass, before).Hidden, pass.HiddenRow, packed, panelRows);
        int beginning = shard.BatchSize(t) - going;
        if (beginning == 0)
            return;
        packed += going * kernels.PanelWidth;
        PreviousState initial = Beginning(pass, going);
        if (initial.Hidden == null)
            kernels.PackZeros(beginning, hiddenSize, packed, panelRows);
        else
            kernels.Pack(beginning, hiddenSize, initial.Hidden, initial.HiddenRow, packed, panelRows);
    }

    private PreviousState Going(in RecurrentPass pass, int before)
    {
        long offset = pass.Shard.Offset(before);
        return new PreviousState
        {
            Hidden = pass.Hidden + offset * pass.HiddenRow,
            HiddenRow = pass.HiddenRow,
            Cell = pass.CellState == null ? null : pass.CellState + offset * hiddenSize,
        };
    }

    private PreviousState Beginning(in RecurrentPass pass, int from) => new()
    {
        Hidden = pass.InitialHidden == null ? null : pass.InitialHidden + (long)from * hiddenSize,
        HiddenRow = hiddenSize,
        Cell = pass.InitialCell == null ? null : pass.InitialCell + (long)from * hiddenSize,
    };

    private CellStep Step(in RecurrentPass pass, int t, int from, int to, PreviousState previous)
    {
        long token = pass.Shard.Offset(t) + from;
        return new CellStep
        {
            Rows = to - from,
            Hidden = hiddenSize,
            Gates = pass.Gates + token * _columns,
            GatesRow = _columns,
            H = pass.Hidden + token * pass.HiddenRow,
            HRow = pass.HiddenRow,
            PreviousH = previous.Hidden,
            PreviousHRow = previous.HiddenRow,
            C = cell.HasCellState ? pass.CellState + token * hiddenSize : null,
            PreviousC = previous.Cell,
            TanhC = cell.HasCellState ? pass.TanhCell + token * hiddenSize : null,
            DH = pass.DHidden == null ? null : pass.DHidden + token * pass.HiddenRow,
            DHLater = pass.DHiddenLater == null ? null : pass.DHiddenLater + (long)from * hiddenSize,
            DCLater = pass.DCellLater == null ? null : pass.DCellLater + (long)from * hiddenSize,
        };
    }

    private struct PreviousState
    {
        public float* Hidden;
        public int HiddenRow;
        public float* Cell;
    }
}
