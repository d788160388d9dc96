using Unroll.Data;
using Unroll.Models;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>Dev rows that were split off are learned in the end, when all is chosen.</summary>
public class FinalEpochsTests
{
    private static readonly TrainingOptions Options = new()
    {
        Embedding = 6,
        Hidden = 6,
        Epochs = 3,
        BatchSize = 4,
        LearningRate = 0.02f,
        DevShare = 0.25,
        FinalEpochs = 2,
        Linear = false,
    };

    // Of the labels' words each stands in one row alone, so that a word of a dev row is known from that row.
    private static readonly LabelledText[] Rows =
    [
        .. from i in Enumerable.Range(0, 24)
           from row in (LabelledText[])[new("pos", $"fine good film {i % 4}"), new("neg", $"dull bad film {i % 3}")]
           select row,
    ];

    [Fact]
    public void The_networks_learn_them_and_nothing_that_was_chosen_changes()
    {
        (ClassifierTraining training, TrainingSummary summary) = Train(Options);
        (ClassifierTraining without, TrainingSummary before) = Train(Options with { FinalEpochs = 0 });
        Assert.True(training.LearnsDevRows);
        Assert.False(without.LearnsDevRows);
        Assert.Equal((2, 0), (summary.FinalEpochs, before.FinalEpochs));
        Assert.Equal(before.Dev!.Loss, summary.Dev!.Loss);
        Assert.Equal(before.Calibration, summary.Calibration);
        Assert.Equal(before.Kept!.DevLoss, summary.Kept!.DevLoss);
        Assert.Equal(without.Classifier.Config.ToJson(), training.Classifier.Config.ToJson());
        Assert.Equal(
            without.Classifier.Parameters.Values.ToArray(), training.MeasuredOnDev!.Parameters.Values.ToArray());
        Assert.NotEqual(
            without.Classifier.Parameters.Values.ToArray(), training.Classifier.Parameters.Values.ToArray());
        double loss = training.MeasuredOnDev.Evaluate(Rows).Loss;
        Assert.True(training.Classifier.Evaluate(Rows).Loss < loss);
    }

    [Fact]
    public void It_is_a_training_on_all_rows_from_the_kept_epoch_on()
    {
        (ClassifierTraining without, _) = Train(Options with { FinalEpochs = 0 });
        SentenceClassifier classifier = without.Classifier;
        double temperature = classifier.Config.Temperature;
        LabelledText[] all =
        [
            .. without.Split.TrainRows!.Select(row => Rows[row]), .. without.Split.DevRows!.Select(row => Rows[row]),
        ];
        classifier.Fit(
            all,
            Options with { Epochs = 2, LearningRate = 0.01f, Schedule = new LearningRateSchedule(ScheduleKind.OneCycle) });
        (ClassifierTraining training, _) = Train(Options);
        Assert.Equal(classifier.Parameters.Values.ToArray(), training.Classifier.Parameters.Values.ToArray());
        Assert.Equal(temperature, training.Classifier.Config.Temperature);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void After_a_stop_in_them_a_training_ends_with_the_same_bits(int networks)
    {
        using var folder = new TemporaryFolder();
        TrainingOptions options = Options with { Networks = networks };
        (ClassifierTraining whole, _) = Train(options);
        TrainingOptions saved = options with { Checkpoint = new CheckpointOptions(folder["state"]) };
        ClassifierTraining stopped = Create(saved);
        stopped.Prepare();
        IReadOnlyList<EpochReport> epochs = stopped.Fit();
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => stopped.Finish(epochs, progress: null, source.Token));
        ClassifierTraining resumed = Create(saved with { Checkpoint = saved.Checkpoint with { Resume = true } });
        resumed.Prepare();
        resumed.Finish(resumed.Fit());
        for (int k = 0; k < networks; k++)
        {
            Assert.Equal(
                whole.Classifier.Networks[k].Parameters.Values.ToArray(),
                resumed.Classifier.Networks[k].Parameters.Values.ToArray());
        }
        Assert.Equal(whole.Classifier.Config.ToJson(), resumed.Classifier.Config.ToJson());
    }

    [Fact]
    public void Dev_rows_of_their_own_are_never_learned()
    {
        var corpus = new Corpus(Options.Tokenizer);
        corpus.AddRange(Rows);
        Corpus dev = corpus.CreateSharing();
        dev.AddRange(Rows[..8]);
        var training = new ClassifierTraining(DevSplit.Of(corpus, dev, Options), Options);
        training.Prepare();
        Assert.False(training.LearnsDevRows);
        Assert.Equal(0, training.Finish(training.Fit()).FinalEpochs);
        Assert.Equal(
            "TrainingOptions.FinalEpochs is -1, expected 0 (none) or a positive number",
            Assert.Throws<InputException>(() => (Options with { FinalEpochs = -1 }).Validate()).Message);
    }

    [Theory]
    [InlineData(100_000, 100, null, null, 8, 2)]
    [InlineData(600_000, 2000, null, null, 5, 1)]
    [InlineData(100_000_000, 90_000, null, null, 3, 1)]
    [InlineData(1_000, 2, null, null, 64, 16)]
    [InlineData(100_000, 100, 7, null, 7, 1)]
    [InlineData(100_000, 100, null, 0, 10, 0)]
    [InlineData(100_000, 100, null, 3, 7, 3)]
    [InlineData(100_000, 100, 7, 4, 7, 4)]
    public void A_fifth_of_the_planned_epochs_are_final_ones(
        long tokens, int steps, int? epochs, int? final, int expected, int expectedFinal)
    {
        TrainingOptions options = new() { Epochs = epochs, FinalEpochs = final };
        Assert.Equal((expected, expectedFinal), options.PlanEpochs(tokens, steps, learnsDevRows: true));
        int all = epochs ?? TrainingOptions.EpochsFor(tokens, steps);
        Assert.Equal((all, 0), options.PlanEpochs(tokens, steps, learnsDevRows: false));
    }

    private static (ClassifierTraining Training, TrainingSummary Summary) Train(TrainingOptions options)
    {
        ClassifierTraining training = Create(options);
        training.Prepare();
        return (training, training.Finish(training.Fit()));
    }

    private static ClassifierTraining Create(TrainingOptions options)
    {
        var corpus = new Corpus(options.Tokenizer);
        corpus.AddRange(Rows);
        return new ClassifierTraining(DevSplit.Of(corpus, dev: null, options), options);
    }
}
