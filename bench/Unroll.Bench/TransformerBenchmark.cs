using Unroll.Engine.Batches;
using Unroll.Engine.Kernels;
using Unroll.Engine.Layers;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;

namespace Unroll.Bench;

/// <summary>
/// One layer of a Transformer over random input: forward; and pack, forward, backward with every gradient, those of the shards
/// added up, as <see cref="LayerBenchmark"/> does it with a recurrent layer.
/// </summary>
internal sealed unsafe class TransformerBenchmark : IParallelWork
{
    private readonly WorkerPool _pool;
    private readonly TransformerLayer _layer;
    private readonly ILayerPass _pass;
    private readonly Batch _batch = new();
    private readonly AlignedBuffer[] _tokens;
    private readonly AlignedBuffer _parameters;
    private readonly AlignedBuffer[] _scratch;
    private readonly ShardGradients _gradients;
    private readonly int[] _starts;
    private PassMode _mode;

    private TransformerBenchmark(Work work, WorkerPool pool)
    {
        _pool = pool;
        IKernels kernels = KernelRegistry.Current;
        var options = new TransformerOptions { FeedForward = work.Hidden };
        _layer = new TransformerLayer(kernels, work.Input, options, index: 0, "transformer");
        _pass = _layer.CreatePass();
        var texts = new EncodedTexts();
        for (int row = 0; row < work.Batch; row++)
            texts.Add(new int[work.Time], 0);
        _batch.Fill(texts, [.. Enumerable.Range(0, work.Batch)]);
        _tokens = [.. Enumerable.Range(1, 4).Select(seed => Random((long)_batch.TokenCount * work.Input, seed))];

        // One after the other, each at a multiple of 16 floats.
        _starts = new int[_layer.Tensors.Count];
        int length = 0;
        for (int i = 0; i < _starts.Length; i++)
        {
            _starts[i] = length;
            length += (_layer.Tensors[i].Shape.Aggregate(1, (product, size) => product * size) + 15) / 16 * 16;
        }
        _parameters = Random(length, seed: 5);
        _gradients = new ShardGradients(kernels, _batch.ShardCount, length);
        long scratch = Math.Max(
            _pass.ScratchLength(_batch.ShardAt(0), PassMode.Forward),
            _pass.ScratchLength(_batch.ShardAt(0), PassMode.ForwardBackward));
        _scratch = [.. Enumerable.Range(0, pool.Workers).Select(_ => new AlignedBuffer(scratch))];
    }

    public static Measurement Run(Work work)
    {
        using var pool = new WorkerPool(work.Threads);
        var benchmark = new TransformerBenchmark(work, pool);
        benchmark.Pack();
        double forward = Timing.Median(() => benchmark.Run(PassMode.Forward), work.Seconds / 2);
        double train = Timing.Median(benchmark.Train, work.Seconds);
        return new Measurement(work, forward, train, PeakLoop.Gflops(pool));
    }

    void IParallelWork.Execute(int part, int worker)
    {
        Shard shard = _batch.ShardAt(part);
        Matrix OfShard(int index) =>
            _tokens[index].AsMatrix(_batch.TokenCount, _layer.OutputSize).RowsFrom(shard.FirstToken, shard.Tokens);
        var arguments = new LayerArguments
        {
            Shard = shard,
            Mode = _mode,
            Input = OfShard(0),
            Output = OfShard(1),
            DOutput = OfShard(2),
            DInput = OfShard(3),
            Scratch = _scratch[worker].Pointer,
        };
        _pass.Forward(arguments);
        if (_mode == PassMode.Forward)
            return;
        _gradients.Clear(part);
        _pass.Backward(arguments, new LayerTensors(_gradients.Of(part), _starts));
    }

    private static AlignedBuffer Random(long length, int seed)
    {
        var buffer = new AlignedBuffer(length);
        new TorchGenerator((ulong)seed).FillUniform(buffer.Span, -0.05f, 0.05f);
        return buffer;
    }

    private void Pack()
    {
        var parameters = new LayerTensors(_parameters.Pointer, _starts);
        _layer.Pack(parameters);
        _layer.PackBackward(parameters);
    }

    private void Run(PassMode mode)
    {
        _mode = mode;
        _pass.Prepare(_batch.TokenCount, _batch.Count, mode);
        _pool.Run(this, _batch.ShardCount);
    }

    private void Train()
    {
        Pack();
        Run(PassMode.ForwardBackward);
        _gradients.Sum(_pool);
    }
}
