using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Experiments;

/// <summary>
/// Recurrent classifiers against a bag of embeddings of the same size on labelled sentences, with the words in order and
/// shuffled: what is lost with the order is what the order was good for.
/// </summary>
internal sealed class OrderExperiment : IExperiment
{
    private const string Bag = "bag";
    private const int Embedding = 64;
    private const int BatchSize = 32;
    private const int MinimumCount = 2;
    private const ulong SplitSeed = 42;
    private const double DevShare = 0.1;
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
        (string name, Corpus train, Corpus? dev) = settings.Rows
            ?? throw new ArgumentException($"the experiment {Name} needs labelled rows", nameof(settings));
        var split = DevSplit.Of(train, dev, new TrainingOptions { DevShare = DevShare, Seed = SplitSeed });
        IReadOnlyList<int> trainRows = split.TrainRows ?? [.. Enumerable.Range(0, train.Count)];
        var vocabulary = Vocabulary.Build(train, trainRows, MinimumCount);
        IReadOnlyList<string> labels = train.DistinctLabels(trainRows);
        var inOrder = new Texts(
            Encode(split.Train, split.TrainRows, vocabulary, labels), Encode(split.Dev, split.DevRows, vocabulary, labels));
        IReadOnlyList<string> names = [Bag, .. settings.Cells!.Select(cell => cell.Name)];
        log.Line(
            "settings", ("data", name), ("train_rows", inOrder.Train.Count), ("test_rows", inOrder.Test.Count), ("cells", names),
            ("seeds", settings.Seeds), ("epochs", settings.Steps), ("embedding", Embedding), ("hidden", settings.Hidden),
            ("vocabulary", vocabulary.Size));
        (CellChoice? Cell, bool Shuffled, int Seed)[] runs =
        [
            .. from cell in (CellChoice?[])[null, .. settings.Cells!]
               from shuffled in (bool[])[false, true]
               from seed in Enumerable.Range(1, settings.Seeds!.Value)
               select (cell, shuffled, seed),
        ];
        double[][] curves = ParallelRuns.Of(
            runs,
            run =>
            {
                ulong seed = (ulong)run.Seed;
                Texts texts = run.Shuffled ? inOrder.Shuffled(new TorchGenerator(1_000_000 + seed)) : inOrder;
                return run.Cell is { } cell
                    ? TrainCell(cell, texts, vocabulary.Size, labels.Count, seed, settings, cancellationToken)
                    : TrainBag(texts, vocabulary.Size, labels.Count, seed, settings.Steps!.Value, cancellationToken);
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
                    log.Line(
                        "run", ("cell", cell?.Name ?? Bag), ("shuffled", shuffled), ("seed", seed),
                        ("accuracy", repeated[seed - 1].Max()), ("curve", repeated[seed - 1]));
                }
                double[] best = [.. repeated.Select(curve => curve.Max())];
                int column = shuffled ? 1 : 0;
                means[column] = best.Average();
                shown[column] = $"{100 * means[column]:0.0} ({100 * best.Min():0.0}–{100 * best.Max():0.0})";
            }
            log.Line(
                "summary", ("cell", cell?.Name ?? Bag), ("accuracy_in_order", means[0]), ("accuracy_shuffled", means[1]),
                ("difference", means[0] - means[1]));
            rows.Add([cell?.Name ?? Bag, .. shown, $"{100 * (means[0] - means[1]):+0.0;-0.0;0.0}"]);
        }
        log.Table(
            $"Accuracy in % on {inOrder.Test.Count} rows of {name} (best epoch of {settings.Steps}, " +
            $"mean of {settings.Seeds} seeds, least and most; embedding {Embedding}, hidden {settings.Hidden})",
            ["cell", "in order", "shuffled", "difference"], rows);
    }

    private static EncodedTexts Encode(
        Corpus corpus, IReadOnlyList<int>? rows, Vocabulary vocabulary, IReadOnlyList<string> labels)
    {
        Dictionary<string, int> classOf = labels.Select((label, c) => (label, c)).ToDictionary(StringComparer.Ordinal);
        var texts = new EncodedTexts();
        foreach (int row in rows ?? [.. Enumerable.Range(0, corpus.Count)])
        {
            string label = corpus.Labels[corpus.LabelOf(row)];
            if (!classOf.TryGetValue(label, out int c))
            {
                throw new InputException(
                    $"row {row + 1} is the only one with the label \"{label}\", expected at least two of each");
            }
            string[] tokens = [.. corpus.TokensOf(row).ToArray().Select(token => corpus.Tokens[token])];
            texts.Add(vocabulary.Encode(tokens), c);
        }
        return texts;
    }

    private static double[] TrainCell(
        CellChoice cell, Texts texts, int vocabulary, int classes, ulong seed, ExperimentSettings settings,
        CancellationToken cancellationToken)
    {
        var training = new CellTraining(
            cell, cell.Config(Embedding, settings.Hidden, classes, vocabulary), CellTraining.Settings(seed));
        var batch = new Batch();
        batch.Fill(texts.Test, [.. Enumerable.Range(0, texts.Test.Count)]);
        return Epochs(
            texts.Train, seed, settings.Steps!.Value, rows => training.Step.Run(texts.Train, rows, LearningRate),
            () => training.Accuracy(batch), cancellationToken);
    }

    private static double[] TrainBag(
        Texts texts, int vocabulary, int classes, ulong seed, int epochs, CancellationToken cancellationToken)
    {
        var bag = new BagOfEmbeddings(vocabulary, Embedding, classes, CellTraining.Settings(seed).Optimizer, seed);
        return Epochs(
            texts.Train, seed, epochs, rows => bag.Step(texts.Train, rows, LearningRate), () => bag.Accuracy(texts.Test),
            cancellationToken);
    }

    private static double[] Epochs(
        EncodedTexts train, ulong seed, int epochs, Action<int[]> step, Func<double> accuracy,
        CancellationToken cancellationToken)
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
