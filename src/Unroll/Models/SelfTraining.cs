using Unroll.Engine.Batches;
using Unroll.Engine.Threading;
using Unroll.Evaluation;
using Unroll.Terms;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Models;

/// <summary>
/// Rows without labels help a training. A first model learns the labelled rows and says which labels the others have. What it and
/// naive Bayes are surest of, and agree on, is learned like labelled rows (self-training, Yarowsky, 1995, and Lee, 2013; two
/// models that see different things, Blum and Mitchell, 1998).
/// </summary>
/// <remarks>
/// The first model, network and linear part, learns the labelled rows alone. <see cref="NaiveBayes"/> knows no order, but learns
/// from all rows. Each is wrong in its own way, so what both say is right more often than what either says. The share of rows
/// was chosen on dev rows; <c>docs/training.md</c> has the figures.
/// </remarks>
/// <param name="split">The labelled rows.</param>
/// <param name="unlabelled">Rows without labels; they share their tokens with the labelled ones.</param>
internal sealed class SelfTraining(DevSplit split, Corpus unlabelled)
{
    // The share of rows that are learned, and how many there may be for each labelled row.
    private const double Share = 0.3;
    private const int MostForALabelledRow = 40;
    private const int Rounds = 4;

    // 128 MB of counts of words.
    private const int MostCounts = 1 << 24;
    private const int RowsTogether = 4096;

    /// <summary>Labels rows.</summary>
    /// <param name="first">A training on the labelled rows alone.</param>
    /// <param name="test">The rows to measure on at the end; null for none.</param>
    /// <param name="threads">How many threads compute; null for one per processor. The result does not depend on it.</param>
    /// <param name="cancellationToken">Stops the first training between two steps.</param>
    /// <returns>The rows to learn, and what became of the others.</returns>
    public (DevSplit Split, SelfTrainingReport Report) Run(
        ClassifierTraining first, Corpus? test, int? threads, CancellationToken cancellationToken)
    {
        first.Prepare(cancellationToken);
        TrainingSummary summary = first.Finish(first.Fit(progress: null, cancellationToken), progress: null, cancellationToken);
        IReadOnlyList<string> labels = first.Classifier.Config.Labels;
        HashSet<UInt128> train = Hashes(split.Train, split.TrainRows);
        HashSet<UInt128> dev = Hashes(split.Dev, split.DevRows);
        HashSet<UInt128> ofTest = test is null ? [] : Hashes(test, null);
        int[] rows = [.. All(unlabelled, null).Where(IsUsable)];
        int[] numberOf = NumbersOf(labels);
        int[] classOf = new int[split.Train.Labels.Count];
        int[] labelledRows = new int[labels.Count];
        for (int c = 0; c < labels.Count; c++)
            classOf[numberOf[c]] = c;
        foreach (int row in All(split.Train, split.TrainRows))
            labelledRows[ClassOf(row)]++;
        int most = (int)Math.Min(Share * rows.Length, (double)MostForALabelledRow * labelledRows.Sum());
        // What has learned no dev row: otherwise these would tell their labels to rows that are learned.
        Opinions ofModel = AskModel(first.MeasuredOnDev ?? first.Classifier, rows, threads);
        int[] chosen = PseudoLabels.Choose(ofModel, AskNaiveBayes(rows, ClassOf, labels.Count), labelledRows, most);
        var report = new SelfTrainingReport
        {
            Rows = unlabelled.Count,
            Tokens = unlabelled.TokenCount,
            EmptyTexts = Count(row => unlabelled.TokensOf(row).IsEmpty),
            RowsInTrain = Count(row => IsText(row) && train.Contains(unlabelled.HashOf(row))),
            RowsInDev = Count(row => IsText(row) && dev.Contains(unlabelled.HashOf(row))),
            RowsInTest = Count(row => IsText(row) && ofTest.Contains(unlabelled.HashOf(row))),
            Labelled =
            [
                .. labels.Select((label, c) => KeyValuePair.Create(label, chosen.Count(i => ofModel.Labels[i] == c))),
            ],
            NewWords = 0,
            FirstDevAccuracy = summary.Dev?.Accuracy,
        };
        return (With(chosen.Select(i => (rows[i], numberOf[ofModel.Labels[i]]))), report);

        bool IsText(int row) => !unlabelled.TokensOf(row).IsEmpty;
        bool IsUsable(int row) =>
            IsText(row) && !train.Contains(unlabelled.HashOf(row)) && !dev.Contains(unlabelled.HashOf(row));
        int Count(Func<int, bool> which) => All(unlabelled, null).Count(which);
        int ClassOf(int row) => classOf[split.Train.LabelOf(row)];
    }

