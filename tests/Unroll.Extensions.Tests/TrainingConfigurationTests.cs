using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Unroll.Models;
using Unroll.Training;
using Xunit;

namespace Unroll.Extensions.Tests;

public class TrainingConfigurationTests
{
    [Fact]
    public void Settings_come_from_a_configuration()
    {
        TrainingOptions options = Read(
            ("Cell", "lstm"), ("hidden", "64"), ("Epochs", ""), ("LearningRate", "0.002"), ("Bidirectional", "false"),
            ("Seed", "7"), ("Precision", "0.95"), ("LabelWeights:good", "2.5"), ("Schedule:Kind", "Cosine"),
            ("Schedule:WarmUpSteps", "10"), ("WordVectorsFile", "glove.txt"));
        Assert.Equal(
            (Cell.Lstm, 64, null, 0.002f, false, 7ul, 0.95, "glove.txt"),
            (options.Cell, options.Hidden, options.Epochs, options.LearningRate, options.Bidirectional, options.Seed,
                options.Precision, options.WordVectorsFile));
        Assert.Equal(2.5f, options.LabelWeights!["good"]);
        Assert.Equal(new LearningRateSchedule(ScheduleKind.Cosine, WarmUpSteps: 10), options.Schedule);
        Assert.Equal(2, Read(("Cell", "Transformer"), ("Transformer:Heads", "2")).Transformer.Heads);
    }

    [Theory]
    [InlineData("Hiden", "64", "configuration Training:Hiden: unknown key \"Hiden\"; did you mean Hidden?")]
    [InlineData("Color", "red", "configuration Training:Color: unknown key \"Color\"; expected a property of TrainingOptions")]
    [InlineData("GradientFlow", "x", "configuration Training:GradientFlow: unknown key \"GradientFlow\"")]
    [InlineData("Schedule:Kin", "Step", "configuration Training:Schedule:Kin: unknown key \"Kin\"; did you mean Kind?")]
    [InlineData("Hidden", "many", "configuration Training:Hidden: is many, expected a whole number")]
    [InlineData("Cell", "perceptron", "configuration Training:Cell: is perceptron, expected Rnn or Gru")]
    [InlineData("Cell", "17", "configuration Training:Cell: is 17, expected")]
    [InlineData("Shuffle", "si", "configuration Training:Shuffle: is si, expected true or false")]
    [InlineData("Hidden:Size", "3", "configuration Training:Hidden: holds other keys, expected a whole number")]
    [InlineData("Hidden", "0", "TrainingOptions.Hidden is 0, expected a positive width")]
    public void What_is_no_setting_is_refused_in_one_line(string key, string value, string expected)
    {
        InputException e = Assert.Throws<InputException>(() => Read((key, value)));
        Assert.StartsWith(expected, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void A_training_is_logged_epoch_by_epoch()
    {
        var lines = new List<string>();
        SentenceClassifier.Train(
            SmallModels.Rows("good", "bad"), new TrainingOptions { Epochs = 2, Embedding = 4, Hidden = 4, FinalEpochs = 0 },
            progress: new TrainingLog(new ListLogger(lines)), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(2, lines.Count);
        Assert.StartsWith("Information Epoch 1 of 2: loss ", lines[0], StringComparison.Ordinal);
    }

    private static TrainingOptions Read(params (string Key, string Value)[] entries) => new ConfigurationBuilder()
        .AddInMemoryCollection(entries.Select(entry => KeyValuePair.Create($"Training:{entry.Key}", (string?)entry.Value)))
        .Build().GetSection("Training").GetTrainingOptions();

    private sealed class ListLogger(List<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Add($"{logLevel} {formatter(state, exception)}");
    }
}
