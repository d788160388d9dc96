using System.Text.Json;
using Unroll.Data;
using Unroll.Evaluation;
using Unroll.Inspection;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Terms;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>A linear part that is a model of its own, without a network.</summary>
public class LinearAloneTests
{
    private static readonly TrainingOptions Options = new() { Networks = 0, DevShare = 0.2, Seed = 5 };

    private static readonly LabelledText[] Rows =
    [
        .. from i in Enumerable.Range(0, 20)
           from row in (LabelledText[])[new("pos", $"a fine film {i % 5}"), new("neg", $"a dull film {i % 3}")]
           select row,
    ];

    private static readonly string[] Texts = ["a fine film", "dull dull film 2", "", "xyzzy", "finest"];

    [Fact]
    public void It_answers_what_its_linear_part_says()
    {
        SentenceClassifier classifier = SentenceClassifier.Train(Rows, Options);
        Assert.Equal((0, 1.0, 0), (classifier.Config.Networks, classifier.Config.LinearShare, classifier.ParameterCount));
        LinearPart part = classifier.Linear!;
        foreach (string text in Texts)
        {
            float[] logits = new float[2];
            part.Logits(classifier.Config.Tokens.Tokenize(text), new TermRow(), logits);
            double difference = (logits[0] - (double)logits[1]) / classifier.Config.Temperature;
            if (text.Trim().Length == 0)
                Assert.True(classifier.Predict(text).IsNone);
            else
                Assert.Equal(1 / (1 + Math.Exp(-difference)), classifier.Predict(text).Probabilities[0].Value, 1e-9);
        }
        Assert.Equal("pos", classifier.Predict("a fine film").Label);
        Assert.Equal("neg", classifier.Predict("a dull film").Label);
        Assert.Equal(1, classifier.Evaluate(Rows).Accuracy);
    }

    [Fact]
    public void It_is_the_linear_part_of_a_training_with_a_network()
    {
        SentenceClassifier alone = SentenceClassifier.Train(Rows, Options);
        TrainingOptions both = Options with { Networks = 1, Embedding = 4, Hidden = 4, Epochs = 1, LearningRate = 1e-6f };
        SentenceClassifier beside = SentenceClassifier.Train(Rows, both);
        Assert.True(beside.Config.LinearShare > 0);
        Assert.Equal(beside.Terms, alone.Terms);
        Assert.Equal(beside.Linear!.Weight.ToArray(), alone.Linear!.Weight.ToArray());
    }

    [Fact]
    public void Without_dev_rows_it_is_trained_too_and_not_calibrated()
    {
        SentenceClassifier classifier = SentenceClassifier.Train(Rows, Options with { DevShare = 0 });
        Assert.Equal((1.0, 1.0), (classifier.Config.LinearShare, classifier.Config.Temperature));
        Assert.Equal("neg", classifier.Predict("a dull film").Label);
    }

    [Fact]
    public void A_training_measures_it_beside_the_majority_class()
    {
        var corpus = new Corpus(Options.Tokenizer);
        corpus.AddRange(Rows);
        var training = new ClassifierTraining(DevSplit.Of(corpus, dev: null, Options), Options)
        {
            Test = corpus,
            ComparesWithSimplerModels = true,
        };
        training.Prepare();
        Assert.Equal(0, training.Epochs);
        TrainingSummary summary = training.Finish(training.Fit());
        Assert.Empty(summary.Epochs);
        Assert.Null(summary.Kept);
        Assert.Equal(["majority"], summary.SimplerModels.Select(model => model.Key));
        Assert.Equal((1.0, 1.0), (summary.Dev!.Accuracy, summary.Test!.Accuracy));
        Assert.NotNull(summary.Calibration);
        PartScores[] folds =
            [.. new CrossValidation(corpus, Options) { Folds = 4, ComparesWithSimplerModels = true }.Run()];
        Assert.All(folds, fold => Assert.Equal((1.0, null), (fold.Model.Accuracy, fold.Network?.Accuracy)));
    }