    private static IEnumerable<int> All(Corpus corpus, IReadOnlyList<int>? rows) => rows ?? Enumerable.Range(0, corpus.Count);

    private static HashSet<UInt128> Hashes(Corpus corpus, IReadOnlyList<int>? rows) =>
        [.. All(corpus, rows).Where(row => !corpus.TokensOf(row).IsEmpty).Select(corpus.HashOf)];

    // The number that the label of each class has in the corpus.
    private int[] NumbersOf(IReadOnlyList<string> labels)
    {
        var numbers = split.Train.Labels.Select((label, number) => (label, number)).ToDictionary(StringComparer.Ordinal);
        return [.. labels.Select(label => numbers[label])];
    }

    private Opinions AskModel(SentenceClassifier model, int[] rows, int? threads)
    {
        using var pool = new WorkerPool(threads ?? Environment.ProcessorCount);
        var evaluator = new Evaluator(model.Networks, model.Config.Classes, pool, model.LinearPass());
        var opinions = new Opinions(rows.Length);
        double[] wide = new double[model.Config.Classes];
        for (int start = 0; start < rows.Length; start += RowsTogether)
        {
            int[] some = rows[start..Math.Min(rows.Length, start + RowsTogether)];
            EncodedTexts texts = model.Encode(unlabelled, some);
            evaluator.ForEach(texts, model.Linear?.Terms.Read(unlabelled, some), texts.Count, (row, logits) =>
            {
                for (int c = 0; c < wide.Length; c++)
                    wide[c] = logits[c];
                opinions.Set(start + row, wide);
            });
        }
        return opinions;
    }

    private Opinions AskNaiveBayes(int[] rows, Func<int, int> classOf, int classes)
    {
        var words = new WordSets(Math.Max(1, MostCounts / classes));
        IEnumerable<int> labelledRows = All(split.Train, split.TrainRows).Where(row => !split.Train.TokensOf(row).IsEmpty);
        EncodedTexts labelled = words.Read(split.Train, labelledRows, classOf);
        EncodedTexts others = words.Read(unlabelled, rows, _ => 0);
        var bayes = NaiveBayes.Train(labelled, others, words.Count, classes, Rounds);
        var opinions = new Opinions(rows.Length);
        double[] logits = new double[classes];
        for (int row = 0; row < rows.Length; row++)
        {
            bayes.Logits(others.IdsOf(row), logits);
            opinions.Set(row, logits);
        }
        return opinions;
    }

    // Rows keep their numbers, and those that got a label come behind them.
    private DevSplit With(IEnumerable<(int Row, int Label)> labelled)
    {
        Corpus all = split.Train.CreateSharing();
        for (int row = 0; row < split.Train.Count; row++)
            all.AddFrom(split.Train, row, split.Train.LabelOf(row));
        foreach ((int row, int label) in labelled)
            all.AddFrom(unlabelled, row, label);
        IEnumerable<int> added = Enumerable.Range(split.Train.Count, all.Count - split.Train.Count);
        Corpus dev = ReferenceEquals(split.Train, split.Dev) ? all : split.Dev;
        return new DevSplit(all, [.. All(split.Train, split.TrainRows), .. added], dev, split.DevRows);
    }
}
