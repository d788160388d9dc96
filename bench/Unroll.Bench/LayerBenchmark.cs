using Unroll.Engine.Batches;
using Unroll.Engine.Cells;
using Unroll.Engine.Kernels;
using Unroll.Engine.Layers;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;

namespace Unroll.Bench;

/// <summary>
/// One layer in one direction over random input: forward; and pack, forward, backward with every gradient, those of the shards
/// added up. The peers are onednn_rnn.cpp and TorchPeer.
/// </summary>
internal sealed unsafe class LayerBenchmark : IParallelWork
{
    private readonly Work _work;
    private readonly WorkerPool _pool;
    private readonly IKernels _kernels = KernelRegistry.Current;
    private readonly RecurrentDirection _layer;
    private readonly RecurrentArguments[] _shards;
    private readonly ShardGradients _gradients;
    private readonly AlignedBuffer[] _scratch;
    private readonly List<AlignedBuffer> _kept = [];
    private readonly float* _inputWeight;
    private readonly float* _recurrentWeight;
    private readonly float* _bias;
    private readonly float* _memoryWeight;
    private readonly SharedWork? _shared;
    private bool _trains;

    private LayerBenchmark(Work work, WorkerPool pool)
    {
        (_work, _pool) = (work, pool);
        int h = work.Hidden;
        IRecurrentCell cell = work.CreateCell().Between(work.Input, h);
        int rows = cell.Gates * h, columns = cell.Columns * h, biases = cell.BiasColumns * h;
        int recurrentRows = RowsOf(cell, TensorInput.Hidden), memoryWeights = RowsOf(cell, TensorInput.Memory);
        int memorySize = cell.MemorySize(h), traceSize = cell.TraceSize(h);
        _layer = new RecurrentDirection(_kernels, cell, work.Input, h, reverse: false);
        _inputWeight = Random(rows, work.Input).Pointer;
        _recurrentWeight = Random(recurrentRows, h).Pointer;
        _bias = Random(1, biases).Pointer;
        _memoryWeight = Random(1, memoryWeights).Pointer;
        int gradientLength = rows * work.Input + recurrentRows * h + biases + memoryWeights;

        var batch = new Batch();
        var texts = new EncodedTexts();
        for (int row = 0; row < work.Batch; row++)
            texts.Add(new int[work.Time], 0);
        batch.Fill(texts, [.. Enumerable.Range(0, work.Batch)]);
        int tokens = batch.TokenCount;
        Matrix x = Random(tokens, work.Input), dx = Random(tokens, work.Input);
        Matrix hidden = Random(tokens, h), dh = Random(tokens, h);
        Matrix gates = Random(tokens, columns), memory = Random(tokens, memorySize), trace = Random(tokens, traceSize);
        Matrix later = Random(work.Batch, h), dMemory = Random(work.Batch, memorySize);
        _gradients = new ShardGradients(_kernels, batch.ShardCount, gradientLength);
        int scratch = _layer.ScratchLength(batch.ShardAt(0).Rows);
        _scratch = [.. Enumerable.Range(0, pool.Workers).Select(_ => new AlignedBuffer(scratch))];
        _shared = batch.ShardCount == 1 && pool.Workers > 1 ? new SharedWork(_kernels, pool, _scratch) : null;
        _shards = new RecurrentArguments[batch.ShardCount];
        for (int s = 0; s < _shards.Length; s++)
        {
            Shard shard = batch.ShardAt(s);
            float* gradients = _gradients.Of(s);
            _shards[s] = new RecurrentArguments
            {
                Shard = shard,
                Input = OfTokens(x, shard),
                Hidden = OfTokens(hidden, shard),
                KeepsTrace = true,
                Gates = OfTokens(gates, shard),
                Memory = memorySize > 0 ? OfTokens(memory, shard) : default,
                Trace = traceSize > 0 ? OfTokens(trace, shard) : default,
                DHidden = OfTokens(dh, shard),
                DInput = OfTokens(dx, shard),
                DHiddenLater = later.RowsFrom(shard.FirstRow, shard.Rows),
                DMemoryLater = memorySize > 0 ? dMemory.RowsFrom(shard.FirstRow, shard.Rows) : default,
                DInputWeight = new Matrix(gradients, rows, work.Input),
                DRecurrentWeight = recurrentRows > 0 ? new Matrix(gradients + rows * work.Input, rows, h) : default,
                DBias = gradients + rows * work.Input + recurrentRows * h,
                DMemoryWeight = memoryWeights > 0 ? gradients + gradientLength - memoryWeights : null,
            };
        }

        int RowsOf(IRecurrentCell known, TensorInput input) =>
            known.Tensors.Where(tensor => tensor.Input == input).Sum(tensor => tensor.Gates * h);
    }

    public static Measurement Run(Work work)
    {
        using var pool = new WorkerPool(work.Threads);
        var benchmark = new LayerBenchmark(work, pool);
        benchmark.Pack();
        double forward = Timing.Median(() => benchmark.Run(trains: false), work.Seconds / 2);
        double train = Timing.Median(benchmark.Train, work.Seconds);
        return new Measurement(work, forward, train, PeakLoop.Gflops(pool));
    }

    void IParallelWork.Execute(int part, int worker)
    {
        if (_trains)
            _gradients.Clear(part);
        RecurrentArguments arguments = _shards[part];
        arguments.Scratch = _scratch[worker].Pointer;
        _layer.Forward(arguments, _shared);
        if (_trains)
            _layer.Backward(arguments, _shared);
    }

    private static Matrix OfTokens(in Matrix matrix, Shard shard) => matrix.RowsFrom(shard.FirstToken, shard.Tokens);

    private void Pack()
    {
        _layer.Weights.Pack(_inputWeight, _recurrentWeight, _bias, _memoryWeight);
        _layer.Weights.PackBackward(_inputWeight, _recurrentWeight);
    }

    private void Run(bool trains)
    {
        _trains = trains;
        _pool.Run(this, _shards.Length);
    }

    private void Train()
    {
        Pack();
        Run(trains: true);
        _gradients.Sum(_pool);
    }

    private Matrix Random(int rows, int columns)
    {
        int length = rows * columns;
        var buffer = new AlignedBuffer(length);
        new TorchGenerator((ulong)length).FillUniform(buffer.Span, -0.05f, 0.05f);
        _kept.Add(buffer);
        return buffer.AsMatrix(rows, columns);
    }
}