    [Fact]
    public void A_saved_model_answers_alike_and_says_nothing_of_a_network()
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier trained = SentenceClassifier.Train(Rows, Options);
        trained.Save(folder["model"]);
        SentenceClassifier loaded = SentenceClassifier.Load(folder["model"]);
        foreach (string text in Texts)
            Assert.Equal(trained.Predict(text).Probabilities, loaded.Predict(text).Probabilities);
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(folder["model/config.json"]));
        Assert.Equal(0, config.RootElement.GetProperty("networks").GetInt32());
        Assert.False(config.RootElement.TryGetProperty("cell", out _));
        Assert.All(loaded.Tensors, tensor => Assert.StartsWith("linear.", tensor.Name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"linear_share\": 1", "\"linear_share\": 0.5", "linear_share is 0.5, expected 1, for networks is 0")]
    [InlineData(",\n  \"linear_share\": 1", "", "linear_share is missing, expected 1, for networks is 0")]
    [InlineData("\"networks\": 0", "\"networks\": 0, \"hidden\": 5", "unknown key \"hidden\"")]
    [InlineData("\"networks\": 0,", "", "no key \"cell\"")]
    public void A_configuration_of_something_else_is_refused(string old, string changed, string message)
    {
        string json = SentenceClassifier.Train(Rows, Options).Config.ToJson();
        string edited = json.Replace(old, changed, StringComparison.Ordinal);
        Assert.NotEqual(json, edited);
        InputException error = Assert.Throws<InputException>(
            () => ModelConfigJson.Read(System.Text.Encoding.UTF8.GetBytes(edited), "config.json"));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_says_what_a_whole_text_says()
    {
        SentenceClassifier classifier = SentenceClassifier.Train(Rows, Options);
        PredictionStream stream = classifier.Stream();
        string read = "";
        foreach (string word in (string[])["a", "fine", "xyzzy", "dull", "film"])
        {
            read += word + " ";
            Assert.Equal(classifier.Predict(read).Probability, stream.Add(word).Probability, 1e-6);
        }
        Assert.Equal(5, stream.Count);
        stream.Clear();
        Assert.Equal(classifier.Predict("").Probability, stream.Add("").Probability, 1e-6);
    }

    [Fact]
    public void Inspecting_shows_the_words_and_no_states()
    {
        SentenceClassifier classifier = SentenceClassifier.Train(Rows, Options);
        TextInspection inspection = Inspector.Inspect(classifier, "a fine film");
        Assert.Equal(classifier.Predict("a fine film").Probabilities, inspection.Prediction.Probabilities);
        Assert.Empty(inspection.States);
        Assert.Empty(inspection.HiddenGradient);
        Assert.Empty(inspection.InputGradient);
        Assert.Empty(inspection.GradientTimesInput);
        Assert.Null(inspection.Plane);
        Assert.Equal(1, inspection.Linear!.Share);
        Assert.Equal(3, inspection.Prefixes.Count);
        Assert.Equal(inspection.LeaveOneOut.Max(), inspection.LeaveOneOut[1]);
        Assert.True(inspection.IsFinite);
        Assert.Throws<InvalidOperationException>(() => HiddenStates.Trace(classifier, "a fine film"));
    }

    [Fact]
    public void What_needs_a_network_is_refused()
    {
        using var folder = new TemporaryFolder();
        InputException neither = Assert.Throws<InputException>(() => (Options with { Linear = false }).Validate());
        Assert.Equal(
            "nothing is left to train with TrainingOptions.Networks = 0 and TrainingOptions.Linear = false; " +
            "leave one of them out", neither.Message);
        var corpus = new Corpus(Options.Tokenizer);
        corpus.AddRange(Rows);
        string vectors = folder.Write("vectors.txt", "fine 1 2\n");
        var training = new ClassifierTraining(DevSplit.Of(corpus, dev: null, Options), Options) { WordVectorsFile = vectors };
        Assert.Contains(
            "trains the linear part alone", Assert.Throws<InputException>(() => training.Prepare()).Message,
            StringComparison.Ordinal);
        SentenceClassifier classifier = SentenceClassifier.Train(Rows, Options);
        Assert.Contains(
            "has no network",
            Assert.Throws<InputException>(() => classifier.SearchLearningRate(Rows, Options)).Message, StringComparison.Ordinal);
    }
}
