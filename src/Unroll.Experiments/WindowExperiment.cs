using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Text;

namespace Unroll.Experiments;

/// <summary>
/// How far back a word still changes the answer of a model that was trained on real rows: each word of the rows to measure on is
/// replaced by the unknown word, and the change of the answer's probability is taken by its distance from the end.
/// </summary>
internal sealed class WindowExperiment : IExperiment
{
    private const int Embedding = 32;
    private const float LearningRate = 0.003f;
    private const int MostRows = 400;

    // A distance counts as long as so many rows reach it.
    private const int LeastRows = 15;

    // The window: the words that make up this share of all changes.
    private const double WindowShare = 0.9;

    public string Name => "window";

    public string Question => "How far back does a word still change the answer of a model of real rows?";

    public bool ReadsData => true;

    public Tokenizer Tokenizer => new(TokenKind.Word);

    public IReadOnlyList<CellChoice> Cells => CellChoice.All;

    public ExperimentSettings Defaults(bool full) => new()
    {
        Cells = [.. CellChoice.Plains, CellChoice.Named("rnn-attention")],
        // The furthest distance.
        Lengths = full ? [200] : [40],
        Seeds = full ? 10 : 5,
        Steps = full ? 20 : 10,
        Hidden = 32,
    };

    public void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken)
    {
        ExperimentRows rows = settings.Rows
            ?? throw new ArgumentException($"the experiment {Name} needs labelled rows", nameof(settings));
        int seeds = settings.Seeds!.Value;
        RowTexts[] splits = [.. Enumerable.Range(1, rows.Dev is null ? seeds : 1).Select(split => RowTexts.Of(rows, split))];
        int furthest = Furthest(splits, settings.Lengths!.Max());
        log.Line(
            "settings", ("data", rows.Name), ("train_rows", splits[0].Train.Count), ("test_rows", splits[0].Test.Count),
            ("cells", settings.Cells!.Select(cell => cell.Name)), ("seeds", seeds), ("epochs", settings.Steps),
            ("embedding", Embedding), ("hidden", settings.Hidden), ("learning_rate", (double)LearningRate),
            ("vocabulary", splits[0].Vocabulary.Size), ("furthest", furthest));
        (CellChoice Cell, int Seed)[] runs =
            [.. from cell in settings.Cells! from seed in Enumerable.Range(1, seeds) select (cell, seed)];
        Result[] results = ParallelRuns.Of(
            runs,
            run =>
            {
                RowTexts texts = splits[(run.Seed - 1) % splits.Length];
                (Network network, double[] accuracy) = RowTraining.Cell(
                    run.Cell, texts, Embedding, settings.Hidden, LearningRate, settings.Steps!.Value, (ulong)run.Seed,
                    cancellationToken);
                double[] changes = Changes(network, texts.Test, furthest, texts.Vocabulary.IdOf(Vocabulary.Unknown));
                return new Result(accuracy[^1], changes, Window(changes));
            },
            log, cancellationToken);

        var tableRows = new List<string[]>();
        var measured = new List<Measured>();
        int[] shown = [.. ((int[])[0, 1, 2, 5, 10, 20, 50, 100]).Where(distance => distance <= furthest)];
        foreach (CellChoice cell in settings.Cells!)
        {
            Result[] ofCell = [.. results.Where((_, i) => runs[i].Cell == cell)];
            for (int seed = 1; seed <= ofCell.Length; seed++)
            {
                Result result = ofCell[seed - 1];
                log.Line(
                    "run", ("cell", cell.Name), ("seed", seed), ("accuracy", result.Accuracy), ("window", result.Window),
                    ("change", result.Changes));
            }
            double[] mean = [.. Enumerable.Range(0, furthest + 1).Select(d => ofCell.Average(result => result.Changes[d]))];
            var of = new Measured(
                cell.Name, Spread.Of(ofCell.Select(result => result.Accuracy)),
                Spread.Of(ofCell.Select(result => (double)result.Window)));
            measured.Add(of);
            log.Line(
                "summary", ("cell", cell.Name), ("accuracy", of.Accuracy.Mean), ("window", of.Window.Mean),
                ("window_least", of.Window.Least), ("window_most", of.Window.Most), ("change", mean));
            tableRows.Add([
                cell.Name, of.Accuracy.InPercent, .. shown.Select(d => ExperimentLog.Short(100 * mean[d])), of.Window.Short,
            ]);
        }
        log.Table(
            $"Change of the answer's probability, in points, when the word so far before the end of a row of {rows.Name} is " +
            "replaced; " +
            $"and the last words that make up {100 * WindowShare:0} % of all changes within {furthest + 1} " +
            $"(hidden {settings.Hidden}, {Sentence.Seeds(seeds)}, least and most)",
            ["cell", "accuracy", .. shown.Select(d => $"{d}"), "window"], tableRows);
        Draw(settings, furthest, runs, results, log);
        log.Conclude(Verdict(measured, furthest + 1, rows.Name, seeds));
    }

    /// <summary>What a cell did.</summary>
    /// <param name="Cell">Its name.</param>
    /// <param name="Accuracy">On rows that were not learned.</param>
    /// <param name="Window">How many of the last words make up nine tenths of all changes.</param>
    internal sealed record Measured(string Cell, Spread Accuracy, Spread Window);

    internal static string Verdict(IReadOnlyList<Measured> cells, int words, string data, int seeds)
    {
        // Were all distances alike, so many words would make up that share.
        double even = WindowShare * words;
        Measured[] sorted = [.. cells.OrderBy(cell => cell.Window.Mean)];
        string windows = Sentence.List(sorted.Select(cell => $"{cell.Window.Short} with {cell.Cell}"));
        Measured[] whole = [.. sorted.Where(cell => cell.Window.Most >= even)];
        string limited = (whole.Length, sorted.Length - whole.Length) switch
        {
            (0, _) => "every cell looks back less than that",
            (_, 0) => "no cell is short of that in every seed",
            _ => $"{Sentence.List(sorted.Except(whole).Select(cell => cell.Cell))} " +
                $"{(sorted.Length - whole.Length == 1 ? "looks" : "look")} back less in every seed",
        };
        return $"On {data}, {100 * WindowShare:0} % of what single words change lies within the last {windows} of {words} " +
            "words; " +
            $"if all counted alike it would be {ExperimentLog.Short(even)}: {limited} ({Sentence.Seeds(seeds)}; mean, least " +
            "and most).";
    }

    /// <summary>How many of the last words make up nine tenths of all changes.</summary>
    /// <param name="changes">The mean change by the distance from the end.</param>
    internal static int Window(IReadOnlyList<double> changes)
    {
        double all = changes.Sum();
        double sum = 0;
        for (int d = 0; d < changes.Count; d++)
        {
            sum += changes[d];
            if (sum >= WindowShare * all)
                return d + 1;
        }
        return changes.Count;
    }

    /// <summary>The mean change of the answer's probability by the distance of the replaced word from the end.</summary>
    /// <param name="network">The network.</param>
    /// <param name="texts">The rows; of very many the first ones.</param>
    /// <param name="furthest">The furthest distance.</param>
    /// <param name="replacement">The word that replaces another.</param>
    internal static double[] Changes(Network network, EncodedTexts texts, int furthest, int replacement)
    {
        double[] sums = new double[furthest + 1];
        int[] counts = new int[furthest + 1];
        for (int row = 0; row < Math.Min(texts.Count, MostRows); row++)
        {
            int[] ids = texts.IdsOf(row).ToArray();
            int distances = Math.Min(ids.Length, furthest + 1);
            var variants = new EncodedTexts();
            variants.Add(ids, label: 0);
            for (int d = 0; d < distances; d++)
            {
                int[] changed = [.. ids];
                changed[^(d + 1)] = replacement;
                variants.Add(changed, label: 0);
            }
            double[][] probabilities = SentenceStates.Probabilities(network, variants);
            int answer = Array.IndexOf(probabilities[0], probabilities[0].Max());
            for (int d = 0; d < distances; d++)
            {
                sums[d] += Math.Abs(probabilities[d + 1][answer] - probabilities[0][answer]);
                counts[d]++;
            }
        }
        return [.. sums.Select((sum, d) => counts[d] == 0 ? 0 : sum / counts[d])];
    }

    private static int Furthest(RowTexts[] splits, int most)
    {
        int least = splits.Min(split =>
        {
            int[] lengths =
                [.. Enumerable.Range(0, Math.Min(split.Test.Count, MostRows)).Select(split.Test.LengthOf).OrderDescending()];
            return lengths[Math.Min(LeastRows, lengths.Length) - 1];
        });
        return Math.Min(most, least - 1);
    }

    private static void Draw(
        ExperimentSettings settings, int furthest, (CellChoice Cell, int Seed)[] runs, Result[] results, ExperimentLog log)
    {
        Result[] Of(CellChoice cell) => [.. results.Where((_, i) => runs[i].Cell == cell)];

        log.Chart(new ExperimentChart(
            "change", "How much a word changes the answer, by its distance from the end",
            "Mean change of the answer's probability when the word is replaced; mean over the seeds, least and most.",
            new("words before the end"), new("change of the probability"),
            [
                .. settings.Cells!.Select(cell => new ChartSeries(
                    cell.Name,
                    [
                        .. Enumerable.Range(0, furthest + 1).Select(
                            d => ChartPoint.Of(d, Spread.Of(Of(cell).Select(result => result.Changes[d])))),
                    ])),
            ]));
        log.Chart(new ExperimentChart(
            "window", "The window", $"The last words that make up {100 * WindowShare:0} % of all changes; mean, least and most.",
            new("cell"), new("words"),
            [
                new(
                    "window",
                    [
                        .. settings.Cells!.Select((cell, place) =>
                            ChartPoint.Of(place, Spread.Of(Of(cell).Select(result => (double)result.Window)))),
                    ]),
            ])
        {
            Names = [.. settings.Cells!.Select(cell => cell.Name)],
        });
    }

    private sealed record Result(double Accuracy, double[] Changes, int Window);
}
