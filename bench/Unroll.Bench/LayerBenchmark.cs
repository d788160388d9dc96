using Unroll.Engine.Batches;
using Unroll.Engine.Cells;
using Unroll.Engine.Kernels;
using Unroll.Engine.Layers;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;

namespace Unroll.Bench;

/// <summary>
/// One layer in one direction over random input: forward; and pack, forward, backward with every gradient, those of the shards
/// added up. The peer is onednn_rnn.cpp.
/// </summary>
internal sealed unsafe class LayerBenchmark : IParallelWork
{
    private const int BlockLength = 1 << 14;

    private readonly Work _work;
    private readonly WorkerPool _pool;
    private readonly IKernels _kernels = KernelRegistry.Current;
    private readonly RecurrentLayer _layer;
    private readonly RecurrentWeights _weights;
    private readonly RecurrentPass[] _passes;
    private readonly AlignedBuffer[] _gradients;
    private readonly AlignedBuffer[] _scratch;
    private readonly List<AlignedBuffer> _kept = [];
    private readonly float* _inputWeight;
    private readonly float* _recurrentWeight;
    private readonly float* _bias;
    private readonly int _gradientLength;
    private Phase _phase;

    private LayerBenchmark(Work work, WorkerPool pool)
    {
        (_work, _pool) = (work, pool);
        IRecurrentCell cell = work.CreateCell();
        int h = work.Hidden, rows = cell.Gates * h, columns = cell.Columns * h;
        _layer = new RecurrentLayer(cell, work.Input, h, reverse: false);
        _weights = new RecurrentWeights(_kernels, cell, work.Input, h);
        _inputWeight = Random(rows * work.Input);
        _recurrentWeight = Random(rows * h);
        _bias = Random(columns);
        _gradientLength = rows * (work.Input + h) + columns;

        var batch = new Batch();
        var texts = new EncodedTexts();
        for (int row = 0; row < work.Batch; row++)
            texts.Add(new int[work.Time], 0);
        batch.Fill(texts, [.. Enumerable.Range(0, work.Batch)]);
        int tokens = batch.TokenCount;
        float* x = Random(tokens * work.Input), dx = Random(tokens * work.Input), hidden = Random(tokens * h), dh = Random(tokens * h);
        float* gates = Random(tokens * columns), c = Random(tokens * h), tanhC = Random(tokens * h);
        float* later = Random(work.Batch * h), dc = Random(work.Batch * h);
        _gradients = [.. Enumerable.Range(0, batch.ShardCount).Select(_ => new AlignedBuffer(_gradientLength))];
        _scratch = [.. Enumerable.Range(0, pool.Workers).Select(_ => new AlignedBuffer(_layer.ScratchLength(_kernels, batch.ShardAt(0).Rows)))];
        _passes = new RecurrentPass[batch.ShardCount];
        for (int s = 0; s < _passes.Length; s++)
        {
            Shard shard = batch.ShardAt(s);
            long token = shard.FirstToken;
            _passes[s] = new RecurrentPass
            {
                Shard = shard,
                Input = x + token * work.Input,
                InputRow = work.Input,
                Hidden = hidden + token * h,
                KeepsTrace = true,
                HiddenRow = h,
                Gates = gates + token * columns,
                CellState = cell.HasCellState ? c + token * h : null,
                TanhCell = cell.HasCellState ? tanhC + token * h : null,
                DHidden = dh + token * h,
                DInput = dx + token * work.Input,
                DHiddenLater = later + (long)shard.FirstRow * h,
                DCellLater = cell.HasCellState ? dc + (long)shard.FirstRow * h : null,
                DInputWeight = _gradients[s].Pointer,
                DRecurrentWeight = _gradients[s].Pointer + rows * work.Input,
                DBias = _gradients[s].Pointer + rows * (work.Input + h),
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
        if (_phase == Phase.Train)
            _gradients[part].Span[.._gradientLength].Clear();
        RecurrentPass pass = _passes[part];
        pass.Scratch = _scratch[worker].Pointer;
        _layer.Forward(_kernels, _weights, pass);
        if (_phase == Phase.Train)
            _layer.Backward(_kernels, _weights, pass);
    }

    private void Pack() => _weights.Pack(_inputWeight, _recurrentWeight, _bias, withBackward: true);

    private void Run(Phase phase)
    {
        _phase = phase;
        _pool.Run(this, phase == Phase.Sum ? (_gradientLength + BlockLength - 1) / BlockLength : _passes.Length);
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

    private float* Random(int length)
    {
        var buffer = new AlignedBuffer(length);
        new TorchGenerator((ulong)length).FillUniform(buffer.Span, -0.05f, 0.05f);
        _kept.Add(buffer);
        return buffer.Pointer;
    }
}
