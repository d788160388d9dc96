using Unroll.Engine.Batches;
using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Networks;

/// <summary>
/// Gradients of the sub-words of a batch: of the words that were seen, each hands its gradient on to its pieces, in the order in
/// which the words appeared.
/// </summary>
/// <param name="network">A network with sub-words.</param>
internal sealed unsafe class SubwordSum(Network network)
{
    private readonly IKernels _kernels = network.Kernels;
    private readonly int[] _slotOf = new int[network.Config.Subwords];
    private readonly int[] _seen = new int[network.Config.Subwords];
    private readonly AlignedBuffer _rows = new();
    private int _seenCount;

    private int Width => network.Config.Embedding;

    /// <summary>Rows of the table that have a gradient, each once: the n-th has the n-th row of <see cref="Rows"/>.</summary>
    public ReadOnlySpan<int> Seen => _seen.AsSpan(0, _seenCount);

    /// <summary>The gradients, [seen rows, E].</summary>
    public Matrix Rows => _rows.AsMatrix(_seenCount, Width);

    /// <summary>Makes room for a batch and forgets the last one.</summary>
    /// <param name="words">The words of the batch, each once.</param>
    /// <param name="batch">The batch.</param>
    public void Prepare(ReadOnlySpan<int> words, Batch batch)
    {
        _seenCount = 0;
        foreach (int word in words)
        {
            foreach (int row in network.SubwordsOf(word, batch))
            {
                // A slot that another row has, or none yet, is left over from an earlier batch.
                int slot = _slotOf[row];
                if (slot < _seenCount && _seen[slot] == row)
                    continue;
                _slotOf[row] = _seenCount;
                _seen[_seenCount++] = row;
            }
        }
        long length = (long)_seenCount * Width;
        new Span<float>(_rows.EnsureLength(length), checked((int)length)).Clear();
    }

    /// <summary>Adds some columns up.</summary>
    /// <param name="words">The words of the batch, each once.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="column">The first column.</param>
    /// <param name="dWords">The gradients of the words, [words, columns].</param>
    public void AddColumns(ReadOnlySpan<int> words, Batch batch, int column, in Matrix dWords)
    {
        Matrix target = Rows.ColumnsFrom(column, dWords.Columns);
        for (int slot = 0; slot < words.Length; slot++)
        {
            ReadOnlySpan<int> rows = network.SubwordsOf(words[slot], batch);
            float share = SubwordVector.Share(rows.Length);
            foreach (int row in rows)
                _kernels.AddScaled(dWords.Columns, share, dWords.PointerTo(slot), target.PointerTo(_slotOf[row]));
        }
    }

    /// <summary>The sum of the squares of all gradients.</summary>
    public double SumOfSquares()
    {
        double squares = 0;
        for (int slot = 0; slot < _seenCount; slot++)
            squares += _kernels.SumOfSquares(Width, Rows.PointerTo(slot));
        return squares;
    }
}
