namespace Unroll.Experiments;

/// <summary>The lab from many seeds: how many learn it.</summary>
internal sealed class SeedsExperiment : IExperiment
{
    private const int CurveEvery = 10;

    public string Name => "seeds";

    public string Question => "How many of 200 random beginnings learn the lab in 300 epochs?";

    public IReadOnlyList<CellChoice> Cells => [];

    public ExperimentSettings Defaults(bool full) =>
        new() { Seeds = full ? 10_000 : 200, Steps = LabNetwork.Epochs, Hidden = LabNetwork.Hidden };

    public void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken)
    {
        int seeds = settings.Seeds!.Value;
        int epochs = settings.Steps!.Value;
        log.Line(
            "settings", ("seeds", seeds), ("epochs", epochs), ("learning_rate", (double)LabNetwork.LearningRate),
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
        log.Chart(new ExperimentChart(
            "final", "Loss at the end, from least to most", $"Each of {seeds} beginnings; guessing has 2 ln 2 = 1.39.",
            new("rank of the seed"), new("total loss", ChartScale.Log),
            [
                new("loss", [.. losses.Select((loss, i) => new ChartPoint(i + 1, loss))]),
                new("guessing", [new(1, 2 * Math.Log(2)), new(seeds, 2 * Math.Log(2))], IsBound: true),
            ]));
        log.Conclude(Verdict(seeds, learned, epochs, losses));
    }

    internal static string Verdict(int seeds, int learned, int epochs, IReadOnlyList<double> losses)
    {
        string how = ((double)learned / seeds) switch
        {
            1 => "every beginning learns the lab",
            >= 0.9 => "almost every beginning learns the lab",
            > 0.5 => "most beginnings learn the lab, many do not",
            > 0 => "most beginnings fail",
            _ => "no beginning learns the lab",
        };
        return $"{Sentence.Capital(how)}: {learned} of {seeds} in {epochs} epochs, and the total loss " +
            $"ends between {ExperimentLog.Short(losses[0])} and {ExperimentLog.Short(losses[^1])}.";
    }

    private static (double[] Losses, bool Learned) Train(ulong seed, int hidden, int epochs, CancellationToken cancellationToken)
    {
        var lab = new LabNetwork(seed, hidden);
        return (lab.Train(epochs, cancellationToken), lab.Learned());
    }
}
