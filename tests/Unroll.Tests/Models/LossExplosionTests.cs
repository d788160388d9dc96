using Unroll.Data;
using Unroll.Models;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

public class LossExplosionTests
{
    // Nobody can tell these apart, so logits only grow with the steps.
    private static readonly LabelledText[] Rows =
        [.. Enumerable.Range(0, 40).Select(i => new LabelledText(i % 2 == 0 ? "pos" : "neg", "so so"))];

    private static readonly TrainingOptions Options = new()
    {
        Embedding = 6,
        Hidden = 6,
        Epochs = 3,
        BatchSize = 5,
        Adversarial = 0,
        Threads = 1,
    };

    [Theory]
    // train loss, dev loss (null for none), classes, whether the model is of no use
    [InlineData(2_248_170, 2_000_000.0, 2, true)]
    [InlineData(2.8, 2.8, 2, true)]
    [InlineData(2.7, 1000.0, 2, false)]
    [InlineData(1000, 2.7, 2, false)]
    [InlineData(1000, null, 2, true)]
    [InlineData(2.7, null, 2, false)]
    // Right about nearly all rows, far too sure about the others.
    [InlineData(0.01, 9.0, 2, false)]
    // A thousand classes: guessing has 6.9.
    [InlineData(9, 12.0, 1000, false)]
    [InlineData(28, 28.0, 1000, true)]
    public void Both_losses_must_be_above_four_times_guessing(double train, double? dev, int classes, bool expected) =>
        Assert.Equal(expected, LossExplosion.IsIn(Epoch(1, train, dev, isBest: true), classes));

    [Fact]
    public void A_high_loss_of_an_epoch_that_is_not_kept_is_a_warning()
    {
        EpochReport[] sound = [Epoch(1, 0.7, 0.6, isBest: true), Epoch(2, 0.5, 0.6, isBest: false)];
        Assert.Null(LossExplosion.Warning(sound, 2, 0.1f));
        Assert.Equal(
            "the loss was 290 in epoch 3, where guessing gives 0.693; the model of epoch 1 is kept; try a smaller " +
            "TrainingOptions.LearningRate (it is 0.1)",
            LossExplosion.Warning([.. sound, Epoch(3, 290.11, 84.9, isBest: false)], 2, 0.1f));
    }

    [Theory]
    [InlineData(OptimizerKind.Adam, 1e6f, 0.25)]
    [InlineData(OptimizerKind.Adam, 1e6f, 0)]
    [InlineData(OptimizerKind.Sgd, 1e6f, 0.25)]
    [InlineData(OptimizerKind.Sgd, 1e6f, 0)]
    [InlineData(OptimizerKind.Sgd, 1e3f, 0)]
    public void A_training_that_exploded_and_stayed_finite_fails(OptimizerKind optimizer, float learningRate, double devShare)
    {
        TrainingOptions options = Options with { Optimizer = optimizer, LearningRate = learningRate, DevShare = devShare };
        string message = Assert.Throws<TrainingDivergedException>(() => SentenceClassifier.Train(Rows, options)).Message;
        Assert.Matches(
            @"^epoch [123], step \d+: the loss exploded to \S+, where guessing gives 0\.693 \(gradient norm \S+\); " +
            @"try a smaller TrainingOptions\.LearningRate \(it is \S+\)$",
            message);
    }

    [Fact]
    public void Without_clipping_it_is_suggested()
    {
        TrainingOptions options = Options with { LearningRate = 1e6f, ClipNorm = null };
        Assert.EndsWith(
            " or TrainingOptions.ClipNorm = 1",
            Assert.Throws<TrainingDivergedException>(() => SentenceClassifier.Train(Rows, options)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_resumed_training_fails_in_the_same_way()
    {
        using var folder = new TemporaryFolder();
        TrainingOptions options = Options with { LearningRate = 1000, Optimizer = OptimizerKind.Sgd };
        string expected = Assert.Throws<TrainingDivergedException>(() => SentenceClassifier.Train(Rows, options)).Message;
        options = options with { Checkpoint = new CheckpointOptions(folder["state"]) };
        using var source = new CancellationTokenSource();
        var stop = new Stop(progress =>
        {
            if (progress.Epoch == 2)
                source.Cancel();
        });
        Assert.Throws<OperationCanceledException>(
            () => SentenceClassifier.Train(Rows, options, progress: stop, cancellationToken: source.Token));
        byte[] before = File.ReadAllBytes(folder["state"]);
        options = options with { Checkpoint = options.Checkpoint! with { Resume = true } };
        Assert.Equal(expected, Assert.Throws<TrainingDivergedException>(() => SentenceClassifier.Train(Rows, options)).Message);
        Assert.Equal(before, File.ReadAllBytes(folder["state"]));
    }

    private sealed class Stop(Action<TrainingProgress> see) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => see(value);
    }

    [Theory]
    [InlineData(Cell.Rnn, 1f, null, 0)]
    [InlineData(Cell.Gru, 0.3f, null, 0.1f)]
    [InlineData(Cell.Gru, 0.1f, 100f, 0)]
    public void A_training_with_large_steps_that_learns_is_sound(
        Cell cell, float learningRate, float? weight, float labelSmoothing)
    {
        LabelledText[] rows =
        [
            .. Enumerable.Range(0, 60).Select(
                i => new LabelledText(i % 3 == 0 ? "pos" : "neg", i % 3 == 0 ? $"fine film {i % 7}" : $"dull film {i % 7}")),
        ];
        SentenceClassifier classifier = SentenceClassifier.Train(rows, Options with
        {
            Cell = cell,
            LearningRate = learningRate,
            ClassWeights = weight is { } of ? [1, of] : null,
            LabelSmoothing = labelSmoothing,
            Epochs = 5,
        });
        Assert.Equal(1, classifier.Evaluate(rows).Accuracy);
    }

    private static EpochReport Epoch(int epoch, double train, double? dev, bool isBest) =>
        new(epoch, train, dev, dev is null ? null : 0.5, dev is null ? null : 0.5, 0.1f, 1, 0, 1, 1, isBest);
}
