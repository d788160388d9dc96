using System.IO.Compression;
using System.Text.Json.Nodes;
using Unroll.Engine.Networks;
using Unroll.Inspection;
using Unroll.Models;
using Unroll.Tests.Formats;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>A model that would answer otherwise than the one that was saved is refused, with the reason in one line.</summary>
public class ModelDamageTests
{
    private const string Metadata = "__metadata__";

    [Fact]
    public void Two_tensors_of_one_shape_that_change_names_are_found()
    {
        using var folder = new TemporaryFolder();
        string path = Save(folder);
        Edit(path, file => SafetensorsEdit.Header(file, header => Swap(header, "rnn.bias_ih_l0", "rnn.bias_hh_l0")));
        Assert.Contains("other names, shapes or places of tensors", Refused(folder["model"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_of_a_version_that_did_not_hash_the_names_loads()
    {
        using var folder = new TemporaryFolder();
        string path = Save(folder);
        Edit(path, file => SafetensorsEdit.Header(file, header => header[Metadata]!.AsObject().Remove("tensors")));
        Assert.Equal(0.5, SentenceClassifier.Load(folder["model"]).Predict("a good film").Probability, 0.5);
    }

    [Fact]
    public void Metadata_of_nobody_is_refused_beside_ours()
    {
        using var folder = new TemporaryFolder();
        string path = Save(folder);
        Edit(path, file => SafetensorsEdit.Header(file, header => header[Metadata]!["tensorz"] = "x"));
        Assert.Contains("unknown metadata \"tensorz\"", Refused(folder["model"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Weights_that_are_no_numbers_are_refused_by_name(float value)
    {
        foreach (string tensor in (string[])["embedding.weight", "rnn.weight_hh_l0", "output.bias"])
        {
            using var folder = new TemporaryFolder();
            string path = Save(folder);
            Edit(path, file => SafetensorsEdit.Value(
                SafetensorsEdit.Header(file, header => header.Remove(Metadata)), tensor, 1, value));
            Assert.Contains($"{tensor} has", Refused(folder["model"]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Weights_too_large_to_compute_with_never_answer()
    {
        using var folder = new TemporaryFolder();
        string path = Save(folder);
        Edit(path, file =>
        {
            byte[] changed = SafetensorsEdit.Header(file, header => header.Remove(Metadata));
            for (int i = 0; i < 4; i++)
            {
                // Every hidden state is 1 then.
                changed = SafetensorsEdit.Value(changed, "rnn.bias_ih_l0", i, 100);
                changed = SafetensorsEdit.Value(changed, "output.weight", i, 3e38f);
            }
            return changed;
        });
        SentenceClassifier classifier = SentenceClassifier.Load(folder["model"]);
        Assert.Contains(
            "its weights are too large", Assert.Throws<InputException>(() => classifier.Predict("good")).Message,
            StringComparison.Ordinal);
        Assert.Throws<InputException>(() => classifier.Evaluate([new("good", "good")]));
        Assert.Throws<InputException>(() => Inspector.Inspect(classifier, "good"));
        Assert.Throws<InputException>(() => HiddenStates.Trace(classifier, "good"));
        Assert.Throws<InputException>(() => classifier.Stream().Add("good"));
        using var run = new EvaluationRun(classifier);
        run.Add(new("good", "good"));
        Assert.Throws<InputException>(() => run.Report());
    }

    [Fact]
    public void What_is_written_into_the_parameters_is_what_answers()
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = ModelFolderTests.CreateGolden();
        double before = classifier.Predict("a good film").Probability;
        foreach (string name in (string[])["rnn.weight_hh_l0", "rnn.weight_ih_l0", "output.weight"])
        {
            Parameter parameter = classifier.Parameters.Find(name);
            classifier.Parameters.Write(parameter, [.. classifier.Parameters.Read(parameter).Select(value => 2 * value)]);
            double written = classifier.Predict("a good film").Probability;
            Assert.NotEqual(before, written);
            classifier.Save(folder[name]);
            Assert.Equal(SentenceClassifier.Load(folder[name]).Predict("a good film").Probability, written);
            before = written;
        }
    }

    [Theory]
    [InlineData(257)]
    [InlineData(1_000_000)]
    [InlineData(int.MaxValue)]
    public void A_million_layers_are_refused_at_once(int layers)
    {
        using var folder = new TemporaryFolder();
        Save(folder);
        string config = folder["model/config.json"];
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"layers\": 1", $"\"layers\": {layers}"));
        Edit(folder["model/model.safetensors"], file => SafetensorsEdit.Header(file, header => header.Remove(Metadata)));
        Assert.Contains("at most 256", Refused(folder["model"]), StringComparison.Ordinal);
        Assert.Throws<InputException>(() => new TrainingOptions { Layers = layers }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new Network(new NetworkConfig { Vocabulary = 3, Embedding = 2, Hidden = 2, Classes = 2, Layers = layers }));
    }

    [Theory]
    [InlineData("model.safetensors", 1L << 30)]
    [InlineData("vocabulary.txt", 1L << 28)]
    [InlineData("config.json", 1L << 28)]
    public void An_archive_that_swells_is_refused_before_it_fills_the_memory(string name, long length)
    {
        using var stream = new MemoryStream();
        ModelFolderTests.CreateGolden().Save(stream);
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            archive.GetEntry(name)!.Delete();
            using Stream entry = archive.CreateEntry(name, CompressionLevel.Fastest).Open();
            byte[] zeros = new byte[1 << 20];
            for (long written = 0; written < length; written += zeros.Length)
                entry.Write(zeros);
        }
        stream.Position = 0;
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.Contains(
            $"{name}: {length} bytes in", Assert.Throws<InputException>(() => SentenceClassifier.Load(stream)).Message,
            StringComparison.Ordinal);
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < 1 << 26);
    }

    [Fact]
    public void A_text_of_too_many_tokens_is_refused_and_one_of_just_enough_is_not()
    {
        SentenceClassifier classifier = ModelFolderTests.CreateGolden();
        classifier.MaximumTokens = 5;
        Assert.Equal("a good a good a", classifier.Predict("a good a good a").Text);
        foreach (Action answer in (Action[])
            [() => classifier.Predict("a good a good a film"), () => Inspector.Inspect(classifier, "a good a good a film"),
                () => classifier.Evaluate([new("good", "a good a good a film")])])
        {
            Assert.Contains(
                "has 6 tokens, expected at most 5", Assert.Throws<InputException>(answer).Message, StringComparison.Ordinal);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => classifier.MaximumTokens = 0);
        Assert.Contains(
            "has 100001 tokens", Assert.Throws<InputException>(
                () => ModelFolderTests.CreateGolden().Predict(string.Concat(Enumerable.Repeat("a ", 100_001)))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "expected at most 5000 to look into", Assert.Throws<InputException>(() => Inspector.Inspect(
                ModelFolderTests.CreateGolden(), string.Concat(Enumerable.Repeat("a ", 5001)))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Long_texts_of_a_batch_are_answered_as_alone()
    {
        SentenceClassifier classifier = ModelFolderTests.CreateGolden();
        string[] texts =
            [.. Enumerable.Range(1, 6).Select(i => string.Concat(Enumerable.Repeat("good bad not ", 9_000 * i % 21_000)))];
        IEnumerable<double> alone = texts.Select(text => classifier.Predict(text).Probability);
        Assert.Equal(alone, classifier.Predict(texts).Select(each => each.Probability));
    }

    private static string Save(TemporaryFolder folder)
    {
        ModelFolderTests.CreateGolden().Save(folder["model"]);
        return folder["model/model.safetensors"];
    }

    private static void Edit(string path, Func<byte[], byte[]> change) =>
        File.WriteAllBytes(path, change(File.ReadAllBytes(path)));

    private static void Swap(JsonObject header, string one, string other)
    {
        (JsonNode first, JsonNode second) = (header[one]!.DeepClone(), header[other]!.DeepClone());
        (header[one], header[other]) = (second, first);
    }

    private static string Refused(string path)
    {
        string message = Assert.Throws<InputException>(() => SentenceClassifier.Load(path)).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
