using System.Text;
using Unroll.Data;
using Unroll.Engine.Numerics;
using Unroll.Import;
using Unroll.Inspection;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>A classifier with sub-words, on every way that a text takes through it.</summary>
public class SubwordClassifierTests
{
    private const string Text = "the filmz is goood , not unwatchable";

    private static readonly TrainingOptions Options = new()
    {
        Embedding = 6,
        Hidden = 5,
        Subwords = true,
        Epochs = 2,
        BatchSize = 8,
        Linear = false,
    };

    [Fact]
    public void A_word_that_is_not_known_is_read_by_its_pieces()
    {
        SentenceClassifier classifier = Create();
        double[] unknown = Probabilities(classifier, "a filmz");
        Assert.NotEqual(unknown, Probabilities(classifier, "a goood"));
        // What it reads is the mean of its pieces: given that vector, a word of the vocabulary says the same.
        var rows = new List<int>();
        CharacterNgrams.Read("filmz", classifier.Config.Subwords, rows);
        float[] pieces = classifier.Parameters["subword.weight"];
        float[] mean = [.. Enumerable.Range(0, 6).Select(e => rows.Average(row => pieces[row * 6 + e]))];
        SentenceClassifier known = Fold(classifier);
        Write(known, "good", mean);
        Close.To(unknown, Probabilities(known, "a good"), 1e-6, what: "a filmz");
    }

    [Fact]
    public void Known_words_have_the_folded_vectors()
    {
        SentenceClassifier classifier = Create();
        string text = "the film is not good ,";
        Close.To(Probabilities(classifier, text), Probabilities(Fold(classifier), text), 1e-6, what: text);
    }

    [Fact]
    public void Batches_streams_evaluation_and_inspection_say_what_a_prediction_says()
    {
        SentenceClassifier classifier = Create();
        double[] alone = Probabilities(classifier, Text);
        Prediction[] batch = [.. classifier.Predict(["xyzzy", Text, "", "the qqqqq"])];
        Close.To(alone, [.. batch[1].Probabilities.Select(entry => entry.Value)], 1e-7, what: "batch");

        PredictionStream stream = classifier.Stream();
        Prediction last = Text.Split(' ').Select(stream.Add).ToArray()[^1];
        Close.To(alone, [.. last.Probabilities.Select(entry => entry.Value)], 1e-6, what: "stream");

        TextInspection inspected = Inspector.Inspect(classifier, Text);
        Close.To(alone, [.. inspected.Prediction.Probabilities.Select(entry => entry.Value)], 1e-6, what: "inspection");
        Close.To(alone, inspected.Prefixes[^1], 1e-6, what: "beginnings");
        Assert.Equal([2, 1, 4, 1, 6, 7, 1], inspected.Ids);
        Assert.Equal([false, true, false, true, false, false, true], inspected.IsUnknown);
        Assert.Equal("filmz", inspected.Tokens[1]);
        string without = string.Join(' ', Text.Split(' ').Where(word => word != "filmz"));
        int predicted = inspected.Prediction.Probabilities.ToList().FindIndex(entry => entry.Key == inspected.Prediction.Label);
        HiddenStateTrace all = HiddenStates.Trace(classifier, Text);
        HiddenStateTrace rest = HiddenStates.Trace(classifier, without);
        Assert.Equal(all.Logits[predicted] - rest.Logits[predicted], inspected.LeaveOneOut[1], 1e-5);

        string label = inspected.Prediction.Label;
        double loss = classifier.Evaluate([new LabelledText(label, Text)]).Loss;
        Assert.Equal(-Math.Log(inspected.Prediction.Probability), loss, 1e-5);
        using var run = new EvaluationRun(classifier);
        run.Add(new LabelledText(label, Text));
        Assert.Equal(loss, run.Finish().Result.Loss, 1e-6);
    }

