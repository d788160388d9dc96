using System.Text.Json;
using Unroll.Data;
using Unroll.Engine.Networks;
using Unroll.Inspection;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>Several networks that answer together.</summary>
public class EnsembleTests
{
    private static readonly TrainingOptions Options = new()
    {
        Networks = 3,
        Cell = Cell.Gru,
        Embedding = 6,
        Hidden = 5,
        Bidirectional = false,
        Epochs = 3,
        BatchSize = 4,
        LearningRate = 0.02f,
        DevShare = 0,
        Seed = 5,
    };

    private static readonly LabelledText[] Rows =
    [
        .. from i in Enumerable.Range(0, 12)
           from row in (LabelledText[])[new("pos", $"a fine film {i % 5}"), new("neg", $"a dull film {i % 3}")]
           select row,
    ];

    private static readonly string[] Texts = ["a fine film", "dull dull film 2", "", "xyzzy fine", "3"];

    [Fact]
    public void Each_network_is_that_of_a_training_with_its_seed_and_logits_are_averaged()
    {
        SentenceClassifier ensemble = SentenceClassifier.Train(Rows, Options);
        SentenceClassifier[] alone =
        [
            .. Enumerable.Range(0, 3).Select(
                k => SentenceClassifier.Train(Rows, Options with { Networks = 1, Seed = Options.Seed + (ulong)k })),
        ];
        Assert.Equal(3, ensemble.Networks.Count);
        for (int k = 0; k < 3; k++)
            Assert.Equal(alone[k].Parameters.Values.ToArray(), ensemble.Networks[k].Parameters.Values.ToArray());
        Assert.NotEqual(alone[0].Parameters.Values.ToArray(), alone[1].Parameters.Values.ToArray());
        Assert.Equal(3 * alone[0].ParameterCount, ensemble.ParameterCount);
        foreach (string text in Texts)
        {
            if (text.Trim().Length == 0)
            {
                Assert.True(ensemble.Predict(text).IsNone);
                continue;
            }
            // log p is a logit but for a number that all classes share.
            double[] mean =
            [
                .. Enumerable.Range(0, 2).Select(
                    c => alone.Average(each => Math.Log(each.Predict(text).Probabilities[c].Value))),
            ];
            double expected = 1 / (1 + Math.Exp(mean[1] - mean[0]));
            Assert.Equal(expected, ensemble.Predict(text).Probabilities[0].Value, 1e-6);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void The_number_of_threads_changes_no_bit(int threads)
    {
        float[][] expected = Parameters(SentenceClassifier.Train(Rows, Options with { Threads = 3 }));
        Assert.Equal(expected, Parameters(SentenceClassifier.Train(Rows, Options with { Threads = threads })));
    }

    [Fact]
    public void A_saved_model_answers_alike_and_names_the_tensors_of_each_network()
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier trained = SentenceClassifier.Train(Rows, Options with { DevShare = 0.2 });
        trained.Save(folder["model"]);
        SentenceClassifier loaded = SentenceClassifier.Load(folder["model"]);
        using var archive = new MemoryStream();
        trained.Save(archive);
        archive.Position = 0;
        SentenceClassifier unzipped = SentenceClassifier.Load(archive);
        foreach (string text in Texts)
        {
            Assert.Equal(trained.Predict(text).Probabilities, loaded.Predict(text).Probabilities);
            Assert.Equal(trained.Predict(text).Probabilities, unzipped.Predict(text).Probabilities);
        }
        Assert.Equal(Parameters(trained), Parameters(loaded));
        string[] names = [.. loaded.Tensors.Select(tensor => tensor.Name)];
        Assert.Contains("networks.0.embedding.weight", names);
        Assert.Contains("networks.2.output.bias", names);
        Assert.DoesNotContain("embedding.weight", names);
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(folder["model/config.json"]));
        Assert.Equal(3, config.RootElement.GetProperty("networks").GetInt32());
    }

    [Fact]
    public void A_stream_says_what_a_whole_text_says()
    {
        SentenceClassifier classifier = SentenceClassifier.Train(Rows, Options with { DevShare = 0.2 });
        PredictionStream stream = classifier.Stream();
        string read = "";
        foreach (string word in (string[])["a", "fine", "xyzzy", "dull", "film"])
        {
            read += word + " ";
            Prediction expected = classifier.Predict(read);
            Assert.Equal(expected.Probability, stream.Add(word).Probability, 1e-5);
        }
        Assert.Equal(5, stream.Count);
        stream.Clear();
        Assert.Equal(classifier.Predict("").Probability, stream.Add("").Probability, 1e-5);
        Assert.Equal(0, stream.Count);
    }

