using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Optimization;
using Unroll.Engine.Threading;

namespace Unroll.Bench;

/// <summary>
/// A whole training step: embedding, layer, last state, linear, cross-entropy, SGD.
/// </summary>
internal static class StepBenchmark
{
    public static Measurement Run(Work work)
    {
        using var pool = new WorkerPool(work.Threads);
        (TrainingStep step, Batch batch) = Create(work, pool);
        double seconds = Timing.Median(() => step.Run(batch, 0.01f), work.Seconds);
        return new Measurement(work, null, seconds, PeakLoop.Gflops(pool));
    }

    public static (TrainingStep Step, Batch Batch) Create(Work work, WorkerPool pool)
    {
        var network = new Network(work.Network);
        var settings = new StepSettings { Optimizer = new OptimizerSettings { Kind = OptimizerKind.Sgd } };
        var random = new TorchGenerator(1);
        new InitialValues().Draw(network, random);
        var texts = new EncodedTexts();
        long[] ids = new long[work.Time];
        for (int row = 0; row < work.Batch; row++)
        {
            random.FillIntegers(ids, 0, work.Network.Vocabulary);
            texts.Add([.. ids.Select(id => (int)id)], row % 2);
        }
        var batch = new Batch();
        batch.Fill(texts, [.. Enumerable.Range(0, work.Batch)]);
        return (new TrainingStep(network, settings, pool), batch);
    }
}