    [Fact]
    public void A_saved_model_is_the_same_and_its_tensors_have_names_of_their_own()
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = Create();
        classifier.Save(folder["model"]);
        SentenceClassifier loaded = SentenceClassifier.Load(folder["model"]);
        Assert.Equal(classifier.Config.Subwords, loaded.Config.Subwords);
        Assert.Equal(Probabilities(classifier, Text), Probabilities(loaded, Text));
        NamedTensor table = loaded.Tensors[1];
        Assert.Equal(("subword.weight", classifier.Config.Subwords, 6), (table.Name, table.Shape[0], table.Shape[1]));
        string config = File.ReadAllText(Path.Combine(folder["model"], "config.json"));
        Assert.Contains("\"subwords\": 50,", config, StringComparison.Ordinal);
        using var archive = new MemoryStream();
        classifier.Save(archive);
        archive.Position = 0;
        Assert.Equal(Probabilities(classifier, Text), Probabilities(SentenceClassifier.Load(archive), Text));
    }

    [Fact]
    public void A_state_dict_of_such_a_model_is_imported()
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = Create();
        classifier.Save(folder["model"]);
        var options = new TorchImportOptions
        {
            Vocabulary = Path.Combine(folder["model"], "vocabulary.txt"),
            Labels = classifier.Config.Labels,
            Pooling = Pooling.Mean,
            Tokens = classifier.Config.Tokens,
        };
        string tensors = Path.Combine(folder["model"], "model.safetensors");
        ImportedModel imported = TorchImport.Read(tensors, options);
        Assert.Equal(50, imported.Classifier.Config.Subwords);
        Assert.Contains(imported.Notes, note => note.StartsWith("subword.weight is read", StringComparison.Ordinal));
        Close.To(Probabilities(classifier, Text), Probabilities(imported.Classifier, Text), 1e-6, what: Text);
        TorchImportOptions characters = options with { Tokens = new Tokenizer(TokenKind.Char) };
        Assert.EndsWith(
            "subword.weight is there and the tokens are characters, expected words",
            Assert.Throws<InputException>(() => TorchImport.Read(tensors, characters)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"subwords\": 50", "\"subwords\": 0", "subwords is 0, expected a whole number of at least 1")]
    [InlineData("\"subwords\": 50", "\"subwords\": \"many\"", "subwords is \"many\", expected a whole number of at least 1")]
    [InlineData("\"embedding\": 6", "\"embedding\": 0", "subwords is 50 and embedding is 0, expected word vectors")]
    [InlineData("\"kind\": \"word\"", "\"kind\": \"char\"", "subwords is 50 and the tokens are characters, expected words")]
    [InlineData(
        "\"unknown\": \"token\"", "\"unknown\": \"refuse\"",
        "subwords is 50 and unknown is \"refuse\", expected \"token\"")]
    public void A_config_that_cannot_be_is_refused(string now, string then, string expected)
    {
        using var folder = new TemporaryFolder();
        Create().Save(folder["model"]);
        string path = Path.Combine(folder["model"], "config.json");
        string json = File.ReadAllText(path);
        Assert.Contains(now, json, StringComparison.Ordinal);
        InputException e = Assert.Throws<InputException>(() => ModelConfigJson.Read(
            Encoding.UTF8.GetBytes(json.Replace(now, then, StringComparison.Ordinal)), "config.json"));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Theory]
    [InlineData(
        0, TokenKind.Word,
        "TrainingOptions.Subwords adds to word vectors and embedding is 0, one-hot; "
            + "leave out TrainingOptions.Subwords, or give TrainingOptions.Embedding = 200")]
    [InlineData(
        6, TokenKind.Char,
        "TrainingOptions.Subwords are pieces of words and the tokens are characters; "
            + "leave out TrainingOptions.Subwords, or give TrainingOptions.Tokens = Word")]
    public void Settings_that_cannot_be_are_refused(int embedding, TokenKind tokens, string expected)
    {
        TrainingOptions options = Options with { Embedding = embedding, Tokens = tokens };
        Assert.Equal(expected, Assert.Throws<InputException>(options.Validate).Message);
    }

    [Fact]
    public void Training_is_the_same_with_any_number_of_threads_and_when_it_goes_on_from_a_checkpoint()
    {
        using var folder = new TemporaryFolder();
        foreach (bool dense in (bool[])[false, true])
        {
            TrainingOptions options = Options with
            {
                DenseUpdates = dense,
                MinimumCount = 2,
                WordDropout = 0.1f,
                Adversarial = 0.05f,
            };
            float[] one = Train(options with { Threads = 1 });
            Assert.Equal(one, Train(options with { Threads = 3 }));
            TrainingOptions stopped = options with { Checkpoint = new CheckpointOptions(folder[$"{dense}"]) };
            using var source = new CancellationTokenSource();
            int seen = 0;
            Assert.Throws<OperationCanceledException>(() => Train(stopped, new Stopper(() =>
            {
                if (++seen == 7)
                    source.Cancel();
            }), source.Token));
            Assert.Equal(one, Train(stopped with { Checkpoint = stopped.Checkpoint with { Resume = true } }));
        }
    }

    // Every row has words of its own; only their pieces say what they are.
    [Fact]
    public void Words_that_no_row_had_are_told_by_their_pieces()
    {
        TrainingOptions options = Options with { Epochs = 30, Embedding = 16, Hidden = 8, DevShare = 0 };
        LabelledText[] test = Rows(60, seed: 9);
        double with = SentenceClassifier.Train(Rows(200, seed: 1), options).Evaluate(test).Accuracy;
        double without = SentenceClassifier.Train(Rows(200, seed: 1), options with { Subwords = false }).Evaluate(test).Accuracy;
        Assert.InRange(with, 0.9, 1);
        Assert.InRange(without, 0.3, 0.7);
    }

    // A word of random letters that ends in one of two ways.
    private static LabelledText[] Rows(int count, ulong seed)
    {
        var random = new TorchGenerator(seed);
        return
        [
            .. Enumerable.Range(0, count).Select(row =>
            {
                string stem = string.Concat(random.Integers(6, 20).Select(letter => (char)('a' + letter)));
                return new LabelledText(row % 2 == 0 ? "deed" : "doer", stem + (row % 2 == 0 ? "tion" : "ster"));
            }),
        ];
    }

    private static float[] Train(
        TrainingOptions options, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        // Words twice and words once: with a least count of two the latter are read by their pieces.
        LabelledText[] rows = [.. Rows(30, seed: 1), .. Rows(30, seed: 1), .. Rows(20, seed: 2)];
        return SentenceClassifier.Train(rows, options, dev: Rows(20, seed: 3), unlabelled: null, progress, cancellationToken)
            .Parameters.Values.ToArray();
    }

    private static SentenceClassifier Create()
    {
        var config = new ModelConfig
        {
            Cell = Cell.Gru,
            Embedding = 6,
            Subwords = 50,
            Hidden = 5,
            Pooling = Pooling.Mean,
            Labels = ["-", "+"],
            Tokens = new Tokenizer(TokenKind.Word),
        };
        return SentenceClassifier.Create(config, Words(), new TrainingOptions { EmbeddingDeviation = 1 });
    }

    private static Vocabulary Words() =>
        new(["<pad>", "<unk>", "the", "film", "is", "good", ",", "not", "a"], UnknownWords.Token);

    private static SentenceClassifier Fold(SentenceClassifier classifier)
    {
        SentenceClassifier folded = SentenceClassifier.Create(classifier.Config with { Subwords = 0 }, Words());
        foreach (Engine.Networks.Parameter parameter in folded.Parameters.All)
        {
            folded.Parameters.Write(
                parameter, parameter.IsTable ? classifier.FoldedWordVectors() : classifier.Parameters[parameter.Name]);
        }
        return folded;
    }

    private static void Write(SentenceClassifier classifier, string word, float[] vector) =>
        classifier.Parameters.WriteRow(classifier.Parameters.Find("embedding.weight"), classifier.Vocabulary.IdOf(word), vector);

    private static double[] Probabilities(SentenceClassifier classifier, string text) =>
        [.. classifier.Predict(text).Probabilities.Select(entry => entry.Value)];

    private sealed class Stopper(Action step) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => step();
    }
}
