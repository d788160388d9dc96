using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;

namespace Unroll.Experiments;

/// <summary>
/// How far back a cell can learn to use a word: sentences like "the cat … purrs", whose label depends on the first word only; the
/// others are drawn at random, anew in every step.
/// </summary>
internal sealed class MemoryExperiment : IExperiment
{
    // Two first words, then those that mean nothing; ids 0 and 1 are for padding and unknown words.
    private const int FirstWord = 2;
    private const int FirstFiller = 4;
    private const int Fillers = 8;
    private const int Embedding = 16;
    private const float LearningRate = 0.003f;
    private const int BatchSize = 32;
    private const int CheckEvery = 50;
    private const int TestRows = 200;
    private const double Learned = 0.99;

    public string Name => "memory";

    public string Question => "How long may a sentence be when its label depends on the first word?";

    public IReadOnlyList<CellChoice> Cells => CellChoice.All;

    public ExperimentSettings Defaults(bool full) => new()
    {
        Cells = CellChoice.Usual,
        Lengths = full ? [10, 20, 50, 100, 200, 500] : [10, 20, 30, 50, 100],
        Seeds = full ? 10 : 3,
        Steps = full ? 20_000 : 1500,
        Hidden = full ? 128 : 32,
    };

    public void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken)
    {
        log.Line(
            "settings", ("cells", settings.Cells!.Select(cell => cell.Name)), ("lengths", settings.Lengths),
            ("seeds", settings.Seeds), ("steps", settings.Steps), ("hidden", settings.Hidden), ("batch", BatchSize));
        (CellChoice Cell, int Length, int Seed)[] runs =
        [
            .. from length in settings.Lengths!.OrderDescending()
               from cell in settings.Cells!
               from seed in Enumerable.Range(1, settings.Seeds!.Value)
               select (cell, length, seed),
        ];
        Result[] results = ParallelRuns.Of(
            runs, run => Train(run.Cell, run.Length, (ulong)run.Seed, settings, cancellationToken), log, cancellationToken);
        var rows = new List<string[]>();
        var measured = new List<Measured>();
        var lines = new List<ChartSeries>();
        foreach (CellChoice cell in settings.Cells!)
        {
            var row = new List<string> { cell.Name };
            var counts = new List<int>();
            var points = new List<ChartPoint>();
            foreach (int length in settings.Lengths!)
            {
                Result[] repeated = [.. results.Where((_, i) => runs[i].Cell == cell && runs[i].Length == length)];
                for (int seed = 1; seed <= repeated.Length; seed++)
                {
                    Result result = repeated[seed - 1];
                    log.Line(
                        "run", ("cell", cell.Name), ("length", length), ("seed", seed), ("learned", result.Learned),
                        ("steps", result.Steps), ("accuracy", result.Accuracy[^1]), ("curve_every", CheckEvery),
                        ("curve", result.Accuracy));
                }
                int learned = repeated.Count(result => result.Learned);
                double steps = learned == 0
                    ? double.NaN
                    : repeated.Where(result => result.Learned).Average(result => result.Steps);
                log.Line(
                    "summary", ("cell", cell.Name), ("length", length), ("seeds", repeated.Length), ("learned", learned),
                    ("mean_steps", steps), ("mean_accuracy", repeated.Average(result => result.Accuracy[^1])));
                counts.Add(learned);
                points.Add(ChartPoint.Of(length, Spread.Of(repeated.Select(result => result.Accuracy[^1]))));
                row.Add(learned == 0 ? $"0 of {repeated.Length}" : $"{learned} of {repeated.Length} ({steps:0})");
            }
            rows.Add([.. row]);
            measured.Add(new Measured(cell.Name, settings.Lengths!, counts, settings.Seeds!.Value));
            lines.Add(new ChartSeries(cell.Name, [.. points.OrderBy(point => point.X)]));
        }
        log.Table(
            $"Seeds that learned the first word, and after how many steps (hidden {settings.Hidden}, " +
            $"at most {settings.Steps} steps of {BatchSize} sentences), by length of the sentence",
            ["cell", .. settings.Lengths!.Select(length => $"{length}")], rows);
        log.Chart(new ExperimentChart(
            "accuracy", "Right answers by the length of the sentence",
            "At the end of training, mean over the seeds, least and most; 0.5 is guessing.",
            new("words of the sentence", ChartScale.Log), new("accuracy"), lines));
        log.Chart(new ExperimentChart(
            "reach", "The longest sentence that every seed learns", $"Of {Sentence.Seeds(settings.Seeds!.Value)}; no bar: none.",
            new("cell"), new("words"),
            [new("words", [.. measured.Select((cell, place) => new ChartPoint(place, cell.Reach))])])
        {
            Names = [.. measured.Select(cell => cell.Cell)],
        });
        log.Conclude(Verdict(measured, settings.Seeds!.Value));
    }

    /// <summary>What a cell learned.</summary>
    /// <param name="Cell">Its name.</param>
    /// <param name="Lengths">Lengths of the sentences.</param>
    /// <param name="Learned">How many seeds learned each.</param>
    /// <param name="Seeds">How many there are.</param>
    internal sealed record Measured(string Cell, IReadOnlyList<int> Lengths, IReadOnlyList<int> Learned, int Seeds)
    {
        /// <summary>The longest sentence that every seed learned; 0 for none.</summary>
        public int Reach => Lengths.Where((_, i) => Learned[i] == Seeds).DefaultIfEmpty(0).Max();

        /// <summary>The longest sentence that any seed learned; 0 for none.</summary>
        public int AnySeed => Lengths.Where((_, i) => Learned[i] > 0).DefaultIfEmpty(0).Max();
    }

    internal static string Verdict(IReadOnlyList<Measured> cells, int seeds)
    {
        string One(Measured cell) => cell.AnySeed > cell.Reach
            ? $"{cell.Cell} {cell.Reach} (some seeds {cell.AnySeed})"
            : $"{cell.Cell} {cell.Reach}";
        int longest = cells[0].Lengths.Max();
        return $"So many words may a sentence have for its first word to be learned in every seed, of {longest} that were " +
            "tried: " +
            $"{Sentence.List(cells.OrderByDescending(cell => cell.Reach).Select(One))} ({Sentence.Seeds(seeds)}).";
    }

    internal static EncodedTexts Sentences(int count, int length, TorchGenerator generator)
    {
        var texts = new EncodedTexts();
        int[] ids = new int[length];
        for (int row = 0; row < count; row++)
        {
            int label = (int)(generator.NextUInt32() % 2);
            ids[0] = FirstWord + label;
            for (int t = 1; t < length; t++)
                ids[t] = FirstFiller + (int)(generator.NextUInt32() % Fillers);
            texts.Add(ids, label);
        }
        return texts;
    }

    private static Result Train(
        CellChoice cell, int length, ulong seed, ExperimentSettings settings, CancellationToken cancellationToken)
    {
        const int words = FirstFiller + Fillers;
        var training = new CellTraining(
            cell, cell.Config(Embedding, settings.Hidden, classes: 2, words), CellTraining.Settings(seed));
        var generator = new TorchGenerator(1_000_000 + seed);
        EncodedTexts test = Sentences(TestRows, length, generator);
        var testBatch = new Batch();
        testBatch.Fill(test, [.. Enumerable.Range(0, TestRows)]);
        int[] rows = [.. Enumerable.Range(0, BatchSize)];
        var accuracy = new List<double>();
        for (int done = 1; ; done++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            training.Step.Run(Sentences(BatchSize, length, generator), rows, LearningRate);
            if (done % CheckEvery != 0 && done != settings.Steps)
                continue;
            accuracy.Add(training.Accuracy(testBatch));
            if (accuracy[^1] >= Learned || done >= settings.Steps)
                return new Result(accuracy[^1] >= Learned, done, [.. accuracy]);
        }
    }

    private sealed record Result(bool Learned, int Steps, double[] Accuracy);
}
