using Unroll.Engine.Batches;
using Unroll.Engine.Kernels;
using Unroll.Engine.Layers;
using Unroll.Engine.Numerics;
using Unroll.Engine.Ranks;
using Unroll.Engine.Threading;

namespace Unroll.Engine.Networks;

/// <summary>Where one shard adds its gradients: a place for every tensor that is not a table.</summary>
/// <param name="dense">The memory.</param>
/// <param name="denseStart">The place in the arena of parameters of the first tensor that is not a table.</param>
internal readonly unsafe struct ShardGradients(float* dense, int denseStart)
{
    /// <summary>The gradient of one tensor.</summary>
    public float* this[Parameter parameter] => dense + (parameter.Start - denseStart);

    /// <summary>The gradients of one layer of a network.</summary>
    public LayerTensors Of(Network network, int layer) => network.TensorsOf(layer, dense - denseStart);
}

/// <summary>
/// Gradients of a batch: one arena for each shard, added up in a fixed tree, and for tables the rows of the words that were seen,
/// in the order of the tokens. So the sum does not depend on threads or ranks. A table has no gradient of its whole
/// size: rows of words that the batch does not have would only hold zeros.
/// </summary>
internal sealed unsafe class GradientSum : IParallelWork
{
    private const int BlockLength = 1 << 14;
    private const int TableColumns = 32;

    private readonly Network _network;
    private readonly WorkerPool _pool;
    private readonly IKernels _kernels;
    private readonly RankExchange? _ranks;
    private readonly int _denseStart;
    private readonly int _denseLength;
    private readonly List<AlignedBuffer> _shards = [];
    private readonly (Parameter Table, int Index, AlignedBuffer Rows)[] _tables;
    private readonly int _vocabulary;
    private readonly SubwordSum? _subwords;
    private int[] _slotOf;
    private int[] _seen = [];
    private int _seenCount;
    private Batch? _batch;
    private PassBuffers? _buffers;
    private ShardRange _own;
    private bool _scatters;

    /// <summary>Makes ready; memory is taken with the first batch.</summary>
    /// <param name="network">The network whose gradients are added up.</param>
    /// <param name="pool">The threads that add.</param>
    /// <param name="ranks">The ranks that share the batches; null for none.</param>
    public GradientSum(Network network, WorkerPool pool, RankExchange? ranks = null)
    {
        (_network, _pool, _kernels, _ranks) = (network, pool, network.Kernels, ranks);
        IReadOnlyList<Parameter> all = network.Layout.Parameters;
        _denseStart = all.Where(parameter => parameter.IsTable).Sum(parameter => parameter.Length);
        _denseLength = all.Where(parameter => !parameter.IsTable).Sum(parameter => parameter.Length);
        _vocabulary = network.Config.Vocabulary;
        _slotOf = new int[_vocabulary];
        _tables = [.. network.Layout.WordTables.Select((table, index) => (table, index, new AlignedBuffer()))];
        if (network.SubwordTable is not null)
            _subwords = new SubwordSum(network);
    }

    /// <summary>The sum of the tensors that are no tables, in the order of the arena of parameters.</summary>
    public float* Dense => _shards[0].Pointer;

    /// <summary>
    /// Words of the batch, each once, in order of appearance: the n-th has the n-th row of each sum of a table.
    /// </summary>
    public ReadOnlySpan<int> SeenWords => _seen.AsSpan(0, _seenCount);

    /// <summary>The tables that ids pick rows of, and of each the sum [seen words, width].</summary>
    public ReadOnlySpan<(Parameter Table, int Index, AlignedBuffer Rows)> Tables => _tables;

    /// <summary>The gradients of sub-words; null without them.</summary>
    public SubwordSum? Subwords => _subwords;

    /// <summary>Makes room for a batch and forgets the last one.</summary>
    public void Prepare(Batch batch)
    {
        _own = ShardRange.Of(_ranks, batch);
        // A rank without a shard takes the sum of the others.
        while (_shards.Count < Math.Max(1, _own.Count))
            _shards.Add(new AlignedBuffer(_denseLength));
        if (_seen.Length < batch.TokenCount)
            _seen = new int[batch.TokenCount];
        _seenCount = 0;
        foreach (int word in batch.Ids)
        {
            if (word >= _slotOf.Length)
                Array.Resize(ref _slotOf, Math.Max(word + 1, 2 * _slotOf.Length));
            // A slot that another word has, or none yet, is left over from an earlier batch.
            int slot = _slotOf[word];
            if (slot < _seenCount && _seen[slot] == word)
                continue;
            _slotOf[word] = _seenCount;
            _seen[_seenCount++] = word;
        }
        foreach ((Parameter table, _, AlignedBuffer rows) in _tables)
        {
            long length = (long)_seenCount * table.TableWidth;
            new Span<float>(rows.EnsureLength(length), checked((int)length)).Clear();
        }
        _subwords?.Prepare(SeenWords, batch);
    }

