using Unroll.Cli.Train;
using Unroll.Data;
using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Models;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Cli.Experiments;

/// <summary>
/// Recurrent classifiers against a bag of embeddings of the same size on labelled sentences, with the words in order and shuffled: what is
/// lost with the order is what the order was good for.
/// </summary>
internal sealed class OrderExperiment : IExperiment
{
    /// <summary>The rows that are read where none are named.</summary>
    public const string Samples = "samples/reviews.tsv";

    private const string Bag = "bag";
    private const int Embedding = 64;
    private const int BatchSize = 32;
    private const float LearningRate = 0.001f;

    public string Name => "order";

    public string Question => "Does the order of the words matter on real data?";

    public bool ReadsData => true;

    public IReadOnlyList<CellChoice> Cells => CellChoice.All;

    public ExperimentSettings Defaults(bool full) => new()
    {
        Cells = [.. CellChoice.Usual.Where(choice => choice.IsPlain), CellChoice.Named("rnn-attention")],
        Seeds = full ? 10 : 3,
        Steps = full ? 15 : 6,
        Hidden = full ? 128 : 64,
    };

    public void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken)
    {
        (string name, Corpus corpus, DevSplit split) = Read(settings);
        SentenceClassifier words = SentenceClassifier.CreateFor(corpus, split.TrainRows, CellTraining.Options(seed: 0) with { Embedding = 1, Hidden = 1, MinimumCount = 2 });
        var inOrder = new Texts(words.Encode(split.Train, split.TrainRows), words.Encode(split.Dev, split.DevRows));
        IReadOnlyList<string> names = [Bag, .. settings.Cells!.Select(cell => cell.Name)];
        log.Line("settings", ("data", name), ("train_rows", inOrder.Train.Count), ("test_rows", inOrder.Test.Count), ("cells", names), ("seeds", settings.Seeds),
            ("epochs", settings.Steps), ("embedding", Embedding), ("hidden", settings.Hidden), ("vocabulary", words.Vocabulary.Size));
        (CellChoice? Cell, bool Shuffled, int Seed)[] runs =
        [
            .. from cell in (CellChoice?[])[null, .. settings.Cells!]
               from shuffled in (bool[])[false, true]
               from seed in Enumerable.Range(1, settings.Seeds!.Value)
               select (cell, shuffled, seed),
        ];
        int classes = words.Config.Classes;
        double[][] curves = ParallelRuns.Of(
            runs,
            run =>
            {
                ulong seed = (ulong)run.Seed;
                Texts texts = run.Shuffled ? inOrder.Shuffled(new TorchGenerator(1_000_000 + seed)) : inOrder;
                return run.Cell is { } cell
                    ? TrainCell(cell, texts, words.Vocabulary.Size, classes, seed, settings, cancellationToken)
                    : TrainBag(texts, words.Vocabulary.Size, classes, seed, settings.Steps!.Value, cancellationToken);
            },
            log, cancellationToken);

        var rows = new List<string[]>();
        foreach (CellChoice? cell in (CellChoice?[])[null, .. settings.Cells!])
        {
            var means = new double[2];
            string[] shown = new string[2];
            foreach (bool shuffled in (bool[])[false, true])
            {
                double[][] repeated = [.. curves.Where((_, i) => runs[i].Cell == cell && runs[i].Shuffled == shuffled)];
                for (int seed = 1; seed <= repeated.Length; seed++)
                {
                    log.Line("run", ("cell", cell?.Name ?? Bag), ("shuffled", shuffled), ("seed", seed), ("accuracy", repeated[seed - 1].Max()),
                        ("curve", repeated[seed - 1]));
                }
                double[] best = [.. repeated.Select(curve => curve.Max())];
                int column = shuffled ? 1 : 0;
                means[column] = best.Average();
                shown[column] = $"{100 * means[column]:0.0} ({100 * best.Min():0.0}–{100 * best.Max():0.0})";
            }
            log.Line("summary", ("cell", cell?.Name ?? Bag), ("accuracy_in_order", means[0]), ("accuracy_shuffled", means[1]), ("difference", means[0] - means[1]));
            rows.Add([cell?.Name ?? Bag, .. shown, $"{100 * (means[0] - means[1]):+0.0;-0.0;0.0}"]);
        }
        log.Table(
            $"Accuracy in % on {inOrder.Test.Count} rows of {name} (best epoch of {settings.Steps}, mean of {settings.Seeds} seeds, least and most; embedding {Embedding}, hidden {settings.Hidden})",
            ["cell", "in order", "shuffled", "difference"], rows);
    }

    private static (string Name, Corpus Corpus, DevSplit Split) Read(ExperimentSettings settings)
    {
        if (settings is { Data: null, Dev: not null })
            throw new InputException("--dev measures what --data trains, and there is no --data; give both");
        string path = settings.Data ?? Samples;
        if (settings.Data is null && !File.Exists(path))
            throw new InputException($"{path}: no such file here, expected the sample reviews; name a file of labelled rows with --data");
        TrainingOptions options = CellTraining.Options(seed: 42);
        TrainData rows = TrainData.Read(path, settings.Dev, test: null, new DataFormat(), options.Tokenizer, Unused);
        return (Path.GetFileName(settings.Dev ?? path), rows.Train, DevSplit.Of(rows.Train, rows.Dev, options));
    }

    private static double[] TrainCell(
        CellChoice cell, Texts texts, int vocabulary, int classes, ulong seed, ExperimentSettings settings, CancellationToken cancellationToken)
    {
        var training = new CellTraining(cell, cell.Config(Embedding, settings.Hidden, classes, vocabulary), CellTraining.Options(seed));
        var batch = new Batch();
        batch.Fill(texts.Test, [.. Enumerable.Range(0, texts.Test.Count)]);
        return Epochs(texts.Train, seed, settings.Steps!.Value, rows => training.Step.Run(texts.Train, rows, LearningRate), () => training.Accuracy(batch), cancellationToken);
    }

    private static double[] TrainBag(Texts texts, int vocabulary, int classes, ulong seed, int epochs, CancellationToken cancellationToken)
    {
        StepSettings settings = CellTraining.Options(seed).ToStepSettings(unknownId: null);
        var bag = new BagOfEmbeddings(vocabulary, Embedding, classes, settings.Optimizer, seed);
        return Epochs(texts.Train, seed, epochs, rows => bag.Step(texts.Train, rows, LearningRate), () => bag.Accuracy(texts.Test), cancellationToken);
    }

    private static double[] Epochs(
        EncodedTexts train, ulong seed, int epochs, Action<int[]> step, Func<double> accuracy, CancellationToken cancellationToken)
    {
        var generator = new TorchGenerator(2_000_000 + seed);
        double[] curve = new double[epochs];
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            foreach (int[] rows in BatchOrder.Shuffled(train, BatchSize, generator))
            {
                cancellationToken.ThrowIfCancellationRequested();
                step(rows);
            }
            curve[epoch] = accuracy();
        }
        return curve;
    }

    private static readonly Terminal Unused = new(TextReader.Null, TextWriter.Null, TextWriter.Null, false, false);

    private sealed record Texts(EncodedTexts Train, EncodedTexts Test)
    {
        /// <summary>The same with the words of each text in random order.</summary>
        public Texts Shuffled(TorchGenerator generator) => new(Shuffled(Train, generator), Shuffled(Test, generator));

        private static EncodedTexts Shuffled(EncodedTexts texts, TorchGenerator generator)
        {
            var shuffled = new EncodedTexts();
            for (int row = 0; row < texts.Count; row++)
            {
                int[] order = new int[texts.LengthOf(row)];
                generator.FillPermutation(order);
                int[] ids = texts.IdsOf(row).ToArray();
                shuffled.Add([.. order.Select(i => ids[i])], texts.LabelOf(row));
            }
            return shuffled;
        }
    }
}
