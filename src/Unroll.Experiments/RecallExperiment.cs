namespace Unroll.Experiments;

/// <summary>How much a state of fixed size holds: pairs of names and drinks, of which one is asked for in the end.</summary>
internal sealed class RecallExperiment : IExperiment
{
    private const int Layers = 2;

    public string Name => "recall";

    public string Question => "How many pairs does a state of fixed size hold? (associative recall)";

    public IReadOnlyList<CellChoice> Cells => CellChoice.All;

    public ExperimentSettings Defaults(bool full) => new()
    {
        Cells = [.. CellChoice.Plains, CellChoice.Named("rnn-attention")],
        Lengths = [1, 2, 4, 6],
        GreatestLength = RecallTask.Names,
        Sizes = full ? [8, 16, 32, 64, 128, 256] : [8, 16, 64],
        Rates = full ? [0.001, 0.002, 0.004, 0.008, 0.016] : [0.003, 0.01],
        Seeds = full ? 5 : 2,
        Steps = full ? 50_000 : 5000,
    };

    public void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken)
    {
        IReadOnlyList<int> pairs = [.. settings.Lengths!.Order()];
        IReadOnlyList<int> sizes = [.. settings.Sizes!.Order()];
        log.Line(
            "settings", ("cells", settings.Cells!.Select(cell => cell.Name)), ("lengths", pairs), ("sizes", sizes),
            ("rates", settings.Rates), ("seeds", settings.Seeds), ("steps", settings.Steps), ("layers", Layers),
            ("batch", SentenceTraining.BatchSize), ("names", RecallTask.Names), ("drinks", RecallTask.Drinks));
        var runs = SentenceRuns.Of(
            () => new RecallTask(), settings, sizes, pairs, pairs, Layers, log, cancellationToken);

        var rows = new List<string[]>();
        var measured = new List<Measured>();
        foreach (CellChoice cell in settings.Cells!)
        {
            foreach (int hidden in sizes)
            {
                SentenceRun[] best = runs.Best(cell, hidden);
                Spread[] spreads = [.. pairs.Select((_, place) => SentenceRuns.Accuracy(best, place))];
                log.Line(
                    "summary", ("cell", cell.Name), ("hidden", hidden), ("rate", best[0].Rate),
                    ("accuracy", spreads.Select(spread => spread.Mean)), ("least", spreads.Select(spread => spread.Least)),
                    ("most", spreads.Select(spread => spread.Most)));
                rows.Add([
                    $"{cell.Name} {hidden}", ExperimentLog.Short(best[0].Rate), .. spreads.Select(spread => spread.InPercent),
                ]);
            }
            measured.Add(new Measured(
                cell.Name, SentenceRuns.Accuracy(runs.Best(cell, sizes[0]), pairs.Count - 1),
                SentenceRuns.Accuracy(runs.Best(cell, sizes[^1]), pairs.Count - 1)));
        }
        string seeds = Sentence.Seeds(settings.Seeds!.Value);
        log.Table(
            $"Drinks that are recalled, in %, by the number of pairs (guessing {100.0 / RecallTask.Drinks:0}; {Layers} layers, " +
            $"at most {settings.Steps} steps, {seeds}, least and most; the learning rate with the least loss)",
            ["cell and units", "rate", .. pairs.Select(count => $"{count}")], rows);
        log.Table(
            $"The same for {pairs[^1]} pairs and {sizes[^1]} units, by learning rate",
            ["cell", .. settings.Rates!.Select(ExperimentLog.Short)],
            [
                .. settings.Cells!.Select(cell => (string[])
                [
                    cell.Name,
                    .. settings.Rates!.Select(
                        rate => SentenceRuns.Accuracy(runs.Of(cell, sizes[^1], rate), pairs.Count - 1).InPercent),
                ]),
            ]);
        Draw(settings, pairs, sizes, runs, log);
        log.Conclude(Verdict(measured, pairs[^1], sizes[0], sizes[^1], settings.Seeds!.Value));
    }

    /// <summary>What a cell recalls of the most pairs.</summary>
    /// <param name="Cell">Its name.</param>
    /// <param name="Small">With the fewest units.</param>
    /// <param name="Large">With the most units.</param>
    internal sealed record Measured(string Cell, Spread Small, Spread Large)
    {
        /// <summary>Whether every seed with many units recalls more than every seed with few.</summary>
        public bool Gains => Large.Least > Small.Most;
    }

    internal static string Verdict(IReadOnlyList<Measured> cells, int pairs, int few, int many, int seeds)
    {
        Measured best = cells.MaxBy(cell => cell.Large.Mean)!;
        string[] gain = [.. cells.Where(cell => cell.Gains).Select(cell => cell.Cell)];
        string[] rest = [.. cells.Where(cell => !cell.Gains).Select(cell => cell.Cell)];
        string size = few == many
            ? $"{best.Cell} recalls most of {pairs} pairs with {many} units, {best.Large.Percent}"
            : $"Of {pairs} pairs {best.Cell} recalls most, {best.Large.Percent} with {many} units and {best.Small.Percent} " +
                $"with {few}";
        string grows = (gain.Length, rest.Length) switch
        {
            _ when few == many || seeds == 1 => "",
            (_, 0) => "; the state decides: every cell recalls more with more units",
            (0, _) => "; but the state does not decide: no cell recalls more with more units in every seed",
            _ => $"; more units recall more with {Sentence.List(gain)}, in every seed, and not with {Sentence.List(rest)}",
        };
        return $"{size}{grows} ({Sentence.Seeds(seeds)}; mean, least and most; guessing is {100.0 / RecallTask.Drinks:0} %).";
    }

    private static void Draw(
        ExperimentSettings settings, IReadOnlyList<int> pairs, IReadOnlyList<int> sizes, SentenceRuns runs, ExperimentLog log)
    {
        ChartSeries Guessing(double from, double to) =>
            new("guessing", [new(from, 1.0 / RecallTask.Drinks), new(to, 1.0 / RecallTask.Drinks)], IsBound: true);

        log.Chart(new ExperimentChart(
            "pairs", $"Recall by the number of pairs, {sizes[^1]} units",
            "Mean over the seeds, least and most; the learning rate with the least loss.",
            new("pairs"), new("accuracy"),
            [
                .. settings.Cells!.Select(cell => new ChartSeries(
                    cell.Name,
                    [
                        .. pairs.Select((count, place) =>
                            ChartPoint.Of(count, SentenceRuns.Accuracy(runs.Best(cell, sizes[^1]), place))),
                    ])),
                Guessing(pairs[0], pairs[^1]),
            ]));
        log.Chart(new ExperimentChart(
            "units", $"Recall of {pairs[^1]} pairs by the size of the state",
            "Mean over the seeds, least and most; the learning rate with the least loss.",
            new("hidden units", ChartScale.Log), new("accuracy"),
            [
                .. settings.Cells!.Select(cell => new ChartSeries(
                    cell.Name,
                    [
                        .. sizes.Select(hidden =>
                            ChartPoint.Of(hidden, SentenceRuns.Accuracy(runs.Best(cell, hidden), pairs.Count - 1))),
                    ])),
                Guessing(sizes[0], sizes[^1]),
            ]));
        log.Chart(new ExperimentChart(
            "rates", $"Recall of {pairs[^1]} pairs by learning rate, {sizes[^1]} units",
            "Mean over the seeds, least and most: a cell that fails at one rate may learn at another.",
            new("learning rate", ChartScale.Log), new("accuracy"),
            [
                .. settings.Cells!.Select(cell => new ChartSeries(
                    cell.Name,
                    [
                        .. settings.Rates!.Order().Select(rate =>
                            ChartPoint.Of(rate, SentenceRuns.Accuracy(runs.Of(cell, sizes[^1], rate), pairs.Count - 1))),
                    ])),
            ]));
    }
}
