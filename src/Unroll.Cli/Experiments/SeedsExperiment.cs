using Unroll.Classroom;
using Unroll.Models;

namespace Unroll.Cli.Experiments;

/// <summary>The lab from many seeds: how many learn it.</summary>
internal sealed class SeedsExperiment : IExperiment
{
    private const int CurveEvery = 10;

    public string Name => "seeds";

    public string Question => "How many of 200 random beginnings learn the lab in 300 epochs?";

    public IReadOnlyList<CellChoice> Cells => [];

    public ExperimentSettings Defaults(bool full) =>
        new() { Seeds = full ? 10_000 : 200, Steps = LabExercise.Epochs, Hidden = LabExercise.Hidden };

    public void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken)
    {
        int seeds = settings.Seeds!.Value;
        int epochs = settings.Steps!.Value;
        log.Line("settings", ("seeds", seeds), ("epochs", epochs), ("learning_rate", (double)LabExercise.LearningRate), ("hidden", settings.Hidden));
        (double[] Losses, bool Learned)[] runs = ParallelRuns.Of(
            [.. Enumerable.Range(1, seeds)], seed => Train((ulong)seed, settings.Hidden, epochs, cancellationToken), log, cancellationToken);
        for (int i = 0; i < seeds; i++)
        {
            // Of the curve every tenth epoch, from the first on.
            double[] curve = [.. runs[i].Losses.Where((_, epoch) => epoch % CurveEvery == 0)];
            log.Line("run", ("seed", i + 1), ("learned", runs[i].Learned), ("loss", runs[i].Losses[^1]), ("curve_every", CurveEvery), ("curve", curve));
        }
        double[] losses = [.. runs.Select(run => run.Losses[^1]).Order()];
        int learned = runs.Count(run => run.Learned);
        double Quantile(double share) => losses[(int)Math.Round(share * (losses.Length - 1))];
        log.Line("summary", ("seeds", seeds), ("learned", learned), ("loss_least", losses[0]), ("loss_median", Quantile(0.5)),
            ("loss_90_percent", Quantile(0.9)), ("loss_most", losses[^1]));
        log.Table(
            $"The lab from {seeds} seeds, {epochs} epochs: total loss of the last epoch",
            ["both sentences right", "least loss", "median", "90 % below", "most"],
            [[$"{learned} of {seeds}", .. ((double[])[losses[0], Quantile(0.5), Quantile(0.9), losses[^1]]).Select(ExperimentLog.Short)]]);
    }

    private static (double[] Losses, bool Learned) Train(ulong seed, int hidden, int epochs, CancellationToken cancellationToken)
    {
        SentenceClassifier classifier = LabExercise.CreateClassifier(hidden, seed);
        double[] losses =
        [
            .. classifier.Fit(LabExercise.Samples, LabExercise.TrainingOptions(epochs, LabExercise.LearningRate), cancellationToken: cancellationToken)
                .Select(report => report.TrainLoss * LabExercise.Samples.Count),
        ];
        bool learned = LabExercise.Samples.All(sample => classifier.Predict(sample.Text).Label == sample.Label);
        return (losses, learned);
    }
}
