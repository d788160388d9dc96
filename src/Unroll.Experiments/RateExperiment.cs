namespace Unroll.Experiments;

/// <summary>How narrow the learning rates are with which a cell learns: rates by factors of two, on one task.</summary>
internal sealed class RateExperiment : IExperiment
{
    private const int Layers = 1;

    public string Name => "rate";

    public string Question => "How narrow is the range of learning rates that works, cell by cell?";

    public IReadOnlyList<CellChoice> Cells => CellChoice.All;

    public ExperimentSettings Defaults(bool full) => new()
    {
        Cells = CellChoice.PlainsAndTransformer,
        Lengths = full ? [50] : [20],
        LeastLength = 1,
        Rates = [.. Enumerable.Range(full ? -16 : -13, full ? 17 : 13).Select(power => Math.Pow(2, power))],
        Seeds = full ? 10 : 3,
        Steps = full ? 10_000 : 600,
        Hidden = 32,
    };

    public void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken)
    {
        IReadOnlyList<int> lengths = [.. settings.Lengths!.Order()];
        double[] rates = [.. settings.Rates!.Order()];
        log.Line(
            "settings", ("cells", settings.Cells!.Select(cell => cell.Name)), ("lengths", lengths), ("rates", rates),
            ("seeds", settings.Seeds), ("steps", settings.Steps), ("hidden", settings.Hidden), ("layers", Layers),
            ("batch", SentenceTraining.BatchSize));
        var runs = SentenceRuns.Of(
            () => new ForgetTask(), settings, [settings.Hidden], lengths, lengths, Layers, log, cancellationToken);
        int seeds = settings.Seeds!.Value;
        var rows = new List<string[]>();
        var measured = new List<Measured>();
        foreach (CellChoice cell in settings.Cells!)
        {
            int[] learned = [.. rates.Select(rate => runs.Of(cell, settings.Hidden, rate).Count(run => run.Learned))];
            var of = new Measured(cell.Name, rates, learned, seeds);
            measured.Add(of);
            log.Line(
                "summary", ("cell", cell.Name), ("learned", learned), ("works", of.Works.Count),
                ("least_rate", of.Works.Count == 0 ? double.NaN : of.Works[0]),
                ("most_rate", of.Works.Count == 0 ? double.NaN : of.Works[^1]));
            rows.Add([cell.Name, .. learned.Select(count => $"{count}"), $"{of.Works.Count} of {rates.Length}"]);
        }
        log.Table(
            $"Of {Sentence.Seeds(seeds)}, how many learned in {settings.Steps} steps, by learning rate " +
            $"(one colour among {lengths[^1]} words; hidden {settings.Hidden}); and the rates with which all did",
            ["cell", .. rates.Select(ExperimentLog.Short), "rates"], rows);
        Draw(settings, rates, runs, log);
        log.Conclude(Verdict(measured, seeds));
    }

    /// <summary>With which rates a cell learned.</summary>
    /// <param name="Cell">Its name.</param>
    /// <param name="Rates">The rates, ascending.</param>
    /// <param name="Learned">How many seeds learned with each.</param>
    /// <param name="Seeds">How many there are.</param>
    internal sealed record Measured(string Cell, IReadOnlyList<double> Rates, IReadOnlyList<int> Learned, int Seeds)
    {
        /// <summary>The rates with which every seed learned.</summary>
        public IReadOnlyList<double> Works => [.. Rates.Where((_, i) => Learned[i] == Seeds)];
    }

    internal static string Verdict(IReadOnlyList<Measured> cells, int seeds)
    {
        string Range(Measured cell) => cell.Works.Count switch
        {
            0 => $"{cell.Cell} none",
            1 => Sentence.Cell($"{cell.Cell} one", ExperimentLog.Short(cell.Works[0]), cells.Count),
            _ => Sentence.Cell(
                $"{cell.Cell} {cell.Works.Count}",
                $"{ExperimentLog.Short(cell.Works[0])} to {ExperimentLog.Short(cell.Works[^1])}", cells.Count),
        };
        Measured[] sorted = [.. cells.OrderByDescending(cell => cell.Works.Count)];
        int most = sorted[0].Works.Count;
        int least = sorted[^1].Works.Count;
        string narrow = cells.Count == 1 ? ""
            : most == least ? "; none is more choosy than another"
            : $"; {Sentence.List(sorted.Where(cell => cell.Works.Count == least).Select(cell => cell.Cell))} " +
              $"{(sorted.Count(cell => cell.Works.Count == least) == 1 ? "is" : "are")} the most choosy";
        double[] everywhere = [.. cells[0].Rates.Where(rate => cells.All(cell => cell.Works.Contains(rate)))];
        string common = everywhere.Length == 0
            ? "; no rate suits all"
            : cells.Count == 1 ? "" : $"; {ExperimentLog.Short(everywhere[^1])} suits all";
        return $"Of {cells[0].Rates.Count} learning rates by factors of two, so many work in every seed: " +
            $"{Sentence.List(sorted.Select(Range))}{narrow}{common} ({Sentence.Seeds(seeds)}).";
    }

    private static void Draw(ExperimentSettings settings, double[] rates, SentenceRuns runs, ExperimentLog log)
    {
        SentenceRun[] Of(CellChoice cell, double rate) => runs.Of(cell, settings.Hidden, rate);

        log.Chart(new ExperimentChart(
            "loss", "Loss at the end of training by learning rate",
            "Mean over the seeds, least and most. A cross at the top: the loss of every seed is no number any more; " +
            "2 of 3: it still is one in two seeds.",
            new("learning rate", ChartScale.Log), new("cross-entropy", ChartScale.Log),
            [
                .. settings.Cells!.Select(cell => new ChartSeries(
                    cell.Name,
                    [.. rates.Select(rate => ChartPoint.OfFinite(rate, Of(cell, rate).Select(run => run.Curve[^1])))])),
                new ChartSeries("guessing", [new(rates[0], Math.Log(4)), new(rates[^1], Math.Log(4))], IsBound: true),
            ]));
        log.Chart(new ExperimentChart(
            "learned", "Seeds that learned by learning rate", "The share of the seeds whose loss came next to nothing.",
            new("learning rate", ChartScale.Log), new("share of the seeds"),
            [
                .. settings.Cells!.Select(cell => new ChartSeries(
                    cell.Name,
                    [.. rates.Select(rate => new ChartPoint(rate, Of(cell, rate).Average(run => run.Learned ? 1.0 : 0.0)))])),
            ]));
    }
}
