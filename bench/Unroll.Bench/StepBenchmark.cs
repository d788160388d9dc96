using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Optimization;
using Unroll.Engine.Threading;

namespace Unroll.Bench;

/// <summary>
/// A whole training step: embedding, recurrent layer, last state, linear, cross-entropy, SGD.
/// </summary>
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
        var config = new NetworkConfig
        {
            Cell = Enum.Parse<Cell>(work.Cell, ignoreCase: true),
            Vocabulary = Vocabulary,
            Embedding = work.Input,
            Hidden = work.Hidden,
            Classes = 2,
        };
        var network = new Network(config);
        var settings = new StepSettings { Optimizer = new OptimizerSettings { Kind = OptimizerKind.Sgd } };
        var random = new TorchGenerator(1);
        new InitialValues().Draw(network, random);
        var texts = new EncodedTexts();
        long[] ids = new long[work.Time];
        for (int row = 0; row < work.Batch; row++)
        {
            random.FillIntegers(ids, 0, Vocabulary);
            texts.Add([.. ids.Select(id => (int)id)], row % 2);
        }
        var batch = new Batch();
        batch.Fill(texts, [.. Enumerable.Range(0, work.Batch)]);
        return (new TrainingStep(network, settings, pool), batch);
    }
}
