using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Layers;

/// <summary>
/// A state that sentences carry from one stretch of their words to the next, kept by the place of the sentence among the rows of
/// the step: for truncated back-propagation through time, and for texts that come word by word.
/// </summary>
/// <param name="width">H.</param>
internal sealed unsafe class CarriedState(int width)
{
    private readonly AlignedBuffer _kept = new();
    private readonly AlignedBuffer _initial = new();
    private int _rows;
    private int _batchRows;

    private Matrix Kept => _kept.AsMatrix(_rows, width);

    /// <summary>All sentences begin with zeros.</summary>
    /// <param name="rows">How many sentences there are.</param>
    public void Clear(int rows)
    {
        _rows = rows;
        _kept.EnsureLength((long)rows * width);
        Kept.Clear();
    }

    /// <summary>Takes the initial states of a batch's sentences from what is kept.</summary>
    public void Load(Batch batch)
    {
        _batchRows = batch.Count;
        _initial.EnsureLength((long)batch.Count * width);
        Matrix initial = _initial.AsMatrix(batch.Count, width);
        for (int row = 0; row < batch.Count; row++)
            Kept.Row(batch.Positions[row]).CopyTo(initial.Row(row));
    }

    /// <summary>The initial states of a shard's sentences, [R,H].</summary>
    public Matrix Initial(Shard shard) => _initial.AsMatrix(_batchRows, width).RowsFrom(shard.FirstRow, shard.Rows);

    /// <summary>Keeps the states after each sentence's last token in the batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="states">The states of its tokens, [N,H].</param>
    public void Save(Batch batch, in Matrix states)
    {
        for (int s = 0; s < batch.ShardCount; s++)
        {
            Shard shard = batch.ShardAt(s);
            for (int row = 0; row < shard.Rows; row++)
            {
                int token = shard.FirstToken + shard.Offset(shard.LengthOf(row) - 1) + row;
                states.Row(token).CopyTo(Kept.Row(batch.Positions[shard.FirstRow + row]));
            }
        }
    }
}
