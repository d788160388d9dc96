using Unroll.Batches;
using Unroll.Layers;
using Unroll.Models;
using Unroll.Numerics;
using Unroll.Threading;
using Unroll.Training;

namespace Unroll.Bench;

/// <summary>A whole training step: embedding, recurrent layer, last state, linear, cross-entropy, SGD. The peer is torch_step.py.</summary>
internal static class StepBenchmark
{
    private const int Vocabulary = 1000;

    public static Measurement Run(Work work)
    {
        using var pool = new WorkerPool(work.Threads);
        (TrainingStep step, Batch batch) = Create(work, pool);
        double seconds = Timing.Median(() => step.Run(batch, 0.01f), work.Seconds);
        return new Measurement(work, null, seconds, PeakLoop.Gflops(pool));
    }

    public static (TrainingStep Step, Batch Batch) Create(Work work, WorkerPool pool)
    {
        var config = new ModelConfig
        {
            Cell = Enum.Parse<Cell>(work.Cell, ignoreCase: true),
            Embedding = work.Input,
            Hidden = work.Hidden,
            Labels = ["0", "1"],
        };
        var layout = new NetworkLayout(config, Vocabulary);
        var parameters = new Parameters(layout.Parameters);
        var options = new TrainingOptions { Optimizer = OptimizerKind.Sgd, ClipNorm = null };
        var random = new TorchGenerator(1);
        layout.Initialize(parameters, options, random);
        var texts = new EncodedTexts();
        long[] ids = new long[work.Time];
        for (int row = 0; row < work.Batch; row++)
        {
            random.FillIntegers(ids, 0, Vocabulary);
            texts.Add([.. ids.Select(id => (int)id)], row % 2);
        }
        var batch = new Batch();
        batch.Fill(texts, [.. Enumerable.Range(0, work.Batch)]);
        return (new TrainingStep(new Network(config, layout), parameters, Vocabulary, options, pool), batch);
    }
}
