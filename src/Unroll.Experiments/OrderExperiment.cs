using System.Globalization;
using Unroll.Engine.Numerics;
using Unroll.Evaluation;

namespace Unroll.Experiments;

/// <summary>
/// Recurrent classifiers against a bag of embeddings of the same size on labelled sentences, with the words in order and
/// shuffled: what is lost with the order is what the order was good for.
/// </summary>
internal sealed class OrderExperiment : IExperiment
{
    private const string Bag = "bag";
    private const int Embedding = 64;
    private const float LearningRate = 0.001f;

    public string Name => "order";

    public string Question => "Does the order of the words matter on real data?";

    public bool ReadsData => true;

    public IReadOnlyList<CellChoice> Cells => CellChoice.All;

    public ExperimentSettings Defaults(bool full) => new()
    {
        Cells = [.. CellChoice.Usual.Where(choice => choice.IsPlain), CellChoice.Named("rnn-attention")],
        Seeds = full ? 20 : 10,
        Steps = full ? 15 : 6,
        Hidden = full ? 128 : 64,
    };

    public void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken)
    {
        ExperimentRows rows = settings.Rows
            ?? throw new ArgumentException($"the experiment {Name} needs labelled rows", nameof(settings));
        int seeds = settings.Seeds!.Value;
        // Where no rows are given to measure on, each seed measures on others.
        RowTexts[] splits = [.. Enumerable.Range(1, rows.Dev is null ? seeds : 1).Select(split => RowTexts.Of(rows, split))];
        RowTexts Split(int seed) => splits[(seed - 1) % splits.Length];
        IReadOnlyList<string> names = [Bag, .. settings.Cells!.Select(cell => cell.Name)];
        log.Line(
            "settings", ("data", rows.Name), ("train_rows", splits[0].Train.Count), ("test_rows", splits[0].Test.Count),
            ("splits", splits.Length), ("cells", names), ("seeds", seeds), ("epochs", settings.Steps), ("embedding", Embedding),
            ("hidden", settings.Hidden), ("vocabulary", splits[0].Vocabulary.Size));
        (CellChoice? Cell, bool Shuffled, int Seed)[] runs =
        [
            .. from cell in (CellChoice?[])[null, .. settings.Cells!]
               from shuffled in (bool[])[false, true]
               from seed in Enumerable.Range(1, seeds)
               select (cell, shuffled, seed),
        ];
        double[][] curves = ParallelRuns.Of(
            runs,
            run =>
            {
                ulong seed = (ulong)run.Seed;
                int epochs = settings.Steps!.Value;
                RowTexts texts = Split(run.Seed);
                if (run.Shuffled)
                    texts = texts.Shuffled(new TorchGenerator(1_000_000 + seed));
                return run.Cell is { } cell
                    ? RowTraining.Cell(
                        cell, texts, Embedding, settings.Hidden, LearningRate, epochs, seed, cancellationToken).Accuracy
                    : RowTraining.Bag(texts, Embedding, LearningRate, epochs, seed, cancellationToken);
            },
            log, cancellationToken);

        var shownRows = new List<string[]>();
        var measured = new List<Measured>();
        foreach (CellChoice? cell in (CellChoice?[])[null, .. settings.Cells!])
        {
            string cellName = cell?.Name ?? Bag;
            double[][] best = new double[2][];
            foreach (bool shuffled in (bool[])[false, true])
            {
                double[][] repeated = [.. curves.Where((_, i) => runs[i].Cell == cell && runs[i].Shuffled == shuffled)];
                for (int seed = 1; seed <= repeated.Length; seed++)
                {
                    log.Line(
                        "run", ("cell", cellName), ("shuffled", shuffled), ("seed", seed),
                        ("accuracy", repeated[seed - 1].Max()), ("curve", repeated[seed - 1]));
                }
                best[shuffled ? 1 : 0] = [.. repeated.Select(curve => curve.Max())];
            }
            var of = new Measured(cellName, best[0], best[1]);
            measured.Add(of);
            log.Line(
                "summary", ("cell", cellName), ("accuracy_in_order", of.InOrder.Mean), ("accuracy_shuffled", of.Shuffled.Mean),
                ("difference", of.Difference.Mean));
            shownRows.Add(
                [cellName, of.InOrder.InPercent, of.Shuffled.InPercent, $"{100 * of.Difference.Mean:+0.0;-0.0;0.0}"]);
        }
        string measuredOn = splits.Length > 1
            ? $"{splits[0].Test.Count} rows of {rows.Name} in each of {splits.Length} splits"
            : $"{splits[0].Test.Count} rows of {rows.Name}";
        log.Table(
            $"Accuracy in % on {measuredOn} (best epoch of {settings.Steps}, " +
            $"mean of {settings.Seeds} seeds, least and most; embedding {Embedding}, hidden {settings.Hidden})",
            ["cell", "in order", "shuffled", "difference"], shownRows);
        log.Chart(new ExperimentChart(
            "order", "Accuracy with the words in order and shuffled", "Of the best epoch, mean over the seeds, least and most.",
            new("cell"), new("accuracy"),
            [
                new("in order", [.. measured.Select((cell, place) => ChartPoint.Of(place, cell.InOrder))]),
                new("shuffled", [.. measured.Select((cell, place) => ChartPoint.Of(place, cell.Shuffled))]),
            ])
        {
            Names = names,
        });
        log.Conclude(Verdict(measured, seeds));
    }

    /// <summary>What a cell reached.</summary>
    /// <param name="Cell">Its name.</param>
    /// <param name="OfInOrder">Accuracy of each seed with the words in order.</param>
    /// <param name="OfShuffled">The same with the words shuffled.</param>
    internal sealed record Measured(string Cell, double[] OfInOrder, double[] OfShuffled)
    {
        public Spread InOrder => Spread.Of(OfInOrder);

        public Spread Shuffled => Spread.Of(OfShuffled);

        public Spread Difference => Spread.Of(Differences);

        /// <summary>Whether the order is worth something beyond what chance would do: the 95 % interval lies above 0.</summary>
        public bool UsesOrder => OfInOrder.Length > 1 ? MeanInterval.Of(Differences).Low > 0 : Difference.Mean > 0;

        private double[] Differences => [.. OfInOrder.Zip(OfShuffled, (inOrder, shuffled) => inOrder - shuffled)];
    }

    internal static string Verdict(IReadOnlyList<Measured> cells, int seeds)
    {
        string Points(Measured cell) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{cell.Cell} ({100 * cell.Difference.Mean:0.0}, {100 * cell.Difference.Least:0.0} to " +
                $"{100 * cell.Difference.Most:0.0})");

        Measured[] use = [.. cells.Where(cell => cell.UsesOrder)];
        string loses = use.Length == 0
            ? "Shuffling the words costs no cell more than chance would"
            : $"Shuffling the words costs {Sentence.List(use.Select(Points))} points of accuracy beyond chance, and the " +
                "others nothing sure";
        Measured best = cells.MaxBy(cell => cell.InOrder.Mean)!;
        return $"{loses}; with the words in order {best.Cell} is best, {best.InOrder.Percent} " +
            $"({Sentence.Seeds(seeds)}; mean, least and most).";
    }
}
