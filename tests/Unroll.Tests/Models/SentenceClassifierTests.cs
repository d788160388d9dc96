using Unroll.Data;
using Unroll.Evaluation;
using Unroll.Models;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

public class SentenceClassifierTests
{
    private static readonly LabelledText[] Rows =
    [
        new("pos", "a fine film"), new("neg", "a dull film"), new("pos", "so very fine"), new("neg", "dull"),
        new("pos", "Fine fine acting"), new("neg", "a dull , dull plot"),
    ];

    // A constant rate: a training of two epochs is then the beginning of one of sixty.
    private static readonly TrainingOptions Options = new()
    {
        Epochs = 60,
        Embedding = 8,
        Hidden = 8,
        BatchSize = 2,
        LearningRate = 0.01f,
        Schedule = new LearningRateSchedule(ScheduleKind.Constant),
    };

    [Fact]
    public void It_learns_and_predicts_in_order_with_probabilities_that_add_up()
    {
        SentenceClassifier classifier = SentenceClassifier.Train(Rows, Options);
        Assert.Equal(1, classifier.Evaluate(Rows).Accuracy);
        Prediction[] predictions = [.. classifier.Predict(Rows.Select(row => row.Text))];
        Assert.Equal(Rows.Select(row => row.Label), predictions.Select(p => p.Label));
        Assert.Equal(Rows.Select(row => row.Text), predictions.Select(p => p.Text));
        Assert.All(predictions, p =>
        {
            Assert.Equal(1, p.Probabilities.Sum(entry => entry.Value), 1e-6);
            Assert.Equal(p.Probability, p.Probabilities.Max(entry => entry.Value));
            Assert.Equal(["neg", "pos"], p.Probabilities.Select(entry => entry.Key));
            Assert.Equal(p.Probability, classifier.Predict(p.Text).Probability, 1e-6);
        });
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        float[] first = SentenceClassifier.Train(Rows, Options).Parameters.Values.ToArray();
        Assert.Equal(first, SentenceClassifier.Train(Rows, Options).Parameters.Values.ToArray());
        Assert.NotEqual(first, SentenceClassifier.Train(Rows, Options with { Seed = 1 }).Parameters.Values.ToArray());
    }

