using Unroll.Data;
using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;
using Unroll.Models;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>A training that stops anywhere and goes on ends with the same bits as one that never stopped.</summary>
public class CheckpointTests
{
    private static readonly TrainingOptions Options = new()
    {
        Cell = Cell.Gru,
        Embedding = 6,
        Hidden = 5,
        Dropout = 0.3f,
        WordDropout = 0.1f,
        Adversarial = 0.05f,
        Epochs = 6,
        BatchSize = 4,
        BalancedClasses = true,
        Schedule = new LearningRateSchedule(ScheduleKind.OneCycle),
        LearningRate = 0.02f,
    };

    [Theory]
    [InlineData(OptimizerKind.Adam, 0, false, 1)]
    [InlineData(OptimizerKind.Adam, 0, true, 1)]
    [InlineData(OptimizerKind.Adam, 0, true, 3)]
    [InlineData(OptimizerKind.Sgd, 0.9f, false, 1)]
    [InlineData(OptimizerKind.Sgd, 0.9f, true, 1)]
    [InlineData(OptimizerKind.Sgd, 0, true, 1)]
    public void Stopping_at_any_step_changes_nothing(
        OptimizerKind optimizer, float momentum, bool denseUpdates, int networks)
    {
        using var folder = new TemporaryFolder();
        (Corpus corpus, EncodedTexts train, EncodedTexts dev) = Data();
        var flows = new List<GradientFlow>();
        TrainingOptions options = Options with
        {
            Networks = networks,
            Optimizer = optimizer,
            Momentum = momentum,
            DenseUpdates = denseUpdates,
            GradientFlow = new FlowRecorder(flows)
        };
        SentenceClassifier whole = SentenceClassifier.CreateFor(corpus, null, options);
        IReadOnlyList<EpochReport> expected = whole.Fit(train, options, dev);
        GradientFlow[] expectedFlows = [.. flows];
        int steps = options.Epochs!.Value * BatchOrder.BatchCount(train.Count, options.BatchSize);
        for (int stop = 0; stop < steps; stop += 3)
        {
            TrainingOptions stopped = options with { Checkpoint = new CheckpointOptions(folder[$"{stop}"]) };
            using var source = new CancellationTokenSource();
            int seen = 0;
            flows.Clear();
            var stopper = new Reporter(_ =>
            {
                if (++seen > stop)
                    source.Cancel();
            });
            Assert.Throws<OperationCanceledException>(
                () => SentenceClassifier.CreateFor(corpus, null, options).Fit(
                    train, stopped, dev, stopper, cancellationToken: source.Token));
            SentenceClassifier resumed = SentenceClassifier.CreateFor(corpus, null, options);
            IReadOnlyList<EpochReport> reports = resumed.Fit(train, Resuming(stopped), dev);
            for (int k = 0; k < networks; k++)
            {
                Assert.Equal(
                    whole.Networks[k].Parameters.Values.ToArray(), resumed.Networks[k].Parameters.Values.ToArray());
            }
            Assert.Equal(
                expected.Select(report => (report.Epoch, report.TrainLoss, report.DevLoss, report.GradientNorm, report.IsBest)),
                reports.Select(report => (report.Epoch, report.TrainLoss, report.DevLoss, report.GradientNorm, report.IsBest)));
            Assert.Equal(expectedFlows.Select(Describe), flows.Select(Describe));
        }

        static string Describe(GradientFlow flow) =>
            $"{flow.Epoch} {flow.Samples} {string.Join(' ', flow.ByDistance)} {string.Join(' ', flow.ByStep)} "
                + $"{flow.SpectralNorm} {flow.SpectralRadius} {string.Join(' ', flow.JacobianByDistance)}";
    }

    public static TheoryData<Cell> Cells => [.. Enum.GetValues<Cell>()];

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_training_of_every_cell_goes_on_from_where_it_stopped(Cell cell)
    {
        using var folder = new TemporaryFolder();
        (Corpus corpus, EncodedTexts train, EncodedTexts dev) = Data();
        bool isTransformer = cell == Cell.Transformer;
        TrainingOptions options = Options with
        {
            Cell = cell,
            Hidden = isTransformer ? Options.Embedding : Options.Hidden,
            Layers = 2,
            Epochs = 3,
            Transformer = isTransformer ? new TransformerOptions { Heads = 2 } : new TransformerOptions(),
        };
        SentenceClassifier whole = SentenceClassifier.CreateFor(corpus, null, options);
        whole.Fit(train, options, dev);
        int steps = options.Epochs!.Value * BatchOrder.BatchCount(train.Count, options.BatchSize);
        foreach (int stop in (int[])[0, steps / 2])
        {
            TrainingOptions stopped = options with { Checkpoint = new CheckpointOptions(folder[$"{stop}"]) };
            using var source = new CancellationTokenSource();
            int seen = 0;
            var stopper = new Reporter(_ =>
            {
                if (++seen > stop)
                    source.Cancel();
            });
            Assert.Throws<OperationCanceledException>(
                () => SentenceClassifier.CreateFor(corpus, null, options).Fit(
                    train, stopped, dev, stopper, cancellationToken: source.Token));
            SentenceClassifier resumed = SentenceClassifier.CreateFor(corpus, null, options);
            resumed.Fit(train, Resuming(stopped), dev);
            Assert.Equal(whole.Network.Parameters.Values.ToArray(), resumed.Network.Parameters.Values.ToArray());
        }
    }

