using Unroll.Data;
using Unroll.Evaluation;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

public class CalibrationTests
{
    private static readonly LabelledText[] Dev =
    [
        new("pos", "a fine film"), new("neg", "a fine plot"), new("pos", "dull"), new("neg", "dull film"), new("neg", "so dull"),
        new("pos", "so fine"), new("pos", "very fine"),
    ];

    [Fact]
    public void It_changes_the_probabilities_and_no_label_and_is_saved()
    {
        SentenceClassifier classifier = Train();
        Assert.Equal(1, classifier.Config.Temperature);
        EvaluationResult before = classifier.Evaluate(Dev);
        Prediction[] sure = [.. classifier.Predict(Dev.Select(row => row.Text))];

        CalibrationReport report = classifier.Calibrate(Dev);
        EvaluationResult after = classifier.Evaluate(Dev);
        Prediction[] honest = [.. classifier.Predict(Dev.Select(row => row.Text))];
        Assert.Equal((Dev.Length, classifier.Config.Temperature), (report.Rows, report.Temperature));
        Assert.Equal((before.Loss, before.CalibrationError), (report.LossBefore, report.ErrorBefore));
        Assert.Equal((after.Loss, after.CalibrationError), (report.LossAfter, report.ErrorAfter));
        Assert.True(report.LossAfter < report.LossBefore && report.Temperature > 1, report.ToString());
        Assert.Equal(before.Confusion.ToArray(), after.Confusion.ToArray());
        Assert.Equal(sure.Select(p => p.Label), honest.Select(p => p.Label));
        Assert.All(sure.Zip(honest), pair => Assert.True(pair.First.Probability > pair.Second.Probability));

        using var folder = new TemporaryFolder();
        classifier.Save(folder["model"]);
        SentenceClassifier loaded = SentenceClassifier.Load(folder["model"]);
        Assert.Equal(report.Temperature, loaded.Config.Temperature);
        Assert.Equal(honest[0].Probability, loaded.Predict(Dev[0].Text).Probability);

        // A second time it starts from the logits again.
        Assert.Equal(report, classifier.Calibrate(Dev));
        Assert.Equal(report, classifier.Calibrate(Dev, threads: 1));
        Assert.Equal(after.Loss, classifier.Evaluate(Dev, threads: 3).Loss);
    }

    [Fact]
    public void Dev_rows_that_are_all_right_leave_the_temperature_alone()
    {
        SentenceClassifier classifier = Train();
        LabelledText[] right = [.. Dev.Select(row => row with { Label = classifier.Predict(row.Text).Label })];
        Assert.Equal(1, classifier.Calibrate(right).Temperature);
    }

    [Theory]
    [InlineData("0", "temperature is 0, expected a number above 0")]
    [InlineData("-1", "temperature is -1")]
    [InlineData("1e999", "temperature is 1e999")]
    [InlineData("\"warm\"", "temperature is \"warm\", expected a number above 0")]
    public void A_temperature_that_cannot_be_is_refused(string value, string expected)
    {
        using var folder = new TemporaryFolder();
        ModelConfig config = ModelFolderTests.CreateGolden().Config with { Temperature = 2 };
        string json = System.Text.Encoding.UTF8.GetString(ModelConfigJson.Write(config));
        Assert.Contains("\"temperature\": 2\n", json, StringComparison.Ordinal);
        byte[] altered = System.Text.Encoding.UTF8.GetBytes(
            json.Replace("\"temperature\": 2", $"\"temperature\": {value}", StringComparison.Ordinal));
        InputException e = Assert.Throws<InputException>(() => ModelConfigJson.Read(altered, "config.json"));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    private static SentenceClassifier Train() => SentenceClassifier.Train(
        [new("pos", "a fine film"), new("neg", "a dull film"), new("pos", "so very fine"), new("neg", "dull")],
        new TrainingOptions { Epochs = 60, Embedding = 8, Hidden = 8, BatchSize = 2, LearningRate = 0.01f });
}
