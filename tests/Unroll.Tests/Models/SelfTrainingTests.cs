using Unroll.Data;
using Unroll.Models;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>Rows without labels help a training.</summary>
public class SelfTrainingTests
{
    private const int Words = 8;

    private static readonly TrainingOptions Options = new()
    {
        Embedding = 8,
        Hidden = 8,
        Epochs = 6,
        Threads = 1,
        BatchSize = 8,
        LearningRate = 0.01f,
    };

    // Each class has words of its own. The labelled rows have half of them; rows without labels mix both halves.
    private static readonly LabelledText[] Rows = Labelled(40, Words / 2, 1);

    private static readonly string[] Unlabelled = [.. Labelled(400, Words, 2).Select(row => row.Text)];

    private static readonly LabelledText[] Test = Labelled(300, Words, 3);

    [Fact]
    public void Words_that_no_labelled_row_has_are_learned()
    {
        double without = SentenceClassifier.Train(Rows, Options).Evaluate(Test).Accuracy;
        SentenceClassifier with = SentenceClassifier.Train(Rows, Options, unlabelled: Unlabelled);
        double accuracy = with.Evaluate(Test).Accuracy;
        Assert.True(accuracy > without + 0.05, $"{accuracy} with, {without} without");
        Assert.NotEqual(with.Vocabulary.IdOf("<unk>"), with.Vocabulary.IdOf(Word("pos", Words - 1)));
    }

    [Theory]
    [InlineData(Cell.Rnn, 6, true, 1, TokenKind.Word)]
    [InlineData(Cell.Gru, 6, true, 2, TokenKind.Word)]
    [InlineData(Cell.Lstm, 6, false, 1, TokenKind.Char)]
    [InlineData(Cell.MinGru, 0, false, 1, TokenKind.Word)]
    public void Every_model_gives_the_same_bits_with_any_number_of_threads(
        Cell cell, int embedding, bool bidirectional, int layers, TokenKind tokens)
    {
        float[][] trained = [.. new[] { 1, 2, 3 }.Select(threads => SentenceClassifier.Train(
            Rows, Options with
            {
                Cell = cell,
                Embedding = embedding,
                Bidirectional = bidirectional,
                Layers = layers,
                Tokens = tokens,
                Epochs = 1,
                Threads = threads,
            },
            unlabelled: Unlabelled[..100]).Parameters.Values.ToArray())];
        Assert.All(trained, values => Assert.Equal(trained[0], values));
    }

    [Fact]
    public void Every_row_is_accounted_for()
    {
        var corpus = new Corpus(Options.Tokenizer);
        corpus.AddRange(Rows);
        DevSplit split = DevSplit.Of(corpus, dev: null, Options);
        Corpus test = corpus.CreateSharing(), unlabelled = corpus.CreateSharing();
        test.AddRange(Test[..1]);
        string[] known = [Rows[split.TrainRows![0]].Text, Rows[split.DevRows![0]].Text, Test[0].Text];
        foreach (string text in (string[])[.. Unlabelled[..100], "", " ", .. known])
            unlabelled.AddUnlabelled(text);
        var training = new ClassifierTraining(split, Options) { Unlabelled = unlabelled, Test = test };
        Assert.Null(training.SelfTraining);
        training.Prepare();
        SelfTrainingReport report = training.SelfTraining!;
        int texts = training.Report().Parts[0].Rows;
        Assert.Equal((105, 2, split.TrainRows.Count), (report.Rows, report.EmptyTexts, texts));
        Assert.True(report.RowsInTrain >= 1 && report.RowsInDev >= 1 && report.RowsInTest >= 1);
        Assert.Equal(["neg", "pos"], report.Labelled.Select(entry => entry.Key));
        Assert.InRange(report.RowsLabelled, 10, 32);
        Assert.InRange(report.NewWords, 1, Words);
        Assert.Equal(split.TrainRows.Count + report.RowsLabelled, training.Split.TrainRows!.Count);
        Assert.Equal(split.DevRows, training.Split.DevRows);
        // Rows of the split keep their numbers, text and label.
        foreach (int row in split.DevRows.Concat(split.TrainRows))
        {
            Assert.Equal(corpus.HashOf(row), training.Split.Train.HashOf(row));
            Assert.Equal(corpus.LabelOf(row), training.Split.Train.LabelOf(row));
        }
        Assert.Same(training.Split.Train, training.Split.Dev);
        TrainingSummary summary = training.Finish(training.Fit());
        Assert.Equal(split.DevRows.Count, summary.Dev!.Rows);
    }

    [Fact]
    public void Rows_that_say_nothing_change_nothing()
    {
        SentenceClassifier without = SentenceClassifier.Train(Rows, Options with { Epochs = 1 });
        SentenceClassifier with = SentenceClassifier.Train(
            Rows, Options with { Epochs = 1 }, unlabelled: ["", .. Rows.Select(row => row.Text)]);
        Assert.Equal(without.Parameters.Values.ToArray(), with.Parameters.Values.ToArray());
    }

    [Fact]
    public void A_cancelled_first_model_ends_the_preparation()
    {
        var corpus = new Corpus(Options.Tokenizer);
        corpus.AddRange(Rows);
        Corpus unlabelled = corpus.CreateSharing();
        unlabelled.AddUnlabelled(Unlabelled[0]);
        var training = new ClassifierTraining(DevSplit.Of(corpus, dev: null, Options), Options) { Unlabelled = unlabelled };
        Assert.Throws<OperationCanceledException>(() => training.Prepare(new CancellationToken(canceled: true)));
    }

    private static LabelledText[] Labelled(int rows, int words, int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, rows).Select(i => i % 2 == 0 ? "pos" : "neg").Select(label => new LabelledText(
                label, string.Join(' ', Enumerable.Range(0, 4).Select(
                    i => i == 0 ? $"the{random.Next(3)}" : Word(label, random.Next(words)))))),
        ];
    }

    // Words of a class have nothing in common by their letters.
    private static string Word(string label, int number)
    {
        var random = new Random((label == "pos" ? 100 : 200) + number);
        return string.Concat(Enumerable.Range(0, 6).Select(_ => (char)('a' + random.Next(26))));
    }
}
