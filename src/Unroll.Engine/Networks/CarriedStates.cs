using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Networks;

/// <summary>
/// The states that sentences carry from one stretch of their words to the next, by the place of the sentence among the rows of the
/// step: for truncated back-propagation through time.
/// </summary>
internal sealed unsafe class CarriedStates
{
    private readonly int _hidden;
    private readonly AlignedBuffer[] _states;
    private readonly AlignedBuffer[] _cells;

    public CarriedStates(Network network)
    {
        _hidden = network.Config.Hidden;
        _states = [.. Enumerable.Range(0, network.Config.Layers).Select(_ => new AlignedBuffer())];
        _cells = network.Layout.Cell.HasCellState ? [.. _states.Select(_ => new AlignedBuffer())] : [];
    }

    /// <summary>All sentences begin with zeros.</summary>
    public void Clear(int rows)
    {
        foreach (AlignedBuffer buffer in _states)
            Clear(buffer, rows);
        foreach (AlignedBuffer buffer in _cells)
            Clear(buffer, rows);
    }

    /// <summary>Gives a batch's sentences their initial states.</summary>
    public void CopyTo(Batch batch, PassBuffers buffers)
    {
        for (int row = 0; row < batch.Count; row++)
        {
            for (int layer = 0; layer < _states.Length; layer++)
            {
                Copy(At(_states[layer], batch.Positions[row]), buffers.InitialHidden(layer) + (long)row * _hidden);
                if (_cells.Length > 0)
                    Copy(At(_cells[layer], batch.Positions[row]), buffers.InitialCell(layer) + (long)row * _hidden);
            }
        }
    }

    /// <summary>Takes the states after each sentence's last token in the batch.</summary>
    public void CopyFrom(Batch batch, PassBuffers buffers)
    {
        for (int s = 0; s < batch.ShardCount; s++)
        {
            Shard shard = batch.ShardAt(s);
            for (int row = 0; row < shard.Rows; row++)
            {
                long token = shard.FirstToken + shard.Offset(shard.LengthOf(row) - 1) + row;
                int position = batch.Positions[shard.FirstRow + row];
                for (int layer = 0; layer < _states.Length; layer++)
                {
                    Copy(buffers.States(layer) + token * _hidden, At(_states[layer], position));
                    if (_cells.Length > 0)
                        Copy(buffers.Cells(layer) + token * _hidden, At(_cells[layer], position));
                }
            }
        }
    }

    private void Clear(AlignedBuffer buffer, int rows)
    {
        buffer.EnsureLength((long)rows * _hidden);
        buffer.Span[..(rows * _hidden)].Clear();
    }

    private float* At(AlignedBuffer buffer, int position) => buffer.Pointer + (long)position * _hidden;

    private void Copy(float* from, float* to) => new ReadOnlySpan<float>(from, _hidden).CopyTo(new Span<float>(to, _hidden));
}
