using Unroll.Engine.Batches;
using Unroll.Engine.Kernels;
using Unroll.Engine.Layers;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;

namespace Unroll.Bench;

/// <summary>
/// One layer over random input: forward; and pack, forward, backward with every gradient, those of the shards added up. The peers
/// are onednn_rnn.cpp and TorchPeer.
/// </summary>
internal sealed unsafe class LayerBenchmark : IParallelWork
{
    private const int BlockLength = 1 << 14;

    private readonly WorkerPool _pool;
    private readonly IKernels _kernels = KernelRegistry.Current;
    private readonly ILayer _layer;
    private readonly ILayerPass _pass;
    private readonly LayerArguments[] _shards;
    private readonly AlignedBuffer[] _gradients;
    private readonly AlignedBuffer[] _scratch;
    private readonly List<AlignedBuffer> _kept = [];
    private readonly float* _parameters;
    private readonly int[] _starts;
    private readonly int _gradientLength;
    private Phase _phase;

    private LayerBenchmark(Work work, WorkerPool pool)
    {
        _pool = pool;
        _layer = work.CreateLayer();
        _starts = new int[_layer.Tensors.Count];
        for (int i = 0; i < _starts.Length; i++)
        {
            _starts[i] = _gradientLength;
            _gradientLength += Work.LengthOf(_layer.Tensors[i]);
        }
        _parameters = Random(1, _gradientLength).Pointer;

        var batch = new Batch();
        var texts = new EncodedTexts();
        for (int row = 0; row < work.Batch; row++)
            texts.Add(new int[work.Time], 0);
        batch.Fill(texts, [.. Enumerable.Range(0, work.Batch)]);
        int tokens = batch.TokenCount;
        _pass = _layer.CreatePass();
        _pass.Prepare(tokens, work.Batch, PassMode.ForwardBackward);
        Matrix x = Random(tokens, work.Input), dx = Random(tokens, work.Input);
        Matrix y = Random(tokens, _layer.OutputSize), dy = Random(tokens, _layer.OutputSize);
        _gradients = [.. Enumerable.Range(0, batch.ShardCount).Select(_ => new AlignedBuffer(_gradientLength))];
        long scratch = _pass.ScratchLength(batch.ShardAt(0), PassMode.ForwardBackward);
        _scratch = [.. Enumerable.Range(0, pool.Workers).Select(_ => new AlignedBuffer(scratch))];
        SharedWork? shared = batch.ShardCount == 1 && pool.Workers > 1 ? new SharedWork(_kernels, pool, _scratch) : null;
        _shards = new LayerArguments[batch.ShardCount];
        for (int s = 0; s < _shards.Length; s++)
        {
            Shard shard = batch.ShardAt(s);
            _shards[s] = new LayerArguments
            {
                Shard = shard,
                Mode = PassMode.ForwardBackward,
                Input = OfTokens(x, shard),
                Output = OfTokens(y, shard),
                DInput = OfTokens(dx, shard),
                DOutput = OfTokens(dy, shard),
                Shared = shared,
            };
        }
    }

    private enum Phase
    {
        Forward,
        Train,
        Sum,
    }

    public static Measurement Run(Work work)
    {
        using var pool = new WorkerPool(work.Threads);
        var benchmark = new LayerBenchmark(work, pool);
        benchmark.Pack();
        double forward = Timing.Median(() => benchmark.Run(Phase.Forward), work.Seconds / 2);
        double train = Timing.Median(benchmark.Train, work.Seconds);
        return new Measurement(work, forward, train, PeakLoop.Gflops(pool));
    }

    void IParallelWork.Execute(int part, int worker)
    {
        if (_phase == Phase.Sum)
        {
            SumBlock(part * BlockLength);
            return;
        }
        LayerArguments arguments = _shards[part];
        arguments.Scratch = _scratch[worker].Pointer;
        _pass.Forward(arguments);
        if (_phase == Phase.Forward)
            return;
        _gradients[part].Span.Clear();
        _pass.Backward(arguments, new LayerTensors(_gradients[part].Pointer, _starts));
    }

    private static Matrix OfTokens(in Matrix matrix, Shard shard) => matrix.RowsFrom(shard.FirstToken, shard.Tokens);

    private void Pack()
    {
        var parameters = new LayerTensors(_parameters, _starts);
        _layer.Pack(parameters);
        _layer.PackBackward(parameters);
    }

    private void Run(Phase phase)
    {
        _phase = phase;
        _pool.Run(this, phase == Phase.Sum ? (_gradientLength + BlockLength - 1) / BlockLength : _shards.Length);
    }

    private void Train()
    {
        Pack();
        Run(Phase.Train);
        if (_gradients.Length > 1)
            Run(Phase.Sum);
    }

    private void SumBlock(int start)
    {
        int length = Math.Min(BlockLength, _gradientLength - start);
        for (int distance = 1; distance < _gradients.Length; distance *= 2)
        {
            for (int shard = 0; shard + distance < _gradients.Length; shard += 2 * distance)
                _kernels.AddScaled(length, 1, _gradients[shard + distance].Pointer + start, _gradients[shard].Pointer + start);
        }
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
