namespace Unroll.Experiments;

/// <summary>
/// Whether position is in the state: which of two words came first, and whether the number of the words so far can be read off
/// the hidden state by a straight line, before the training and after it.
/// </summary>
internal sealed class PositionExperiment : IExperiment
{
    private const int Layers = 1;
    private const float LearningRate = 0.003f;
    private const int ProbeRows = 100;

    // Knows the order: this share of the answers. Has the position: this share of its variance is read off the state.
    private const double KnowsShare = 0.95;
    private const double HasShare = 0.9;

    public string Name => "position";

    public string Question => "Is a word's position in the state, and which of two words came first?";

    public IReadOnlyList<CellChoice> Cells => CellChoice.Recurrences;

    public ExperimentSettings Defaults(bool full) => new()
    {
        Cells = CellChoice.Plains,
        Lengths = full ? [10, 20, 50, 100] : [8, 16, 32],
        LeastLength = 2,
        Seeds = full ? 10 : 3,
        Steps = full ? 20_000 : 2000,
        Hidden = 32,
    };

    public void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken)
    {
        // The longest is only measured, unless there is no other.
        IReadOnlyList<int> lengths = [.. settings.Lengths!.Order()];
        IReadOnlyList<int> trained = lengths.Count == 1 ? lengths : [.. lengths.SkipLast(1)];
        log.Line(
            "settings", ("cells", settings.Cells!.Select(cell => cell.Name)), ("lengths", lengths), ("trained_to", trained[^1]),
            ("seeds", settings.Seeds), ("steps", settings.Steps), ("hidden", settings.Hidden), ("layers", Layers),
            ("learning_rate", (double)LearningRate), ("batch", SentenceTraining.BatchSize));
        (CellChoice Cell, int Seed)[] runs =
        [
            .. from cell in settings.Cells! from seed in Enumerable.Range(1, settings.Seeds!.Value) select (cell, seed),
        ];
        Result[] results = ParallelRuns.Of(
            runs, run => Train(run.Cell, (ulong)run.Seed, lengths, trained, settings, cancellationToken), log, cancellationToken);

        var rows = new List<string[]>();
        var measured = new List<Measured>();
        foreach (CellChoice cell in settings.Cells!)
        {
            Result[] ofCell = [.. results.Where((_, i) => runs[i].Cell == cell)];
            for (int seed = 1; seed <= ofCell.Length; seed++)
            {
                Result result = ofCell[seed - 1];
                log.Line(
                    "run", ("cell", cell.Name), ("seed", seed), ("learned", result.Learned), ("steps", result.Steps),
                    ("loss", result.Curve[^1]), ("accuracy", result.Accuracy), ("position_before", result.Before),
                    ("position_after", result.After), ("error", result.Error), ("curve_every", SentenceTraining.CurveEvery),
                    ("curve", result.Curve));
            }
            Spread[] accuracy = [.. lengths.Select((_, place) => Spread.Of(ofCell.Select(result => result.Accuracy[place])))];
            var before = Spread.Of(ofCell.Select(result => result.Before));
            var after = Spread.Of(ofCell.Select(result => result.After));
            log.Line(
                "summary", ("cell", cell.Name), ("accuracy", accuracy.Select(spread => spread.Mean)),
                ("position_before", before.Mean), ("position_after", after.Mean),
                ("error", Errors(ofCell).Select(error => error.Mean)));
            rows.Add([cell.Name, .. accuracy.Select(spread => spread.InPercent), before.InPercent, after.InPercent]);
            measured.Add(new Measured(cell.Name, accuracy[^1], before, after));
        }
        log.Table(
            $"Which of two words came first? Right answers in % by the words of the sentence, trained up to {trained[^1]}, " +
            "and the " +
            "share of the position's variance, in %, that a straight line reads off the state before and after the training " +
            $"({lengths[^1]} words; hidden {settings.Hidden}, {Sentence.Seeds(settings.Seeds!.Value)}, least and most)",
            ["cell", .. lengths.Select(length => $"{length}"), "position before", "position after"], rows);
        Draw(settings, lengths, runs, results, log);
        log.Conclude(Verdict(measured, lengths[^1], settings.Seeds!.Value));
    }

    /// <summary>What a cell did.</summary>
    /// <param name="Cell">Its name.</param>
    /// <param name="Order">Accuracy at the longest length: which word came first.</param>
    /// <param name="Before">The share of the position's variance that is read off the state of a fresh network.</param>
    /// <param name="After">The same after the training.</param>
    internal sealed record Measured(string Cell, Spread Order, Spread Before, Spread After);

    internal static string Verdict(IReadOnlyList<Measured> cells, int words, int seeds)
    {
        Measured[] know = [.. cells.Where(cell => cell.Order.Mean >= KnowsShare)];
        Measured[] others = [.. cells.Where(cell => cell.Order.Mean < KnowsShare)];
        string Names(Measured[] group) =>
            Sentence.List(group.Select(cell => Sentence.Cell(cell.Cell, cell.Order.Bare, cells.Count)));
        string order = know.Length switch
        {
            0 => "no cell knows which came first",
            1 => $"{Names(know)} knows which came first",
            _ => $"{Names(know)} know which came first",
        };
        string rest = others.Length == 0 || know.Length == 0
            ? ""
            : $", {Names(others)} {(others.Length == 1 ? "does" : "do")} not";
        Measured[] have = [.. cells.Where(cell => cell.After.Mean >= HasShare)];
        Measured most = cells.MaxBy(cell => cell.After.Mean)!;
        string readable =
            Sentence.List(have.Select(cell => Sentence.Cell(cell.Cell, $"{cell.After.Bare} of its variance", cells.Count)));
        string position = have.Length == 0
            ? $"the position itself is in no state: at most {most.After.Percent} of its variance can be read off, with " +
                $"{most.Cell}"
            : $"the position itself can be read off the state of {readable}{(have.Length == cells.Count ? "" : ", of no other")}";
        int learned = cells.Count(cell => cell.After.Mean > cell.Before.Mean);
        return $"Of two words among {words}, {order}{rest}; {position}; training put more of it there in {learned} of " +
            $"{cells.Count} cells ({Sentence.Seeds(seeds)}; mean, least and most).";
    }

    private static Result Train(
        CellChoice cell, ulong seed, IReadOnlyList<int> lengths, IReadOnlyList<int> trained, ExperimentSettings settings,
        CancellationToken cancellationToken)
    {
        var training = new SentenceTraining(new PositionTask(), cell, settings.Hidden, Layers, seed);
        (double before, _) = Probe(training, lengths[^1]);
        training.Run(trained, LearningRate, settings.Steps!.Value, cancellationToken);
        (double after, double[] error) = Probe(training, lengths[^1]);
        return new Result(
            training.Learned, training.Steps, [.. training.Curve], [.. lengths.Select(length => training.Accuracy(length))],
            before, after, error);
    }

    // One half of the sentences for the line, the other for what it says.
    private static (double Explained, double[] Error) Probe(SentenceTraining training, int length)
    {
        float[][][] states = SentenceStates.Of(training.Network, training.Test(length, 2 * ProbeRows));
        float[][] fit = [.. states[..ProbeRows].SelectMany(row => row)];
        float[][] test = [.. states[ProbeRows..].SelectMany(row => row)];
        double[] positions = [.. Enumerable.Range(0, fit.Length).Select(i => (double)(i % length + 1))];
        var probe = LinearProbe.Fit(fit, positions);
        double[] error =
        [
            .. Enumerable.Range(0, length).Select(
                t => Enumerable.Range(0, ProbeRows).Average(row => Math.Abs(probe.Read(test[row * length + t]) - t - 1))),
        ];
        return (probe.Explained(test, positions), error);
    }

    private static IEnumerable<Spread> Errors(Result[] ofCell) =>
        ofCell[0].Error.Select((_, t) => Spread.Of(ofCell.Select(result => result.Error[t])));

    private static void Draw(
        ExperimentSettings settings, IReadOnlyList<int> lengths, (CellChoice Cell, int Seed)[] runs, Result[] results,
        ExperimentLog log)
    {
        Result[] Of(CellChoice cell) => [.. results.Where((_, i) => runs[i].Cell == cell)];

        log.Chart(new ExperimentChart(
            "order", "Which of two words came first?",
            "Right answers, mean over the seeds, least and most; the longest sentences are of a length that was not trained.",
            new("words"), new("accuracy"),
            [
                .. settings.Cells!.Select(cell => new ChartSeries(
                    cell.Name,
                    [
                        .. lengths.Select((length, place) =>
                            ChartPoint.Of(length, Spread.Of(Of(cell).Select(result => result.Accuracy[place])))),
                    ])),
                new ChartSeries("guessing", [new(lengths[0], 0.5), new(lengths[^1], 0.5)], IsBound: true),
            ]));
        log.Chart(new ExperimentChart(
            "probe", "Position read off the state",
            "The share of the position's variance that a straight line reads, mean over the seeds, least and most.",
            new("cell"), new("share of the variance"),
            [
                new("before training", Bars(result => result.Before)), new("after training", Bars(result => result.After)),
            ])
        {
            Names = [.. settings.Cells!.Select(cell => cell.Name)],
        });
        log.Chart(new ExperimentChart(
            "error", "How far off the position is read",
            "After the training, mean over sentences and seeds: where the line goes up, the state says less of how far it is.",
            new("word"), new("words"),
            [
                .. settings.Cells!.Select(cell => new ChartSeries(
                    cell.Name, [.. Errors(Of(cell)).Select((error, t) => ChartPoint.Of(t + 1, error))])),
            ]));

        ChartPoint[] Bars(Func<Result, double> share) =>
            [.. settings.Cells!.Select((cell, place) => ChartPoint.Of(place, Spread.Of(Of(cell).Select(share))))];
    }

    private sealed record Result(
        bool Learned, int Steps, double[] Curve, double[] Accuracy, double Before, double After, double[] Error);
}
