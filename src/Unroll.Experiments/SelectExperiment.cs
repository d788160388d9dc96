namespace Unroll.Experiments;

/// <summary>
/// Selective copying: who keeps four words out of many, in order, also in sentences longer than any of training.
/// </summary>
internal sealed class SelectExperiment : IExperiment
{
    private const int Layers = 2;

    // Learned: this share of the answers.
    private const double LearnedShare = 0.95;

    public string Name => "select";

    public string Question => "Can a cell keep the words that count and drop the others? (selective copying)";

    public IReadOnlyList<CellChoice> Cells => CellChoice.All;

    public ExperimentSettings Defaults(bool full) => new()
    {
        Cells = CellChoice.PlainsAndTransformer,
        Lengths = full ? [16, 64, 256, 1024] : [8, 16, 32, 64],
        LeastLength = SelectTask.Kept,
        Rates = full ? [0.001, 0.002, 0.004, 0.008, 0.016] : [0.003, 0.01],
        Seeds = full ? 5 : 2,
        Steps = full ? 50_000 : 2500,
        Hidden = full ? 64 : 32,
    };

    public void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken)
    {
        // The longest is only measured, unless there is no other.
        IReadOnlyList<int> lengths = [.. settings.Lengths!.Order()];
        IReadOnlyList<int> trained = lengths.Count == 1 ? lengths : [.. lengths.SkipLast(1)];
        log.Line(
            "settings", ("cells", settings.Cells!.Select(cell => cell.Name)), ("lengths", lengths), ("trained_to", trained[^1]),
            ("rates", settings.Rates), ("seeds", settings.Seeds), ("steps", settings.Steps), ("hidden", settings.Hidden),
            ("layers", Layers), ("batch", SentenceTraining.BatchSize), ("kept", SelectTask.Kept),
            ("colours", SelectTask.Colours));
        var runs = SentenceRuns.Of(
            () => new SelectTask(), settings, [settings.Hidden], trained, lengths, Layers, log, cancellationToken);
        var rows = new List<string[]>();
        var measured = new List<Measured>();
        foreach (CellChoice cell in settings.Cells!)
        {
            SentenceRun[] best = runs.Best(cell, settings.Hidden);
            Spread[] spreads = [.. lengths.Select((_, place) => SentenceRuns.Accuracy(best, place))];
            log.Line(
                "summary", ("cell", cell.Name), ("rate", best[0].Rate), ("learned", best.Count(run => run.Learned)),
                ("accuracy", spreads.Select(spread => spread.Mean)), ("least", spreads.Select(spread => spread.Least)),
                ("most", spreads.Select(spread => spread.Most)));
            rows.Add([cell.Name, ExperimentLog.Short(best[0].Rate), .. spreads.Select(spread => spread.InPercent)]);
            measured.Add(new Measured(cell.Name, spreads[trained.Count - 1], spreads[^1]));
        }
        log.Table(
            $"Which colour was it? Right answers in % by the words of the sentence, trained up to {trained[^1]} " +
            $"(guessing {100.0 / SelectTask.Colours:0.0}; {Layers} layers, hidden {settings.Hidden}, at most {settings.Steps} " +
            "steps, " +
            $"{Sentence.Seeds(settings.Seeds!.Value)}, least and most; the learning rate with the least loss)",
            ["cell", "rate", .. lengths.Select(length => $"{length}")], rows);
        Draw(settings, lengths, runs, log);
        log.Conclude(Verdict(measured, trained[^1], lengths[^1], settings.Seeds!.Value));
    }

    /// <summary>What a cell did.</summary>
    /// <param name="Cell">Its name.</param>
    /// <param name="Trained">Accuracy at the longest length of training.</param>
    /// <param name="Longest">Accuracy at the longest length.</param>
    internal sealed record Measured(string Cell, Spread Trained, Spread Longest);

    internal static string Verdict(IReadOnlyList<Measured> cells, int trained, int longest, int seeds)
    {
        Measured[] sorted = [.. cells.OrderByDescending(cell => cell.Trained.Mean)];
        Measured[] learned = [.. sorted.Where(cell => cell.Trained.Mean >= LearnedShare)];
        Measured[] failed = [.. sorted.Where(cell => cell.Trained.Mean < LearnedShare)];
        string names = Sentence.List(learned.Select(cell => $"{cell.Cell} ({cell.Trained.Bare})"));
        string who = learned.Length switch
        {
            0 => "no cell learns to keep them",
            1 => $"{names} learns to keep them",
            _ => $"{names} learn to keep them",
        };
        string others = failed.Length == 0
            ? ""
            : $"; {Sentence.List(failed.Select(cell => $"{cell.Cell} ({cell.Trained.Bare})"))} " +
                $"{(failed.Length == 1 ? "does" : "do")} not";
        string further = "";
        if (longest > trained && learned.Length > 0)
        {
            Measured[] lose = [.. learned.Where(cell => cell.Longest.Mean < LearnedShare)];
            further = lose.Length == 0
                ? $", and at {longest} words, which none was trained on, still"
                : $", but at {longest} words, which none was trained on, " +
                  $"{Sentence.List(lose.Select(cell => $"{cell.Cell} only {cell.Longest.Bare}"))}";
        }
        return $"Four colours out of {trained} words: {who}{further}{others} ({Sentence.Seeds(seeds)}; mean, least and most; " +
            $"guessing is {100.0 / SelectTask.Colours:0} %).";
    }

    private static void Draw(ExperimentSettings settings, IReadOnlyList<int> lengths, SentenceRuns runs, ExperimentLog log)
    {
        SentenceRun[] Best(CellChoice cell) => runs.Best(cell, settings.Hidden);

        log.Chart(new ExperimentChart(
            "accuracy", "Right answers by the length of the sentence",
            "Mean over the seeds, least and most; the longest sentences are of a length that was not trained.",
            new("words", ChartScale.Log), new("accuracy"),
            [
                .. settings.Cells!.Select(cell => new ChartSeries(
                    cell.Name,
                    [.. lengths.Select((length, place) => ChartPoint.Of(length, SentenceRuns.Accuracy(Best(cell), place)))])),
                new ChartSeries(
                    "guessing", [new(lengths[0], 1.0 / SelectTask.Colours), new(lengths[^1], 1.0 / SelectTask.Colours)],
                    IsBound: true),
            ]));
        log.Chart(new ExperimentChart(
            "loss", "Loss while training", "Mean over the seeds; a seed that is done keeps its last value.",
            new("step"), new("cross-entropy", ChartScale.Log),
            [.. settings.Cells!.Select(cell => LearningCurve.Of(cell.Name, [.. Best(cell).Select(run => run.Curve)]))]));
    }
}