    [Fact]
    public void A_finished_training_resumes_to_its_model_at_once()
    {
        using var folder = new TemporaryFolder();
        (Corpus corpus, EncodedTexts train, EncodedTexts dev) = Data();
        TrainingOptions options = Options with { Checkpoint = new CheckpointOptions(folder["state"]) { EverySteps = 2 } };
        SentenceClassifier first = SentenceClassifier.CreateFor(corpus, null, options);
        first.Fit(train, options, dev);
        SentenceClassifier again = SentenceClassifier.CreateFor(corpus, null, options with { Seed = 1 });
        var none = new Reporter(_ => Assert.Fail("a step was trained"));
        Assert.Equal(options.Epochs!.Value, again.Fit(train, Resuming(options), dev, none).Count);
        Assert.Equal(first.Parameters.Values.ToArray(), again.Parameters.Values.ToArray());
        Assert.Equal([folder["state"]], Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void Without_a_file_a_resumed_training_begins_at_the_beginning()
    {
        using var folder = new TemporaryFolder();
        (Corpus corpus, EncodedTexts train, EncodedTexts dev) = Data();
        SentenceClassifier whole = SentenceClassifier.CreateFor(corpus, null, Options);
        whole.Fit(train, Options, dev);
        SentenceClassifier resumed = SentenceClassifier.CreateFor(corpus, null, Options);
        resumed.Fit(train, Options with { Checkpoint = new CheckpointOptions(folder["none"]) { Resume = true } }, dev);
        Assert.Equal(whole.Parameters.Values.ToArray(), resumed.Parameters.Values.ToArray());
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_ends_the_training_or_is_told()
    {
        using var folder = new TemporaryFolder();
        (Corpus corpus, EncodedTexts train, EncodedTexts dev) = Data();
        TrainingOptions options = Options with
        {
            Epochs = 1,
            Checkpoint = new CheckpointOptions(
            Path.Combine(folder["none"], "state"))
            { EverySteps = 1 }
        };
        SentenceClassifier classifier = SentenceClassifier.CreateFor(corpus, null, options);
        Assert.Throws<DirectoryNotFoundException>(() => classifier.Fit(train, options, dev));
        int told = 0;
        classifier = SentenceClassifier.CreateFor(corpus, null, options);
        classifier.Fit(train, options with { Checkpoint = options.Checkpoint with { Failed = _ => told++ } }, dev);
        Assert.Equal(BatchOrder.BatchCount(train.Count, options.BatchSize), told);
    }

    [Fact]
    public void A_checkpoint_of_other_rows_or_settings_or_a_damaged_one_is_refused()
    {
        using var folder = new TemporaryFolder();
        (Corpus corpus, EncodedTexts train, EncodedTexts dev) = Data();
        TrainingOptions options = Options with { Epochs = 1, Checkpoint = new CheckpointOptions(folder["state"]) };
        Fit(train, options);

        AssertRefused("other rows or other settings", dev, Resuming(options));
        AssertRefused("other rows or other settings", train, Resuming(options) with { LearningRate = 0.5f });
        AssertRefused("other rows or other settings", train, Resuming(options) with { Schedule = new LearningRateSchedule() });
        Fit(train, Resuming(options) with { Threads = 1 });

        byte[] bytes = File.ReadAllBytes(folder["state"]);
        bytes[^5] ^= 1;
        File.WriteAllBytes(folder["state"], bytes);
        AssertRefused("damaged", train, Resuming(options));
        File.WriteAllBytes(folder["state"], bytes[..^100]);
        AssertRefused("state", train, Resuming(options));

        void Fit(EncodedTexts rows, TrainingOptions with) =>
            SentenceClassifier.CreateFor(corpus, null, Options).Fit(rows, with, dev);

        void AssertRefused(string expected, EncodedTexts rows, TrainingOptions with) =>
            Assert.Contains(expected, Assert.Throws<InputException>(() => Fit(rows, with)).Message, StringComparison.Ordinal);
    }

    // The hash is right: somebody wrote it so.
    [Theory]
    [InlineData("position", "{")]
    [InlineData("position", "")]
    [InlineData("position", "null")]
    [InlineData("position", "[1]")]
    [InlineData("position", "{}")]
    [InlineData("position", "\"\\ud800\"")]
    [InlineData("epoch", "\"2\"")]
    [InlineData("epoch", "0")]
    [InlineData("epoch", "-3")]
    [InlineData("epoch", "7")]
    [InlineData("epoch", "2147483647")]
    [InlineData("epoch", "99999999999999999999")]
    [InlineData("epoch", "1.5")]
    [InlineData("steps", "-1")]
    [InlineData("steps", "9223372036854775807")]
    [InlineData("steps_in_epoch", "-1")]
    [InlineData("steps_in_epoch", "1000000")]
    [InlineData("generator", "\"AAAA\"")]
    [InlineData("generator", "\"not base64\"")]
    [InlineData("generator", "null")]
    [InlineData("generator", "state")]
    [InlineData("loss_sum", "1e999")]
    [InlineData("norm_sum", "[]")]
    [InlineData("rows", "-1")]
    [InlineData("rows", "1000000")]
    [InlineData("tokens", "-1")]
    [InlineData("clipped", "5")]
    [InlineData("seconds", "-1")]
    [InlineData("seconds", "1e300")]
    [InlineData("rows", "0")]
    [InlineData("finished", "1")]
    [InlineData("reports", "[]")]
    [InlineData("reports", "{}")]
    [InlineData("reports", "[null]")]
    [InlineData("reports", "[{}]")]
    [InlineData("gradient_samples", "1")]
    [InlineData("optimizer_steps", "")]
    [InlineData("optimizer_steps", "-1")]
    [InlineData("optimizer_steps", "x")]
    [InlineData("optimizer_steps", "99999999999999999999")]
    public void A_checkpoint_with_a_right_hash_and_a_wrong_position_is_refused(string key, string value)
    {
        using var folder = new TemporaryFolder();
        (Corpus corpus, EncodedTexts train, EncodedTexts dev) = Data();
        TrainingOptions options = Options with { Checkpoint = new CheckpointOptions(folder["state"]) };
        using var source = new CancellationTokenSource();
        var stopper = new Reporter(progress =>
        {
            if (progress.Epoch == 2)
                source.Cancel();
        });
        Assert.Throws<OperationCanceledException>(
            () => SentenceClassifier.CreateFor(corpus, null, options).Fit(
                    train, options, dev, stopper, cancellationToken: source.Token));
        File.WriteAllBytes(folder["state"], CheckpointEdit.Position(File.ReadAllBytes(folder["state"]), key, value));
        InputException e = Assert.Throws<InputException>(
            () => SentenceClassifier.CreateFor(corpus, null, options).Fit(train, Resuming(options), dev));
        Assert.Contains("damaged since it was written", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void Training_stops_when_dev_rows_get_no_better_and_keeps_the_best_epoch()
    {
        (Corpus corpus, EncodedTexts train, EncodedTexts dev) = Data();
        TrainingOptions options = Options with { Epochs = 60, Patience = 4, Best = DevMeasure.Loss };
        SentenceClassifier stopped = SentenceClassifier.CreateFor(corpus, null, options);
        IReadOnlyList<EpochReport> reports = stopped.Fit(train, options, dev);
        EpochReport best = reports.MinBy(report => report.DevLoss)!;
        Assert.True(reports.Count < 60);
        Assert.Equal(best.Epoch + 4, reports.Count);
        Assert.Equal(best, reports.Last(report => report.IsBest));
        Assert.Equal(best.DevLoss!.Value, stopped.Evaluate(Rows(dev.Count, seed: 2)).Loss, 1e-12);
    }

    private static TrainingOptions Resuming(TrainingOptions options) =>
        options with { Checkpoint = options.Checkpoint! with { Resume = true } };

    private static (Corpus Corpus, EncodedTexts Train, EncodedTexts Dev) Data()
    {
        var corpus = new Corpus(Options.Tokenizer);
        corpus.AddRange(Rows(30, seed: 1));
        Corpus dev = corpus.CreateSharing();
        dev.AddRange(Rows(20, seed: 2));
        SentenceClassifier classifier = SentenceClassifier.CreateFor(corpus, null, Options);
        return (corpus, classifier.Encode(corpus), classifier.Encode(dev));
    }

    // The label hangs on one word; a fifth of the rows are labelled at random, so that dev loss turns.
    private static LabelledText[] Rows(int count, ulong seed)
    {
        var random = new TorchGenerator(seed);
        return
        [
            .. Enumerable.Range(0, count).Select(_ =>
            {
                string[] words = [
                    .. Enumerable.Range(0, 2 + (int)(random.NextUInt32() % 6)).Select(_ => $"w{random.NextUInt32() % 12}")];
                bool positive = random.NextUInt32() % 5 == 0
                    ? random.NextUInt32() % 2 == 0
                    : words.Contains("w1") || words.Contains("w2");
                return new LabelledText(positive ? "yes" : "no", string.Join(' ', words));
            }),
        ];
    }

    private sealed class Reporter(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    private sealed class FlowRecorder(List<GradientFlow> flows) : IProgress<GradientFlow>
    {
        public void Report(GradientFlow value) => flows.Add(value);
    }
}
