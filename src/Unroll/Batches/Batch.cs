using System.Diagnostics;

namespace Unroll.Batches;

/// <summary>
/// Sentences side by side, time-major and packed: the ids of step 0 of every sentence, then of step 1 of those that are still
/// running, and so on. It is PyTorch's <c>PackedSequence</c>.
/// </summary>
/// <remarks>
/// Sentences stand in order of decreasing length, so the rows of step t are the first rows of step t-1, and padding has no place.
/// With sentences of one length it is plain [T,B]. A batch is filled again and again and allocates only when it must grow.
/// </remarks>
public sealed class Batch
{
    private int[] _ids = [];
    private int[] _batchSizes = [];
    private int[] _labels = [];
    private int[] _rows = [];
    private long[] _sortKeys = [];

    /// <summary>B: the number of sentences.</summary>
    public int Count { get; private set; }

    /// <summary>T: the number of tokens of the longest sentence.</summary>
    public int Steps { get; private set; }

    /// <summary>N: the number of tokens of all sentences.</summary>
    public int TokenCount { get; private set; }

    /// <summary>[N]: the ids, step by step.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, TokenCount);

    /// <summary>[T]: how many sentences run at each step; not increasing, the first is B, their sum is N.</summary>
    public ReadOnlySpan<int> BatchSizes => _batchSizes.AsSpan(0, Steps);

    /// <summary>[B]: the class of each sentence, longest sentence first.</summary>
    public ReadOnlySpan<int> Labels => _labels.AsSpan(0, Count);

    /// <summary>[B]: which text each sentence is, longest sentence first; sentences of one length keep their order.</summary>
    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, Count);

    /// <summary>Replaces the batch's content.</summary>
    /// <param name="texts">Where the sentences come from.</param>
    /// <param name="rows">Which of them, at least one.</param>
    public void Fill(EncodedTexts texts, ReadOnlySpan<int> rows)
    {
        Debug.Assert(!rows.IsEmpty, "a batch holds at least one sentence");
        Count = rows.Length;
        SortByLength(texts, rows);
        Steps = texts.LengthOf(_rows[0]);
        EnsureSize(ref _batchSizes, Steps);
        TokenCount = 0;
        for (int b = 0; b < Count; b++)
            TokenCount += texts.LengthOf(_rows[b]);
        EnsureSize(ref _ids, TokenCount);

        int running = Count;
        int next = 0;
        for (int t = 0; t < Steps; t++)
        {
            while (texts.LengthOf(_rows[running - 1]) <= t)
                running--;
            _batchSizes[t] = running;
            for (int b = 0; b < running; b++)
                _ids[next++] = texts.IdAt(_rows[b], t);
        }
    }

    private void SortByLength(EncodedTexts texts, ReadOnlySpan<int> rows)
    {
        EnsureSize(ref _sortKeys, Count);
        EnsureSize(ref _rows, Count);
        EnsureSize(ref _labels, Count);
        // One number orders by length, longest first, then by place.
        for (int b = 0; b < Count; b++)
            _sortKeys[b] = ((long)(int.MaxValue - texts.LengthOf(rows[b])) << 32) | (uint)b;
        _sortKeys.AsSpan(0, Count).Sort();
        for (int b = 0; b < Count; b++)
        {
            _rows[b] = rows[(int)(uint)_sortKeys[b]];
            _labels[b] = texts.LabelOf(_rows[b]);
        }
    }

    private static void EnsureSize<T>(ref T[] array, int size)
    {
        if (array.Length < size)
            array = new T[Math.Max(size, array.Length * 2)];
    }
}
