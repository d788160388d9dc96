using System.Text.Json;
using Unroll.Data;
using Unroll.Evaluation;
using Unroll.Models;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>A prediction says what it knows, and two of them are equal where they say the same.</summary>
public class PredictionTests
{
    private static readonly LabelledText[] Rows =
    [
        .. Enumerable.Range(0, 40).SelectMany(i => (LabelledText[])[
            new("good", $"a lovely film {i % 4}"), new("bad", $"a dull film {i % 4}"),
            new(i % 3 == 0 ? "good" : "bad", "a film")]),
    ];

    private static readonly SentenceClassifier Classifier = SentenceClassifier.Train(
        Rows, new TrainingOptions { Epochs = 4, Embedding = 8, Hidden = 8 });

    [Fact]
    public void Equal_predictions_are_equal_and_others_are_not()
    {
        Prediction prediction = Classifier.Predict("a lovely film");
        Assert.Equal(prediction, Classifier.Predict("a lovely film"));
        Assert.Equal(prediction.GetHashCode(), Classifier.Predict("a lovely film").GetHashCode());
        Assert.NotEqual(prediction, Classifier.Predict("a dull film"));
        Assert.NotEqual(prediction, prediction with { Probabilities = new([new("good", 0.9), new("bad", 0.1)]) });
    }

    [Fact]
    public void Probabilities_are_found_by_label_and_by_place()
    {
        LabelProbabilities all = Classifier.Predict("a lovely film").Probabilities;
        Assert.Equal(["bad", "good"], all.Keys);
        Assert.Equal(all[1].Value, all["good"]);
        Assert.True(all.TryGetValue("bad", out double bad) && bad == all[0].Value);
        Assert.False(all.ContainsKey("Bad"));
        string message = Assert.Throws<KeyNotFoundException>(() => all["fine"]).Message;
        Assert.Contains("expected one of bad, good", message, StringComparison.Ordinal);
        Assert.Equal(1, all.Values.Sum(), 1e-12);
    }

    [Fact]
    public void ToString_is_the_label_and_its_probability()
    {
        var prediction = new Prediction("x", "good", 0.98204, new([new("good", 0.98204), new("bad", 0.01796)]));
        Assert.Equal("good (0.9820)", prediction.ToString());
        Assert.Equal("? good (0.9820)", (prediction with { Abstains = true }).ToString());
        Assert.Equal("none", Prediction.None.ToString());
    }

    [Theory]
    [InlineData("a lovely film")]
    [InlineData("unheard \"of\" é")]
    [InlineData("")]
    public void Json_comes_back_equal_and_names_the_labels(string text)
    {
        Prediction prediction = Classifier.Predict(text);
        JsonSerializerOptions[] all = [JsonSerializerOptions.Default, JsonSerializerOptions.Web];
        foreach (JsonSerializerOptions options in all)
        {
            string json = JsonSerializer.Serialize(prediction, options);
            Assert.Equal(prediction, JsonSerializer.Deserialize<Prediction>(json, options));
        }
        JsonElement root = JsonSerializer.SerializeToElement(prediction);
        Assert.Equal(prediction.IsNone ? 0 : 2, root.GetProperty("probabilities").EnumerateObject().Count());
        Assert.Equal(prediction.IsNone ? null : prediction.Label, root.GetProperty("label").GetString());
    }