    [Fact]
    public void Dev_rows_measure_all_networks_together()
    {
        TrainingOptions options = Options with { DevShare = 0.25, Linear = false };
        var corpus = new Corpus(options.Tokenizer);
        corpus.AddRange(Rows);
        var training = new ClassifierTraining(DevSplit.Of(corpus, dev: null, options), options)
        {
            ComparesWithSimplerModels = true,
        };
        training.Prepare();
        IReadOnlyList<EpochReport> epochs = training.Fit();
        TrainingSummary summary = training.Finish(epochs);
        Assert.Equal(summary.Calibration!.LossBefore, summary.Kept!.DevLoss!.Value, 1e-6);
        Assert.Equal(
            ["majority", "linear", "network", "first_network"], summary.SimplerModels.Select(model => model.Key));
        var first = new ClassifierTraining(DevSplit.Of(corpus, dev: null, options), options with { Networks = 1 });
        first.Prepare();
        IReadOnlyList<EpochReport> alone = first.Fit();
        Assert.NotEqual(alone[0].DevLoss, epochs[0].DevLoss);
    }

    [Fact]
    public void Inspecting_adds_up_what_all_networks_say_and_shows_the_first()
    {
        SentenceClassifier classifier = SentenceClassifier.Train(Rows, Options with { DevShare = 0.2 });
        const string text = "a fine dull film";
        TextInspection inspection = Inspector.Inspect(classifier, text);
        Assert.Equal(classifier.Predict(text).Probabilities, inspection.Prediction.Probabilities);
        Assert.Equal(5, inspection.States[0].Hidden[0].Length);
        HiddenStateTrace trace = HiddenStates.Trace(classifier, text);
        Assert.Equal(trace.Hidden, inspection.States[0].Hidden);
        Assert.Equal(inspection.Prediction.Label, classifier.Config.Labels[trace.Prediction]);

        // ∂z/∂x · x by finite differences: the vectors of a word, in every network, by one part in a thousand.
        const float step = 1e-3f;
        for (int t = 0; t < inspection.Tokens.Count; t++)
        {
            double up = Moved(1 + step);
            double down = Moved(1 - step);
            double measured = (1 - classifier.Config.LinearShare) * (up - down) / (2 * step);
            Assert.Equal(measured, inspection.GradientTimesInput[t], 2e-3);

            double Moved(float factor)
            {
                var sum = 0.0;
                foreach (Network network in classifier.Networks)
                {
                    Parameter table = network.Parameters.Find("embedding.weight");
                    float[] kept = network.Parameters.Read(table);
                    float[] moved = [.. kept];
                    int width = classifier.Config.Embedding;
                    for (int i = 0; i < width; i++)
                        moved[inspection.Ids[t] * width + i] *= factor;
                    network.Parameters.Write(table, moved);
                    var pass = new Unroll.Evaluation.NetworksPass([network], 2, Engine.Threading.WorkerPool.CallerAlone);
                    var texts = new Engine.Batches.EncodedTexts();
                    texts.Add(inspection.Ids.ToArray(), 0);
                    var batch = new Engine.Batches.Batch();
                    batch.Fill(texts, [0]);
                    pass.Forward(batch);
                    sum += pass.Logits[trace.Prediction];
                    network.Parameters.Write(table, kept);
                }
                return sum / classifier.Networks.Count;
            }
        }
    }

    [Theory]
    [InlineData("\"networks\": 3", "\"networks\": 2", "networks.2.embedding.weight")]
    [InlineData("\"networks\": 3", "\"networks\": 4", "networks.3.embedding.weight")]
    [InlineData("\"networks\": 3", "\"networks\": 65", "networks is 65, expected a whole number of at least 0 and at most 64")]
    [InlineData("\"networks\": 3", "\"networks\": -1", "networks is -1, expected a whole number of at least 0 and at most 64")]
    [InlineData("\"networks\": 3", "\"networks\": \"3\"", "networks is \"3\", expected a whole number")]
    [InlineData("\"networks\": 3", "\"networks\": 0", "unknown key \"cell\"")]
    [InlineData("\"networks\": 3,", "", "no tensor embedding.weight")]
    public void A_configuration_of_another_number_is_refused(string old, string changed, string message)
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier.Train(Rows, Options).Save(folder["model"]);
        string path = folder["model/config.json"];
        byte[] edited = System.Text.Encoding.UTF8.GetBytes(
            File.ReadAllText(path).Replace(old, changed, StringComparison.Ordinal));
        Assert.NotEqual(File.ReadAllBytes(path), edited);
        InputException error = Assert.Throws<InputException>(
            () => ModelFiles.Read("model", name => name switch
            {
                ModelFiles.ConfigFile => edited,
                "model.safetensors" => Formats.SafetensorsEdit.WithoutMetadata(File.ReadAllBytes(folder[$"model/{name}"])),
                _ => File.ReadAllBytes(folder[$"model/{name}"]),
            }));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, "TrainingOptions.Networks is -1, expected 0 (the linear part alone) or a positive number")]
    [InlineData(65, "TrainingOptions.Networks is 65, expected at most 64 networks in a model")]
    public void A_number_out_of_range_is_refused(int networks, string message)
    {
        InputException error = Assert.Throws<InputException>(() => (Options with { Networks = networks }).Validate());
        Assert.Equal(message, error.Message);
    }

    private static float[][] Parameters(SentenceClassifier classifier) =>
        [.. classifier.Networks.Select(network => network.Parameters.Values.ToArray())];
}
