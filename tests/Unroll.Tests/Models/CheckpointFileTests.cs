using Unroll.Engine.Batches;
using Unroll.Models;
using Unroll.Training;
using Xunit;
using static Unroll.Tests.Models.CheckpointRuns;

namespace Unroll.Tests.Models;

/// <summary>A checkpoint that cannot be written, is damaged or belongs to another training says so.</summary>
public class CheckpointFileTests
{
    [Fact]
    public void A_checkpoint_that_cannot_be_written_ends_the_training_or_is_told()
    {
        using var folder = new TemporaryFolder();
        TrainingOptions options = Options with
        {
            Epochs = 1,
            Checkpoint = new CheckpointOptions(
            Path.Combine(folder["none"], "state"))
            { EverySteps = 1 }
        };
        SentenceClassifier classifier = Create(options);
        Assert.Equal(
            $"{folder["none/state"]}: cannot be written (its folder is not there and cannot be made); choose another path",
            Assert.Throws<IOException>(() => classifier.Fit(Train, options, Dev)).Message);
        int told = 0;
        classifier = Create(options);
        classifier.Fit(Train, options with { Checkpoint = options.Checkpoint with { Failed = _ => told++ } }, Dev);
        Assert.Equal(BatchOrder.BatchCount(Train.Count, options.BatchSize), told);
    }

    [Fact]
    public void A_checkpoint_of_other_rows_or_settings_or_a_damaged_one_is_refused()
    {
        using var folder = new TemporaryFolder();
        TrainingOptions options = Options with { Epochs = 1, Checkpoint = new CheckpointOptions(folder["state"]) };
        Fit(Train, options);

        AssertRefused("other rows or other settings", Dev, Resuming(options));
        AssertRefused("other rows or other settings", Train, Resuming(options) with { LearningRate = 0.5f });
        AssertRefused("other rows or other settings", Train, Resuming(options) with { Schedule = new LearningRateSchedule() });
        Fit(Train, Resuming(options) with { Threads = 1 });

        byte[] bytes = File.ReadAllBytes(folder["state"]);
        bytes[^5] ^= 1;
        File.WriteAllBytes(folder["state"], bytes);
        AssertRefused("damaged", Train, Resuming(options));
        File.WriteAllBytes(folder["state"], bytes[..^100]);
        AssertRefused("state", Train, Resuming(options));

        void Fit(EncodedTexts rows, TrainingOptions with) =>
            Create(Options).Fit(rows, with, Dev);

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
        TrainingOptions options = Options with { Checkpoint = new CheckpointOptions(folder["state"]) };
        Stop(options, progress => progress.Epoch == 2);
        File.WriteAllBytes(folder["state"], CheckpointEdit.Position(File.ReadAllBytes(folder["state"]), key, value));
        InputException e = Assert.Throws<InputException>(
            () => Create(options).Fit(Train, Resuming(options), Dev));
        Assert.Contains("damaged since it was written", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }
}
