using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Optimization;
using Unroll.Engine.Threading;

namespace Unroll.Experiments;

/// <summary>The lab from many seeds: how many learn it.</summary>
internal sealed class SeedsExperiment : IExperiment
{
    private const int Epochs = 300;
    private const int Hidden = 2;
    private const float LearningRate = 0.1f;
    private const int CurveEvery = 10;

    // The words are numbered The, movie, is, good, bad.
    private static readonly (int[] Words, int Label)[] Sentences = [([0, 1, 2, 3], 1), ([0, 1, 2, 4], 0)];

    public string Name => "seeds";

    public string Question => "How many of 200 random beginnings learn the lab in 300 epochs?";

    public IReadOnlyList<CellChoice> Cells => [];

    public ExperimentSettings Defaults(bool full) =>
        new() { Seeds = full ? 10_000 : 200, Steps = Epochs, Hidden = Hidden };

    public void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken)
    {
        int seeds = settings.Seeds!.Value;
        int epochs = settings.Steps!.Value;
        log.Line(
            "settings", ("seeds", seeds), ("epochs", epochs), ("learning_rate", (double)LearningRate),
            ("hidden", settings.Hidden));
        (double[] Losses, bool Learned)[] runs = ParallelRuns.Of(
            [.. Enumerable.Range(1, seeds)], seed => Train((ulong)seed, settings.Hidden, epochs, cancellationToken), log,
            cancellationToken);
        for (int i = 0; i < seeds; i++)
        {
            // Of the curve every tenth epoch, from the first on.
            double[] curve = [.. runs[i].Losses.Where((_, epoch) => epoch % CurveEvery == 0)];
            log.Line(
                "run", ("seed", i + 1), ("learned", runs[i].Learned), ("loss", runs[i].Losses[^1]), ("curve_every", CurveEvery),
                ("curve", curve));
        }
        double[] losses = [.. runs.Select(run => run.Losses[^1]).Order()];
        int learned = runs.Count(run => run.Learned);
        double Quantile(double share) => losses[(int)Math.Round(share * (losses.Length - 1))];
        log.Line(
            "summary", ("seeds", seeds), ("learned", learned), ("loss_least", losses[0]), ("loss_median", Quantile(0.5)),
            ("loss_90_percent", Quantile(0.9)), ("loss_most", losses[^1]));
        log.Table(
            $"The lab from {seeds} seeds, {epochs} epochs: total loss of the last epoch",
            ["both sentences right", "least loss", "median", "90 % below", "most"],
            [
                [
                    $"{learned} of {seeds}", ExperimentLog.Short(losses[0]), ExperimentLog.Short(Quantile(0.5)),
                    ExperimentLog.Short(Quantile(0.9)), ExperimentLog.Short(losses[^1]),
                ],
            ]);
    }

    // The lab as it is taught: one-hot words, everything drawn from N(0,1), one step of plain gradient descent for each sentence.
    private static (double[] Losses, bool Learned) Train(ulong seed, int hidden, int epochs, CancellationToken cancellationToken)
    {
        var network = new Network(
            new NetworkConfig { Cell = Cell.Rnn, Vocabulary = 5, Embedding = 0, Hidden = hidden, Classes = 2 });
        new InitialValues { Initialization = Initialization.StandardNormal }.Draw(network, new TorchGenerator(seed));
        var texts = new EncodedTexts();
        foreach ((int[] words, int label) in Sentences)
            texts.Add(words, label);
        var settings = new StepSettings { Optimizer = new OptimizerSettings { Kind = OptimizerKind.Sgd }, Seed = seed };
        var step = new TrainingStep(network, settings, WorkerPool.CallerAlone);
        double[] losses = new double[epochs];
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (int row = 0; row < texts.Count; row++)
                losses[epoch] += step.Run(texts, [row], LearningRate).Loss;
        }
        var pass = new NetworkPass(network, WorkerPool.CallerAlone);
        var batch = new Batch();
        batch.Fill(texts, [0, 1]);
        pass.Forward(batch);
        bool learned = Enumerable.Range(0, texts.Count)
            .All(b => Argmax.Of(pass.Logits.Slice(2 * b, 2)) == batch.Labels[b]);
        return (losses, learned);
    }
}