    [Fact]
    public void A_model_of_more_parameters_than_an_array_holds_is_refused()
    {
        InputException e = Assert.Throws<InputException>(() => SentenceClassifier.Train(Rows, Options with { Hidden = 50_000 }));
        Assert.Contains(
            "more than 2^31 parameters; take a smaller TrainingOptions.Embedding, TrainingOptions.Hidden", e.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_counts_rows_and_epochs_and_reports_dev()
    {
        var seen = new Recorder();
        SentenceClassifier.Train(Rows, Options with { Epochs = 2 }, dev: Rows[..2], progress: seen);
        Assert.Equal([2, 4, 6, 2, 4, 6], seen.Reports.Select(report => report.RowsDone));
        Assert.Equal([1, 2], seen.Reports.Where(report => report.Finished is not null).Select(report => report.Finished!.Epoch));
        EpochReport last = seen.Reports[^1].Finished!;
        Assert.NotNull(last.DevAccuracy);
        Assert.NotNull(last.DevLoss);
        Assert.True(last.TokensPerSecond > 0);
    }

    [Fact]
    public void Cancelling_leaves_the_model_as_it_was_after_the_last_whole_epoch()
    {
        SentenceClassifier afterTwo = SentenceClassifier.Train(Rows, Options with { Epochs = 2 });
        SentenceClassifier cancelled = CreateFor(Rows);
        using var source = new CancellationTokenSource();
        var stop = new Recorder(report =>
        {
            if (report is { Epoch: 3, RowsDone: 4 })
                source.Cancel();
        });
        Assert.Throws<OperationCanceledException>(
            () => cancelled.Fit(Rows, Options, progress: stop, cancellationToken: source.Token));
        Assert.Equal(afterTwo.Parameters.Values.ToArray(), cancelled.Parameters.Values.ToArray());
    }

    [Fact]
    public void A_loss_that_is_no_number_stops_the_training_and_says_where()
    {
        TrainingOptions wild = Options with
        {
            LearningRate = 1e38f,
            Optimizer = OptimizerKind.Sgd,
            ClipNorm = null,
            Cell = Cell.Rnn,
            Nonlinearity = Nonlinearity.Relu
        };
        TrainingDivergedException e = Assert.Throws<TrainingDivergedException>(() => SentenceClassifier.Train(Rows, wild));
        Assert.Contains("try a smaller TrainingOptions.LearningRate", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unusable_rows_and_settings_are_refused()
    {
        Assert.Contains(
            "at least two labels", Assert.Throws<InputException>(() => SentenceClassifier.Train([Rows[0], Rows[2]])).Message,
            StringComparison.Ordinal);
        Assert.Throws<InputException>(() => SentenceClassifier.Train([]));
        Assert.Contains(
            "TrainingOptions.Hidden is 0",
            Assert.Throws<InputException>(() => SentenceClassifier.Train(Rows, Options with { Hidden = 0 })).Message,
            StringComparison.Ordinal);
        SentenceClassifier classifier = CreateFor(Rows);
        Assert.Contains(
            "row 1 has the label \"other\"",
            Assert.Throws<InputException>(() => classifier.Evaluate([new("other", "x")])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_with_labels_that_the_model_does_not_know_are_measured_as_wrong_and_not_trained_on()
    {
        LabelledText[] dev = [.. Rows, new("other", "x"), new("another", "y")];
        SentenceClassifier classifier = SentenceClassifier.Train(Rows, Options, dev);
        EvaluationResult known = classifier.Evaluate(Rows);
        EvaluationResult all = classifier.Evaluate(dev);
        Assert.Equal((Rows.Length + 2, 2), (all.Rows, all.UnknownLabelRows));
        Assert.Equal(known.Accuracy * Rows.Length / (Rows.Length + 2), all.Accuracy, 1e-12);
        Assert.Equal((known.Loss, known.CalibrationError), (all.Loss, all.CalibrationError));
        Assert.Equal(classifier.Calibrate(Rows), classifier.Calibrate(dev));
        IReadOnlyList<EpochReport> epochs = classifier.Fit(Rows, Options with { Epochs = 1 }, dev);
        Assert.True(epochs[0].DevAccuracy <= (double)Rows.Length / (Rows.Length + 2));
        Assert.Contains(
            $"training row {Rows.Length + 1} has the label \"other\"",
            Assert.Throws<InputException>(() => classifier.Fit(dev, Options)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "dev row 1 has the label \"other\"",
            Assert.Throws<InputException>(() => classifier.Fit(Rows, Options, dev[^2..])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Predicting_from_eight_threads_gives_what_one_thread_gives()
    {
        SentenceClassifier classifier = SentenceClassifier.Train(
            Rows, Options with { Epochs = 1, Cell = Cell.Lstm, Pooling = Pooling.Attention });
        string[] texts = [
            .. Enumerable.Range(1, 200).Select(
                n => string.Join(' ', Enumerable.Range(0, n % 40).Select(i => Rows[(n + i) % Rows.Length].Text)))];
        double[] expected = [.. texts.Select(text => classifier.Predict(text).Probability)];
        Assert.True(expected.Distinct().Count() > 30);
        double[][] actual = new double[8][];
        Thread[] threads = [
            .. Enumerable.Range(0, actual.Length).Select(
                t => new Thread(() => actual[t] = [.. texts.Select(text => classifier.Predict(text).Probability)]))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.All(actual, values => Assert.Equal(expected, values));
    }

    [Fact]
    public void Predicting_again_builds_no_buffers()
    {
        SentenceClassifier classifier = SentenceClassifier.Train(
            Rows, Options with { Epochs = 1, Hidden = 256, Embedding = 256 });
        string text = string.Join(' ', Enumerable.Repeat("a fine film", 100));
        classifier.Predict(text);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            classifier.Predict(text);
        // Tokens and ids of 300 words, but not their 300·256 states.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 10, 1, 60_000);
    }

    [Fact]
    public void Evaluation_is_loss_and_share_of_right_answers()
    {
        SentenceClassifier classifier = SentenceClassifier.Train(Rows, Options);
        LabelledText[] flipped = [.. Rows[..3].Select(row => row with { Label = row.Label == "pos" ? "neg" : "pos" }), Rows[3]];
        EvaluationResult result = classifier.Evaluate(flipped);
        Assert.Equal((4, 0.25), (result.Rows, result.Accuracy));
        double loss = flipped.Average(
            row => -Math.Log(classifier.Predict(row.Text).Probabilities.Single(p => p.Key == row.Label).Value));
        Assert.Equal(loss, result.Loss, 1e-4);
    }

    private sealed class Recorder(Action<TrainingProgress>? then = null) : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> Reports { get; } = [];

        public void Report(TrainingProgress value)
        {
            Reports.Add(value);
            then?.Invoke(value);
        }
    }

    private static SentenceClassifier CreateFor(IEnumerable<LabelledText> rows)
    {
        var corpus = new Corpus(Options.Tokenizer);
        corpus.AddRange(rows);
        return SentenceClassifier.CreateFor(corpus, null, Options);
    }
}
