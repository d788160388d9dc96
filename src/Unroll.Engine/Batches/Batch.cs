using System.Diagnostics;
using System.Numerics;

namespace Unroll.Engine.Batches;

/// <summary>
/// Sentences side by side, cut into shards; each shard is time-major and packed: the ids of step 0 of each of its sentences, then
/// of step 1 of those that are still running, and so on. A shard is PyTorch's <c>PackedSequence</c>.
/// </summary>
/// <remarks>
/// How sentences are dealt to shards depends on the batch alone, never on the number of threads, so results do not either. Within
/// a shard sentences stand in order of decreasing length, so the rows of step t are the first rows of step t-1, and padding has
/// no place. A batch is filled again and again and allocates only when it must grow.
/// </remarks>
public sealed class Batch
{
    // A tile of a product has 8 rows; shards of 16 read the weights half as often.
    private const int UsualFewestShardRows = 4;
    private const int ShardRows = 16;
    private const int MostShards = 16;

    private readonly List<Shard> _shards = [];
    private int[] _ids = [];
    private int[] _labels = [];
    private int[] _rows = [];
    private int[] _lengths = [];
    private int[] _starts = [];
    private int[] _positions = [];
    private long[] _sortKeys = [];

    /// <summary>B: the number of sentences.</summary>
    public int Count { get; private set; }

    /// <summary>T: the number of tokens of the longest sentence.</summary>
    public int Steps { get; private set; }

    /// <summary>N: the number of tokens of all sentences.</summary>
    public int TokenCount { get; private set; }

    /// <summary>The pieces of words that the network does not know: those of the texts that the batch was filled from.</summary>
    internal SubwordLists UnknownWords { get; private set; } = new();

    /// <summary>[N]: the ids, shard by shard, step by step.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, TokenCount);

    /// <summary>The ids, to be changed in place until the batch is filled again.</summary>
    internal Span<int> MutableIds => _ids.AsSpan(0, TokenCount);

    /// <summary>[B]: the class of each sentence, shard by shard, longest sentence first.</summary>
    public ReadOnlySpan<int> Labels => _labels.AsSpan(0, Count);

    /// <summary>
    /// [B]: which text each sentence is, shard by shard, longest first; sentences of one length keep their order.
    /// </summary>
    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, Count);

    /// <summary>[B]: which of its text's tokens is each sentence's first: 0 unless a stretch of it was taken.</summary>
    internal ReadOnlySpan<int> Starts => _starts.AsSpan(0, Count);

    /// <summary>[B]: the place of each sentence among the rows that were given, shard by shard, longest first.</summary>
    internal ReadOnlySpan<int> Positions => _positions.AsSpan(0, Count);

    /// <summary>
    /// How many rows a shard has at least, if there are so many: 4, since the steps of fewer rows are products of few rows. A
    /// Transformer's products are of all tokens of a sentence, so there 1.
    /// </summary>
    internal int FewestShardRows { get; init; } = UsualFewestShardRows;

    /// <summary>How many shards there are.</summary>
    internal int ShardCount { get; private set; }

    /// <summary>One of the shards.</summary>
    internal Shard ShardAt(int index) => _shards[index];

    /// <summary>The shard of a sentence.</summary>
    /// <param name="sentence">Its place in the batch's order, as in <see cref="Rows"/>.</param>
    internal Shard ShardOf(int sentence)
    {
        int shard = 0;
        while (sentence >= _shards[shard].FirstRow + _shards[shard].Rows)
            shard++;
        return _shards[shard];
    }

    /// <summary>Replaces the batch's content.</summary>
    /// <param name="texts">Where the sentences come from.</param>
    /// <param name="rows">Which of them, at least one.</param>
    public void Fill(EncodedTexts texts, ReadOnlySpan<int> rows) => Fill(texts, rows, TokenWindow.All);

    /// <summary>
    /// Replaces the batch's content by a part of each sentence; sentences without tokens in the window are left out.
    /// </summary>
    internal void Fill(EncodedTexts texts, ReadOnlySpan<int> rows, TokenWindow window)
    {
        Debug.Assert(!rows.IsEmpty, "a batch holds at least one sentence");
        SortByLength(texts, rows, window);
        ShardCount = ShardsOf(Count);
        while (_shards.Count < ShardCount)
            _shards.Add(new Shard());
        DealToShards(texts, rows, window);
        UnknownWords = texts.UnknownWords;
        EnsureSize(ref _ids, TokenCount);
        for (int s = 0; s < ShardCount; s++)
            FillIds(texts, _shards[s]);
    }

    // A power of two, so that two, four … threads have the same number each; at least two where that leaves rows for a tile.
    private int ShardsOf(int rows)
    {
        int fewest = rows < 2 * FewestShardRows ? 1 : Math.Max(2, (rows + ShardRows - 1) / ShardRows);
        return Math.Min(MostShards, (int)BitOperations.RoundUpToPowerOf2((uint)fewest));
    }

    // One number orders by length, longest first, then by place.
    private void SortByLength(EncodedTexts texts, ReadOnlySpan<int> rows, TokenWindow window)
    {
        EnsureSize(ref _sortKeys, rows.Length);
        Count = 0;
        for (int b = 0; b < rows.Length; b++)
        {
            int sentence = texts.LengthOf(rows[b]);
            (int start, int end) = window.Of(sentence, rows[b]);
            int length = end - start;
            if (length > 0)
                _sortKeys[Count++] = ((long)(int.MaxValue - length) << 32) | (uint)b;
        }
        _sortKeys.AsSpan(0, Count).Sort();
    }

    // Like cards, so that every shard has long and short sentences and they take about the same time.
    private void DealToShards(EncodedTexts texts, ReadOnlySpan<int> rows, TokenWindow window)
    {
        EnsureSize(ref _starts, Count);
        EnsureSize(ref _positions, Count);
        EnsureSize(ref _rows, Count);
        EnsureSize(ref _labels, Count);
        EnsureSize(ref _lengths, Count);
        Steps = 0;
        TokenCount = 0;
        int next = 0;
        for (int s = 0; s < ShardCount; s++)
        {
            int first = next;
            for (int card = s; card < Count; card += ShardCount, next++)
            {
                int position = (int)(uint)_sortKeys[card];
                int row = rows[position];
                int sentence = texts.LengthOf(row);
                _positions[next] = position;
                _rows[next] = row;
                _labels[next] = texts.LabelOf(row);
                (int start, int end) = window.Of(sentence, row);
                (_starts[next], _lengths[next]) = (start, end - start);
            }
            _shards[s].Lay(_lengths.AsSpan(first, next - first), first, TokenCount);
            TokenCount += _shards[s].Tokens;
            Steps = Math.Max(Steps, _shards[s].Steps);
        }
    }

    private void FillIds(EncodedTexts texts, Shard shard)
    {
        int next = shard.FirstToken;
        for (int t = 0; t < shard.Steps; t++)
        {
            for (int b = 0; b < shard.BatchSize(t); b++)
                _ids[next++] = texts.IdAt(_rows[shard.FirstRow + b], _starts[shard.FirstRow + b] + t);
        }
    }

    private static void EnsureSize<T>(ref T[] array, int size)
    {
        if (array.Length < size)
            array = new T[Math.Max(size, array.Length * 2)];
    }
}
