using System.Text.Json;
using Unroll.Data;
using Unroll.Evaluation;
using Unroll.Import;
using Unroll.Inspection;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>Texts that may have several labels, from rows to answers.</summary>
public class SeveralLabelsTests
{
    private static readonly TrainingOptions Small = new() { Embedding = 12, Hidden = 10, Epochs = 12, Threads = 1 };

    private static readonly string[] Words = ["ball", "vote", "price"];

    private static readonly string[] Labels = ["sports", "politics", "money"];

    // A text has the labels whose word is in it.
    private static LabelledText[] Rows(int seed, int count)
    {
        var random = new Random(seed);
        var rows = new List<LabelledText>();
        for (int i = 0; i < count; i++)
        {
            int set = random.Next(8);
            string[] words = [.. Words.Where((_, c) => (set >> c & 1) == 1), $"w{random.Next(6)}", $"w{random.Next(6)}"];
            random.Shuffle(words);
            rows.Add(LabelledText.Several(Labels.Where((_, c) => (set >> c & 1) == 1), string.Join(' ', words)));
        }
        return [.. rows];
    }

    private static SentenceClassifier Train(TrainingOptions options, int rows = 300) => SentenceClassifier.Train(
        Rows(1, rows), options, cancellationToken: TestContext.Current.CancellationToken);

    public static TheoryData<string> Kinds => ["usual", "network", "linear", "several", "transformer", "smooth", "balanced"];

    private static TrainingOptions Of(string kind) => kind switch
    {
        "usual" => Small,
        "network" => Small with { Linear = false, Bidirectional = false, Epochs = 40, LearningRate = 0.01f },
        "linear" => Small with { Networks = 0 },
        "several" => Small with { Networks = 2, Linear = false, Epochs = 40, LearningRate = 0.01f },
        "transformer" => Small with { Cell = Cell.Transformer, Hidden = 12 },
        "smooth" => Small with { LabelSmoothing = 0.05f, Dropout = 0, WordDropout = 0.1f },
        "balanced" => Small with { BalancedClasses = true },
        _ => throw new InvalidOperationException(kind),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_of_model_learns_them_and_is_saved_and_loaded(string kind)
    {
        SentenceClassifier classifier = Train(Of(kind));
        Assert.Equal((true, 3, 3), (classifier.Config.MultiLabel, classifier.Labels.Count, classifier.Config.Thresholds.Count));
        EvaluationResult result = classifier.Evaluate(Rows(2, 200), threads: 1);
        Assert.True(result.MicroF1 > 0.97, $"{kind}: micro-F1 {result.MicroF1}");
        Assert.True(result.IsMultiLabel);
        Prediction both = classifier.Predict("w1 vote w2 ball");
        Assert.Equal(["politics", "sports"], both.Labels.Keys.Order());
        Assert.Equal([.. both.Labels.Values.OrderDescending()], both.Labels.Values);
        Prediction none = classifier.Predict("w1 w2");
        Assert.Equal((true, 0, null, false), (none.IsMultiLabel, none.Labels.Count, none.Answer, none.Abstains));
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["model", "model.zip"])
        {
            classifier.Save(folder[name]);
            SentenceClassifier loaded = SentenceClassifier.Load(folder[name]);
            Assert.Equal(classifier.Config.Thresholds, loaded.Config.Thresholds);
            Assert.Equal(both, loaded.Predict(both.Text));
        }
    }

