using Unroll.Batches;
using Unroll.Kernels;
using Unroll.Numerics;
using Unroll.Threading;

namespace Unroll.Models;

/// <summary>Where one shard adds its gradients: a place for every tensor that is no table.</summary>
internal readonly unsafe struct ShardGradients(float* dense, int denseStart)
{
    /// <summary>The gradient of one tensor.</summary>
    public float* this[Parameter parameter] => dense + (parameter.Start - denseStart);
}

/// <summary>
/// Gradients of a batch: one arena a shard, added up in a fixed tree, and for tables the rows of the words that were seen, in the
/// order of the tokens. So the sum does not depend on how many threads there are.
/// </summary>
internal sealed unsafe class GradientSum : IParallelWork
{
    private const int BlockLength = 1 << 14;
    private const int TableColumns = 32;

    private readonly Network _network;
    private readonly WorkerPool _pool;
    private readonly IKernels _kernels;
    private readonly List<AlignedBuffer> _others = [];
    private readonly int _denseLength;
    private readonly (Parameter Table, int Index)[] _tables;
    private readonly int[] _seenAt;
    private int[] _seen = [];
    private int _seenCount;
    private int _batchNumber;
    private Batch _batch = new();
    private PassBuffers? _buffers;

    public GradientSum(Network network, int vocabularySize, WorkerPool pool)
    {
        (_network, _pool, _kernels) = (network, pool, network.Kernels);
        Total = new Parameters(network.Layout.Parameters);
        _denseLength = Total.Length - Total.DenseStart;
        _seenAt = new int[vocabularySize];
        _tables = network.Embedding is { } embedding
            ? [(embedding, 0)]
            : [.. Enumerable.Range(0, network.Directions).Select(direction => (network.InputWeight(direction), direction))];
    }

    /// <summary>The sum. Rows of tables that no word of the batch picked are zero.</summary>
    public Parameters Total { get; }

    /// <summary>Words of the batch, each once: the rows of tables that have a gradient.</summary>
    public ReadOnlySpan<int> SeenWords => _seen.AsSpan(0, _seenCount);

    /// <summary>The tables.</summary>
    public IEnumerable<Parameter> Tables => _tables.Select(entry => entry.Table);

    /// <summary>Makes room for a batch and forgets the last one.</summary>
    public void Prepare(Batch batch)
    {
        while (_others.Count < batch.ShardCount - 1)
            _others.Add(new AlignedBuffer(_denseLength));
        foreach ((Parameter table, _) in _tables)
        {
            foreach (int word in SeenWords)
                new Span<float>(Total.PointerTo(table) + (long)word * table.TableWidth, table.TableWidth).Clear();
        }
        if (_seen.Length < batch.TokenCount)
            _seen = new int[batch.TokenCount];
        _seenCount = 0;
        _batchNumber++;
        foreach (int word in batch.Ids)
        {
            if (_seenAt[word] == _batchNumber)
                continue;
            _seenAt[word] = _batchNumber;
            _seen[_seenCount++] = word;
        }
    }

    /// <summary>An empty arena for one shard; the first shard's is the sum itself.</summary>
    public ShardGradients ForShard(int shard)
    {
        float* dense = shard == 0 ? Total.Pointer + Total.DenseStart : _others[shard - 1].Pointer;
        new Span<float>(dense, _denseLength).Clear();
        return new ShardGradients(dense, Total.DenseStart);
    }

    /// <summary>Adds everything up.</summary>
    public void Sum(Batch batch, PassBuffers buffers)
    {
        (_batch, _buffers) = (batch, buffers);
        _pool.Run(this, DenseParts + TableParts);
    }

    /// <summary>The global norm of the sum.</summary>
    public double Norm()
    {
        double squares = _kernels.SumOfSquares(_denseLength, Total.Pointer + Total.DenseStart);
        foreach ((Parameter table, _) in _tables)
        {
            foreach (int word in SeenWords)
                squares += _kernels.SumOfSquares(table.TableWidth, Total.PointerTo(table) + (long)word * table.TableWidth);
        }
        return Math.Sqrt(squares);
    }

    void IParallelWork.Execute(int part, int worker)
    {
        if (part < DenseParts)
            SumBlock(part * BlockLength, Math.Min(BlockLength, _denseLength - part * BlockLength));
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
            foreach ((Parameter table, _) in _tables)
                parts += PartsOf(table);
            return parts;
        }
    }

    // ((0 + 1) + (2 + 3)) + …
    private void SumBlock(int start, int length)
    {
        int shards = _batch.ShardCount;
        for (int distance = 1; distance < shards; distance *= 2)
        {
            for (int shard = 0; shard + distance < shards; shard += 2 * distance)
                _kernels.AddScaled(length, 1, Dense(shard + distance) + start, Dense(shard) + start);
        }
    }

    // Some columns of a table, for every token of the batch in order.
    private void ScatterColumns(int part)
    {
        foreach ((Parameter table, int index) in _tables)
        {
            if (part >= PartsOf(table))
            {
                part -= PartsOf(table);
                continue;
            }
            int column = part * TableColumns;
            int count = Math.Min(TableColumns, table.TableWidth - column);
            bool oneHot = table.IsTransposed;
            int sourceRow = oneHot ? _network.Layout.Cell.Columns * _network.Config.Hidden : table.TableWidth;
            float* source = (oneHot ? _buffers!.Gates(index) : _buffers!.DEmbedded) + column;
            float* target = Total.PointerTo(table) + column;
            ReadOnlySpan<int> ids = _batch.Ids;
            for (int n = 0; n < ids.Length; n++)
                _kernels.AddScaled(count, 1, source + (long)n * sourceRow, target + (long)ids[n] * table.TableWidth);
            return;
        }
    }

    private float* Dense(int shard) => shard == 0 ? Total.Pointer + Total.DenseStart : _others[shard - 1].Pointer;
}
