using Unroll.Training;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>What the library says of its settings, the command says of its flags.</summary>
public class SettingNamesTests
{
    [Theory]
    [InlineData("TrainingOptions.Dropout is 1, expected a share", "dropout is 1, expected a share")]
    [InlineData(
        "vectors, but TrainingOptions.Embedding is 4; leave TrainingOptions.Embedding out",
        "vectors, but --embedding is 4; leave --embedding out")]
    [InlineData(
        "try a smaller TrainingOptions.LearningRate (it is 9) or TrainingOptions.ClipNorm = 1",
        "try a smaller --lr (it is 9) or --clip 1")]
    [InlineData("give TorchImportOptions.Pooling = Mean or Max if", "give --pooling mean or max if")]
    [InlineData("give TorchImportOptions.Ignore = NAME for", "give --ignore NAME for")]
    [InlineData("TorchImportOptions.Ignore = \"x.y\" names no tensor", "--ignore x.y names no tensor")]
    [InlineData("give Tokenizer.Lowercase = false if", "give --keep-case if")]
    [InlineData("begin again without CheckpointOptions.Resume", "begin again without --resume")]
    [InlineData(
        "m: exists already; choose another path, or give overwrite = true to replace it",
        "m: exists already; choose another --out, or give --overwrite to replace it")]
    [InlineData(
        "m: no such folder, expected a model folder; train a model and save it there",
        "m: no such folder, expected a model folder; train one with unroll train … --out m")]
    [InlineData("Other.Dropout is 1", "Other.Dropout is 1")]
    public void Messages_name_the_flags(string message, string expected) =>
        Assert.Equal(expected, FlagNames.Translate(message, "train"));

    [Fact]
    public void Every_setting_that_the_library_checks_has_a_flag()
    {
        (TrainingOptions Options, string Flag)[] cases =
        [
            (new() { Hidden = 0 }, "hidden"), (new() { LearningRate = -1 }, "lr"), (new() { BatchSize = 0 }, "batch"),
            (new() { LabelSmoothing = 1 }, "label-smoothing"), (new() { MinimumCount = 0 }, "min-count"),
            (new() { MaximumVocabulary = 1 }, "max-vocabulary"), (new() { TruncateSteps = 0 }, "truncate"),
        ];
        foreach ((TrainingOptions options, string flag) in cases)
        {
            string message = Assert.Throws<InputException>(options.Validate).Message;
            Assert.StartsWith($"{flag} is ", FlagNames.Translate(message, "train"), StringComparison.Ordinal);
        }
    }
}