    [Theory]
    [InlineData("a lovely film", 3, 0)]
    [InlineData("An unheard film of 3!", 6, 4)]
    [InlineData("qqq", 1, 1)]
    public void Tokens_and_unknown_ones_are_counted(string text, int tokens, int unknown)
    {
        foreach (Prediction prediction in (Prediction[])[Classifier.Predict(text), .. Classifier.Predict(["film", text]).Skip(1)])
        {
            Assert.Equal((tokens, unknown), (prediction.Tokens, prediction.UnknownTokens));
            Assert.Equal((double)unknown / tokens, prediction.UnknownShare);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\n")]
    public void A_text_without_words_gets_no_label(string text)
    {
        Prediction prediction = Classifier.Predict(text);
        Assert.True(prediction.IsNone);
        Assert.True(prediction.Abstains);
        Assert.Null(prediction.Answer);
        Assert.Equal(text, prediction.Text);
        Assert.Equal(Prediction.None, prediction with { Text = "" });
        Assert.Empty(prediction.Top(3));
        Assert.Equal(Classifier.Predict("a film"), Classifier.Predict([text, "a film", text]).ElementAt(1));
    }

    /// <summary>Counted by hand: of n answers w are wrong, and (w + 1) / (n + 1) may be at most 1 - wanted.</summary>
    [Theory]
    [InlineData("11111", 0.8, 0.0, 5)]
    [InlineData("11111", 0.9, 1.0, 0)]
    [InlineData("1111100000", 0.8, 0.45, 5)]
    [InlineData("1111011111", 0.8, 0.0, 10)]
    [InlineData("0000011111", 0.8, 1.0, 0)]
    [InlineData("1111000011", 0.8, 0.55, 4)]
    [InlineData("", 0.8, 1.0, 0)]
    public void The_lowest_threshold_of_the_wanted_precision_is_taken(string right, double wanted, double threshold, int answered)
    {
        // The first row has 0.9, the next 0.8, and so on.
        double[] probability = [.. right.Select((_, i) => 0.9 - 0.1 * i)];
        AbstentionReport report = Abstention.Choose(probability, [.. right.Select(c => c == '1')], wanted);
        Assert.Equal((threshold, answered), (Math.Round(report.Threshold, 9), (int)Math.Round(report.Coverage * right.Length)));
        Assert.Equal(answered > 0, report.IsReached);
    }

    [Fact]
    public void Rows_of_one_probability_are_answered_together()
    {
        double[] probability = [.. Enumerable.Repeat(0.9, 20), .. Enumerable.Repeat(0.6, 20)];
        bool[] isRight = [.. Enumerable.Repeat(true, 30), .. Enumerable.Repeat(false, 10)];
        AbstentionReport report = Abstention.Choose(probability, isRight, 0.9);
        Assert.Equal((0.75, 1.0, 0.5), (report.Threshold, report.Precision, report.Coverage));
    }

    [Fact]
    public void The_threshold_is_chosen_kept_in_files_and_used()
    {
        using var folder = new TemporaryFolder();
        var options = new TrainingOptions { Epochs = 4, Embedding = 8, Hidden = 8 };
        SentenceClassifier classifier = SentenceClassifier.Train(Rows, options);
        Assert.False(classifier.Predict("a film").Abstains);
        AbstentionReport report = classifier.ChooseThreshold(Rows, 0.9);
        Assert.True(report.IsReached);
        Assert.InRange(report.Threshold, 0.5, 1);
        EvaluationResult result = classifier.Evaluate(Rows);
        Assert.Equal((report.Coverage, report.Precision), (result.Coverage, result.AnsweredAccuracy));
        Assert.True(classifier.Predict("a film").Abstains);
        Assert.Equal("good", classifier.Predict("a lovely film 1").Answer);
        classifier.Save(folder["model.zip"]);
        classifier.Save(folder["model"]);
        foreach (string path in (string[])[folder["model"], folder["model.zip"]])
            Assert.Equal(classifier.Predict("a film"), SentenceClassifier.Load(path).Predict("a film"));
        Assert.Throws<ArgumentOutOfRangeException>(() => classifier.Threshold = 1.5);
        Assert.Throws<ArgumentOutOfRangeException>(() => classifier.Threshold = double.NaN);
        Assert.Throws<ArgumentOutOfRangeException>(() => classifier.ChooseThreshold(Rows, 1));
    }

    [Fact]
    public void Training_chooses_it_for_a_wanted_precision()
    {
        LabelledText[] many = [.. Enumerable.Repeat(Rows, 5).SelectMany(each => each)];
        var options = new TrainingOptions { Epochs = 3, Embedding = 8, Hidden = 8, Precision = 0.9 };
        SentenceClassifier classifier = SentenceClassifier.Train(many, options, dev: Rows);
        Assert.True(classifier.Threshold > 0);
        Assert.True(classifier.Predict("a film").Abstains);
        Assert.Throws<InputException>(new TrainingOptions { Precision = 1 }.Validate);
    }

    [Fact]
    public void Evaluation_names_the_labels()
    {
        EvaluationResult result = Classifier.Evaluate(Rows);
        Assert.Equal(["bad", "good"], result.Labels.Keys);
        Assert.Equal(result.Confusion[1], result["good"]);
        Assert.Equal(result.Confusion[0, 1], result.Confusion["bad", "good"]);
        Confusion largest = result.Confusion.LargestConfusions(1)[0];
        Assert.Equal(("good", "bad"), (largest.TruthLabel, largest.PredictedLabel));
        string message = Assert.Throws<ArgumentException>(() => result["fine"]).Message;
        Assert.Contains("expected one of bad, good", message, StringComparison.Ordinal);
        using var run = new EvaluationRun(Classifier);
        run.Add(Rows[0]);
        Assert.Equal(1, run.Finish().Result["good"].Support);
    }
}