    [Fact]
    public void Rows_of_one_label_are_learned_so_where_it_is_asked_for()
    {
        LabelledText[] rows = [.. Rows(1, 300).Where(row => row.Labels.Count == 1)];
        Assert.False(SentenceClassifier.Train(
            rows, Small, cancellationToken: TestContext.Current.CancellationToken).Config.MultiLabel);
        SentenceClassifier classifier = SentenceClassifier.Train(
            rows, Small with { MultiLabel = true }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(classifier.Config.MultiLabel);
        Assert.Equal(["money"], classifier.Predict("price").Labels.Keys);
    }

    [Fact]
    public void A_prediction_is_json_and_comes_back()
    {
        SentenceClassifier classifier = Train(Small with { Networks = 0 });
        Prediction[] predictions = [classifier.Predict("vote ball"), classifier.Predict("w1"), classifier.Predict("")];
        foreach (Prediction prediction in predictions)
        {
            string json = JsonSerializer.Serialize(prediction);
            Assert.Equal(prediction.IsMultiLabel, JsonDocument.Parse(json).RootElement.TryGetProperty("labels", out _));
            Assert.Equal(prediction, JsonSerializer.Deserialize<Prediction>(json));
        }
        Assert.Matches(@"^\w+ \([01]\.\d{4}\), \w+ \([01]\.\d{4}\)$", predictions[0].ToString());
        Assert.Equal(("-", "none"), (predictions[1].ToString(), predictions[2].ToString()));
        Assert.Equal(3, predictions[0].WithThreshold(0).Labels.Count);
    }

    [Fact]
    public void A_stream_and_an_inspection_say_what_a_prediction_says()
    {
        SentenceClassifier classifier = Train(Small with { Bidirectional = false });
        PredictionStream stream = classifier.Stream();
        stream.Add("w1 ball");
        Prediction whole = classifier.Predict("w1 ball vote"), streamed = stream.Add("vote");
        Assert.Equal(whole.Labels.Keys, streamed.Labels.Keys);
        AssertNear(whole, streamed);
        TextInspection inspection = Inspector.Inspect(classifier, "w1 ball vote");
        Assert.Equal(whole.Labels.Keys, inspection.Prediction.Labels.Keys);
        Assert.All(inspection.Prefixes[^1].Zip(whole.Probabilities.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void A_training_goes_on_from_its_checkpoint_with_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        TrainingOptions options = Small with { Epochs = 3, Linear = false };
        SentenceClassifier whole = Train(options);
        using var stop = new CancellationTokenSource();
        int steps = 0;
        var progress = new Told(() =>
        {
            if (++steps == 13)
                stop.Cancel();
        });
        TrainingOptions saved = options with { Checkpoint = new CheckpointOptions(folder["state"]) };
        Assert.Throws<OperationCanceledException>(() => SentenceClassifier.Train(
            Rows(1, 300), saved, progress: progress, cancellationToken: stop.Token));
        SentenceClassifier resumed = Train(
            options with { Checkpoint = new CheckpointOptions(folder["state"]) { Resume = true } });
        Assert.Equal(whole.Config.Thresholds, resumed.Config.Thresholds);
        Assert.Equal(whole.Predict("ball vote"), resumed.Predict("ball vote"));
        // Other sets of the same rows are another training.
        LabelledText[] others = [.. Rows(1, 300).Select((row, i) => i == 7 ? LabelledText.Several(["money"], row.Text) : row)];
        InputException e = Assert.Throws<InputException>(() => SentenceClassifier.Train(
            others, saved with { Checkpoint = new CheckpointOptions(folder["state"]) { Resume = true } },
            cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("state", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fine_tuning_adds_labels_and_keeps_the_old_thresholds_for_new_rows()
    {
        SentenceClassifier classifier = Train(Small);
        LabelledText[] rows =
        [
            .. Rows(3, 150).Select((row, i) => i % 3 > 0
                ? row
                : LabelledText.Several([.. row.Labels, "art"], row.Text + " paint")),
        ];
        SentenceClassifier tuned = classifier.FineTune(
            rows, new FineTuningOptions { Training = Small with { Epochs = 8 }, OldRows = Rows(1, 300), OldShare = 1 },
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([.. classifier.Labels, "art"], tuned.Labels);
        Assert.Equal(["art", "politics"], tuned.Predict("vote paint w1").Labels.Keys.Order());
    }

    [Theory]
    [InlineData("precision", "texts may have several labels, and TrainingOptions.Precision is for models of one label a text")]
    [InlineData("unlabelled", "texts may have several labels, and texts without labels help models of one label a text alone")]
    [InlineData("old", "texts may have several labels, and FineTuningOptions.OldShare is for models of one label a text")]
    [InlineData("single", "row 1 has the labels money, sports, and the model gives every text one label")]
    [InlineData("threshold", "a threshold below which a model abstains is for one label a text")]
    [InlineData("thresholds", "the model gives every text one label, expected one that gives several")]
    public void What_does_not_go_with_several_labels_is_refused(string what, string expected)
    {
        LabelledText[] rows = Rows(1, 60);
        LabelledText[] ofOne = [.. rows.Where(row => row.Labels.Count == 1)];
        TrainingOptions linear = Small with { Networks = 0 };
        CancellationToken token = TestContext.Current.CancellationToken;
        InputException e = Assert.Throws<InputException>(() =>
        {
            object _ = what switch
            {
                "precision" => SentenceClassifier.Train(rows, linear with { Precision = 0.9 }, cancellationToken: token),
                "unlabelled" => SentenceClassifier.Train(rows, linear, unlabelled: ["x"], cancellationToken: token),
                "old" => Train(linear).FineTune(
                    rows, new FineTuningOptions { OldRows = rows, OldShare = 0.2 }, cancellationToken: token),
                "single" => SentenceClassifier.Train(ofOne, linear, cancellationToken: token)
                    .Evaluate([LabelledText.Several(["sports", "money"], "x")]),
                "threshold" => Train(linear).ChooseThreshold(rows, 0.9),
                "thresholds" => SentenceClassifier.Train(ofOne, linear, cancellationToken: token).ChooseThresholds(ofOne),
                _ => throw new InvalidOperationException(what),
            };
        });
        Assert.StartsWith(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_configuration_says_so_and_refuses_what_is_none()
    {
        SentenceClassifier classifier = Train(Small with { Networks = 0 });
        string json = classifier.Config.ToJson();
        Assert.Contains("\"multi_label\": true", json, StringComparison.Ordinal);
        ModelConfig read = Read(json);
        Assert.True(read.MultiLabel);
        Assert.Equal(classifier.Config.Thresholds, read.Thresholds);
        int thresholds = json.IndexOf("\"thresholds\"", StringComparison.Ordinal);
        string list = json[thresholds..(json.IndexOf(']', thresholds) + 1)];
        foreach ((string wrong, string expected) in (ReadOnlySpan<(string, string)>)[
            (json.Replace(list, "\"thresholds\": [0.5]", StringComparison.Ordinal), "thresholds is a list, expected a list of 3"),
            (json.Replace(list, "\"thresholds\": [0.5, 0, 1]", StringComparison.Ordinal), "thresholds is a list, expected"),
            (json.Replace("\"multi_label\": true", "\"multi_label\": 1", StringComparison.Ordinal), "multi_label is 1, expected"),
            (json.Replace("\"multi_label\": true", "\"multi_label\": false", StringComparison.Ordinal), "expected nothing")])
        {
            InputException e = Assert.Throws<InputException>(() => Read(wrong));
            Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        }

        static ModelConfig Read(string json) =>
            ModelConfigJson.Read(System.Text.Encoding.UTF8.GetBytes(json), "config.json");
    }

    [Fact]
    public void A_head_of_sigmoids_is_imported()
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = Train(Small with { Linear = false });
        classifier.Save(folder["model"]);
        var options = new TorchImportOptions
        {
            Vocabulary = folder["model/vocabulary.txt"],
            Labels = classifier.Labels,
            MultiLabel = true,
            Pooling = Pooling.Max,
            Tokens = classifier.Config.Tokens,
        };
        ImportedModel imported = TorchImport.Read(folder["model/model.safetensors"], options);
        const string said = "the probability of each label is the sigmoid";
        Assert.Contains(imported.Notes, note => note.StartsWith(said, StringComparison.Ordinal));
        // The state dict says nothing of temperature and thresholds.
        classifier.SetTemperature(1);
        Prediction expected = classifier.Predict("vote ball"), found = imported.Classifier.Predict("vote ball");
        Assert.Equal(expected.WithThreshold(0.5).Labels.Keys, found.Labels.Keys);
        AssertNear(expected, found);
        Assert.Equal(found, Reloaded(imported.Classifier).Predict("vote ball"));

        SentenceClassifier Reloaded(SentenceClassifier model)
        {
            model.Save(folder["imported"]);
            return SentenceClassifier.Load(folder["imported"]);
        }
    }

    [Fact]
    public void Folds_and_dev_rows_have_rows_of_rare_labels()
    {
        var corpus = new Corpus(new Tokenizer());
        // Every set is alone; the rare label stands in ten of them.
        corpus.AddRange(Enumerable.Range(0, 200).Select(i => LabelledText.Several(
            i % 20 == 0 ? ["rare", $"x{i % 7}"] : [$"x{i % 7}", $"y{i % 11}"], $"text {i}")));
        DevSplit split = DevSplit.Of(corpus, dev: null, Small);
        Assert.InRange(split.DevCount, 15, 25);
        Assert.Equal(1, split.DevRows!.Count(row => row % 20 == 0));
        PartScores[] folds =
        [
            .. new CrossValidation(corpus, Small with { Networks = 0 }) { Folds = 3 }.Run(),
        ];
        Assert.Equal(200, folds.Sum(fold => fold.Model.Rows));
    }

    private static void AssertNear(Prediction expected, Prediction found) => Assert.All(
        expected.Probabilities.Values.Zip(found.Probabilities.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-6));

    private sealed class Told(Action action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action();
    }
}
