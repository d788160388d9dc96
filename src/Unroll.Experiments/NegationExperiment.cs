namespace Unroll.Experiments;

/// <summary>
/// Who follows a state and who does not: sentences with k times "not", whose label the parity of k decides, trained on few of
/// them and measured on many.
/// </summary>
internal sealed class NegationExperiment : IExperiment
{
    private const int Layers = 2;
    private const float LearningRate = 0.003f;

    // Follows: this share of the sentences that are longer than any trained one.
    private const double FollowsShare = 0.9;

    public string Name => "negation";

    public string Question => "Who still knows what \"not not … good\" means with more \"not\" than in training?";

    public IReadOnlyList<CellChoice> Cells => CellChoice.All;

    public ExperimentSettings Defaults(bool full) => new()
    {
        Cells = CellChoice.PlainsAndTransformer,
        Lengths = full ? [8, 16, 24, 32, 40, 100, 200] : [8, 16, 24, 32, 40],
        Seeds = full ? 20 : 5,
        Steps = full ? 20_000 : 4000,
        Hidden = 32,
    };

    public void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken)
    {
        // The first length is the most that is trained.
        IReadOnlyList<int> ends = [.. settings.Lengths!.Order()];
        log.Line(
            "settings", ("cells", settings.Cells!.Select(cell => cell.Name)), ("lengths", ends), ("seeds", settings.Seeds),
            ("steps", settings.Steps), ("hidden", settings.Hidden), ("layers", Layers), ("learning_rate", (double)LearningRate),
            ("batch", SentenceTraining.BatchSize), ("trained_to", ends[0]));
        (CellChoice Cell, int Seed)[] runs =
        [
            .. from cell in settings.Cells! from seed in Enumerable.Range(1, settings.Seeds!.Value) select (cell, seed),
        ];
        Result[] results = ParallelRuns.Of(
            runs, run => Train(run.Cell, (ulong)run.Seed, ends, settings, cancellationToken), log, cancellationToken);

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
                    ("loss", result.Curve[^1]), ("accuracy", result.Accuracy), ("curve_every", SentenceTraining.CurveEvery),
                    ("curve", result.Curve));
            }
            Spread[] spreads =
            [
                .. ends.Select((end, i) => Spread.Of(
                    ofCell.Select(result => Between(result.Accuracy, i == 0 ? 0 : ends[i - 1] + 1, end)))),
            ];
            Spread beyond = Spread.Of(ofCell.Select(result => Between(result.Accuracy, ends[0] + 1, ends[^1])));
            measured.Add(new Measured(cell.Name, cell.TracksState, spreads[0], beyond));
            log.Line(
                "summary", ("cell", cell.Name), ("theory", cell.TracksState), ("trained", spreads[0].Mean),
                ("beyond", beyond.Mean), ("beyond_least", beyond.Least), ("beyond_most", beyond.Most),
                ("accuracy", spreads.Select(spread => spread.Mean)));
            rows.Add([cell.Name, cell.TracksState ? "can" : "cannot", .. spreads.Select(spread => spread.InPercent)]);
        }
        log.Table(
            $"Accuracy in % by how often \"not\" stands there, trained up to {ends[0]} times " +
            $"({Layers} layers, hidden {settings.Hidden}, {Sentence.Seeds(settings.Seeds!.Value)}, least and most)",
            ["cell", "theory", .. ends.Select((end, i) => i == 0 ? $"0–{end}" : $"{ends[i - 1] + 1}–{end}")], rows);
        log.Text(
            "Theory: a recurrence that multiplies its state by factors above 0 that the words alone decide, and a fixed " +
            "number of " +
            "layers of attention, cannot follow a parity at lengths that they did not see.");
        Draw(settings, ends, runs, results, log);
        log.Conclude(Verdict(measured, ends[0], ends[^1], settings.Seeds!.Value));
    }

    /// <summary>What a cell did.</summary>
    /// <param name="Cell">Its name.</param>
    /// <param name="CanByTheory">Whether theory says that it can follow a parity.</param>
    /// <param name="Trained">Accuracy at lengths of the training.</param>
    /// <param name="Beyond">Accuracy at longer ones.</param>
    internal sealed record Measured(string Cell, bool CanByTheory, Spread Trained, Spread Beyond)
    {
        public bool Follows => Beyond.Mean >= FollowsShare;
    }

    internal static string Verdict(IReadOnlyList<Measured> cells, int trained, int most, int seeds)
    {
        string Group(bool follows)
        {
            Measured[] group = [.. cells.Where(cell => cell.Follows == follows)];
            if (group.Length == 0)
                return follows ? "no cell still knows the answer" : "no cell fails";
            var all = new Spread(
                group.Average(cell => cell.Beyond.Mean), group.Min(cell => cell.Beyond.Least),
                group.Max(cell => cell.Beyond.Most));
            string names = Sentence.List(group.Select(cell => cell.Cell));
            return follows
                ? $"{names} {(group.Length == 1 ? "is" : "are")} right about {all.Percent} of those"
                : $"{names} about {all.Percent}";
        }

        string[] below = [.. cells.Where(cell => cell.CanByTheory && !cell.Follows).Select(cell => cell.Cell)];
        string[] above = [.. cells.Where(cell => !cell.CanByTheory && cell.Follows).Select(cell => cell.Cell)];
        string theory = (below.Length, above.Length) switch
        {
            (0, 0) => "which is what theory says of each",
            (_, 0) => $"and {Sentence.List(below)}, which could by theory, did not learn it",
            (0, _) => $"against theory, which says that {Sentence.List(above)} cannot",
            _ => $"against theory, which says that {Sentence.List(above)} cannot and {Sentence.List(below)} can",
        };
        return $"Trained on up to {trained} times \"not\" and asked with {trained + 1} to {most}: {Group(follows: true)}, " +
            $"{Group(follows: false)}, {theory} ({Sentence.Seeds(seeds)}; mean, least and most; guessing is 50 %).";
    }

    private static double Between(double[] accuracy, int first, int last) =>
        accuracy[Math.Min(first, accuracy.Length - 1)..(last + 1)].Average();

    private static Result Train(
        CellChoice cell, ulong seed, IReadOnlyList<int> ends, ExperimentSettings settings, CancellationToken cancellationToken)
    {
        var training = new SentenceTraining(new NegationTask(), cell, settings.Hidden, Layers, seed);
        training.Run([.. Enumerable.Range(0, ends[0] + 1)], LearningRate, settings.Steps!.Value, cancellationToken);
        double[] accuracy = [.. Enumerable.Range(0, ends[^1] + 1).Select(k => training.Accuracy(NegationTask.Both(k)))];
        return new Result(training.Learned, training.Steps, accuracy, [.. training.Curve]);
    }

    private static void Draw(
        ExperimentSettings settings, IReadOnlyList<int> ends, (CellChoice Cell, int Seed)[] runs, Result[] results,
        ExperimentLog log)
    {
        var accuracy = new List<ChartSeries>();
        var loss = new List<ChartSeries>();
        foreach (CellChoice cell in settings.Cells!)
        {
            Result[] ofCell = [.. results.Where((_, i) => runs[i].Cell == cell)];
            accuracy.Add(new ChartSeries(
                cell.Name,
                [
                    .. Enumerable.Range(0, ends[^1] + 1).Select(
                        k => ChartPoint.Of(k, Spread.Of(ofCell.Select(result => result.Accuracy[k])))),
                ]));
            loss.Add(LearningCurve.Of(cell.Name, [.. ofCell.Select(result => result.Curve)]));
        }
        accuracy.Add(new ChartSeries("guessing", [new(0, 0.5), new(ends[^1], 0.5)], IsBound: true));
        log.Chart(new ExperimentChart(
            "accuracy", "Right answers by the number of \"not\"",
            $"Mean over the seeds; trained up to {ends[0]}. Who follows the parity stays at 1.",
            new("times \"not\""), new("accuracy"), accuracy));
        log.Chart(new ExperimentChart(
            "loss", "Loss while training",
            "Mean over the seeds; a seed that is done keeps its last value. All these sentences are of trained lengths.",
            new("step"), new("cross-entropy", ChartScale.Log), loss));
    }

    private sealed record Result(bool Learned, int Steps, double[] Accuracy, double[] Curve);
}