    /// <summary>An empty arena for one shard; that of the first of this rank's is the sum itself.</summary>
    /// <param name="shard">Which of this rank's, from 0.</param>
    public ShardGradients ForShard(int shard)
    {
        float* dense = _shards[shard].Pointer;
        new Span<float>(dense, _denseLength).Clear();
        return new ShardGradients(dense, _denseStart);
    }

    /// <summary>A copy of the sum in the parameters' layout, with zeros for words that no text of the batch has.</summary>
    public Parameters Copy()
    {
        var copy = new Parameters(_network.Layout.Parameters);
        new ReadOnlySpan<float>(Dense, _denseLength).CopyTo(copy.Writable[_denseStart..]);
        foreach ((Parameter table, _, AlignedBuffer rows) in _tables)
        {
            int width = table.TableWidth;
            for (int slot = 0; slot < _seenCount; slot++)
            {
                if (HasVector(_seen[slot]))
                    rows.Span.Slice(slot * width, width).CopyTo(copy.WritableOf(table)[(_seen[slot] * width)..]);
            }
        }
        if (_subwords is not null)
        {
            for (int slot = 0; slot < _subwords.Seen.Length; slot++)
            {
                Span<float> table = copy.WritableOf(_network.SubwordTable!);
                _subwords.Rows.Row(slot).CopyTo(table[(_subwords.Seen[slot] * _network.Config.Embedding)..]);
            }
        }
        return copy;
    }

    /// <summary>Adds everything up.</summary>
    public void Sum(Batch batch, PassBuffers buffers)
    {
        (_batch, _buffers, _scatters) = (batch, buffers, false);
        if (_ranks is null)
        {
            _pool.Run(this, DenseParts + TableParts);
            return;
        }
        _pool.Run(this, DenseParts);
        _ranks.SumTree(batch, _kernels, Dense, _denseLength);
        foreach ((_, int index, _) in _tables)
            _ranks.GatherTokens(batch, buffers.TableGradients(index));
        _scatters = true;
        _pool.Run(this, TableParts);
    }

    /// <summary>The global norm of the sum.</summary>
    public double Norm()
    {
        double squares = _kernels.SumOfSquares(_denseLength, Dense);
        foreach ((Parameter table, _, AlignedBuffer rows) in _tables)
        {
            for (int slot = 0; slot < _seenCount; slot++)
            {
                if (HasVector(_seen[slot]))
                    squares += _kernels.SumOfSquares(table.TableWidth, rows.Pointer + (long)slot * table.TableWidth);
            }
        }
        return Math.Sqrt(squares + (_subwords?.SumOfSquares() ?? 0));
    }

    /// <summary>Whether a word has a row in the tables; one that is read by its pieces alone has none.</summary>
    public bool HasVector(int word) => word < _vocabulary;

    void IParallelWork.Execute(int part, int worker)
    {
        if (_scatters)
            ScatterColumns(part);
        else if (part < DenseParts)
            AddBlock(part * BlockLength, Math.Min(BlockLength, _denseLength - part * BlockLength));
        else
            ScatterColumns(part - DenseParts);
    }

    private int DenseParts => (_denseLength + BlockLength - 1) / BlockLength;

    private static int PartsOf(Parameter table) => (table.TableWidth + TableColumns - 1) / TableColumns;

    private int TableParts
    {
        get
        {
            int parts = 0;
            foreach ((Parameter table, _, _) in _tables)
                parts += PartsOf(table);
            return parts;
        }
    }

    // ((0 + 1) + (2 + 3)) + …, of this rank's shards: a subtree of that of all.
    private void AddBlock(int start, int length)
    {
        int shards = _own.Count;
        for (int distance = 1; distance < shards; distance *= 2)
        {
            for (int shard = 0; shard + distance < shards; shard += 2 * distance)
                _kernels.AddScaled(length, 1, _shards[shard + distance].Pointer + start, _shards[shard].Pointer + start);
        }
    }

    // Some columns of a table, for every token of the batch in order.
    private void ScatterColumns(int part)
    {
        foreach ((Parameter table, int index, AlignedBuffer rows) in _tables)
        {
            if (part >= PartsOf(table))
            {
                part -= PartsOf(table);
                continue;
            }
            int column = part * TableColumns;
            int count = Math.Min(TableColumns, table.TableWidth - column);
            Matrix source = _buffers!.TableGradients(index).ColumnsFrom(column, count);
            Matrix target = rows.AsMatrix(_seenCount, table.TableWidth).ColumnsFrom(column, count);
            ReadOnlySpan<int> ids = _batch!.Ids;
            for (int n = 0; n < ids.Length; n++)
                _kernels.AddScaled(count, 1, source.PointerTo(n), target.PointerTo(_slotOf[ids[n]]));
            _subwords?.AddColumns(SeenWords, _batch, column, target);
            return;
        }
    }
}
