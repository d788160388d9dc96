using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Tests.Golden;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

public class ModelFolderTests
{
    private const string LfsPointer = "version https://git-lfs.github.com/spec/v1\noid sha256:1\n";

    private static readonly string[] Files = ["config.json", "vocabulary.txt", "model.safetensors"];

    [Fact]
    public void A_folder_that_PyTorch_wrote_loads_and_predicts_what_PyTorch_predicts() =>
        CheckPredictions(SentenceClassifier.Load(GoldenFile.PathOf("torch-model")), GoldenFile.Read("torch-model.json"));

    // make_golden.py loaded the committed folder into torch.nn (strictly, also with the "rnn." prefix removed) and wrote down
    // what it computes; here we see that we still write that folder byte for byte, and compute the same.
    [Fact]
    public void PyTorch_loads_what_we_save()
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = CreateGolden();
        classifier.Save(folder["model"]);
        foreach (string file in Files)
            Assert.Equal(
                File.ReadAllBytes(GoldenFile.PathOf($"unroll-model/{file}")),
                File.ReadAllBytes(Path.Combine(folder["model"], file)));
        CheckPredictions(classifier, GoldenFile.Read("unroll-model.json"));
    }

    [Fact]
    public void What_is_saved_loads_with_the_same_parameters_and_leaves_nothing_beside_it()
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = CreateGolden();
        classifier.Save(folder["deep/model"]);
        SentenceClassifier loaded = SentenceClassifier.Load(folder["deep/model"]);
        Assert.Equal(classifier.Parameters.Values.ToArray(), loaded.Parameters.Values.ToArray());
        Assert.Equal(classifier.Vocabulary.Tokens, loaded.Vocabulary.Tokens);
        Assert.Equal(classifier.Config.Labels, loaded.Config.Labels);
        Assert.Equal(classifier.Config with { Labels = [] }, loaded.Config with { Labels = [] });
        Assert.Equal(["model"], Directory.GetFileSystemEntries(folder["deep"]).Select(Path.GetFileName));
    }

    [Fact]
    public void An_existing_folder_is_replaced_only_on_demand_and_only_if_it_is_a_model()
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = CreateGolden();
        classifier.Save(folder["model"]);
        File.WriteAllText(Path.Combine(folder["model"], "stale"), "");
        Assert.Contains(
            "overwrite = true", Assert.Throws<InputException>(() => classifier.Save(folder["model"])).Message,
            StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder["model"], "stale")));
        classifier.Save(folder["model"], overwrite: true);
        Assert.Equal(Files.Order(), Directory.GetFiles(folder["model"]).Select(Path.GetFileName).Order());
        Assert.Single(Directory.GetFileSystemEntries(folder.Root));

        Directory.CreateDirectory(folder["thesis"]);
        folder.Write("thesis/chapter1", "precious");
        Assert.Throws<InputException>(() => classifier.Save(folder["thesis"], overwrite: true));
        Assert.Equal("precious", File.ReadAllText(folder["thesis/chapter1"]));
        Assert.Throws<InputException>(() => classifier.Save(folder["thesis/chapter1"], overwrite: true));
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        foreach (string file in Files)
        {
            using var folder = new TemporaryFolder();
            CreateGolden().Save(folder["model"]);
            File.Delete(Path.Combine(folder["model"], file));
            InputException e = Assert.Throws<InputException>(() => SentenceClassifier.Load(folder["model"]));
            Assert.StartsWith(Path.Combine(folder["model"], file), e.Message, StringComparison.Ordinal);
        }
        Assert.Throws<InputException>(() => SentenceClassifier.Load("no/such/folder"));
    }

    [Fact]
    public void A_file_that_no_array_can_hold_is_refused_with_its_size()
    {
        using var folder = new TemporaryFolder();
        CreateGolden().Save(folder["model"]);
        using (var tensors = new FileStream(folder["model/model.safetensors"], FileMode.Open))
            tensors.SetLength(3L << 30);
        InputException e = Assert.Throws<InputException>(() => SentenceClassifier.Load(folder["model"]));
        Assert.StartsWith(
            $"{folder["model/model.safetensors"]}: 3072 MB, expected at most 2047; make the model smaller", e.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        using var folder = new TemporaryFolder();
        CreateGolden().Save(folder["model"]);
        foreach (string file in Files)
        {
            string path = Path.Combine(folder["model"], file);
            byte[] whole = File.ReadAllBytes(path);
            for (int length = 0; length < whole.Length; length += 7)
            {
                File.WriteAllBytes(path, whole[..length]);
                AssertRefused(folder["model"], $"{file} cut to {length} bytes");
            }
            File.WriteAllBytes(path, whole);
        }
        SentenceClassifier.Load(folder["model"]);
    }

    [Fact]
    public void A_changed_byte_is_found()
    {
        using var folder = new TemporaryFolder();
        CreateGolden().Save(folder["model"]);
        foreach (string file in Files)
        {
            string path = Path.Combine(folder["model"], file);
            byte[] whole = File.ReadAllBytes(path);
            for (int place = 0; place < whole.Length; place++)
            {
                // A space of the header's padding may become other white space; nothing else may change.
                if (file == "model.safetensors" && whole[place] == ' ')
                    continue;
                byte kept = whole[place];
                whole[place] ^= 1;
                File.WriteAllBytes(path, whole);
                AssertRefused(folder["model"], $"{file} changed at byte {place}");
                whole[place] = kept;
            }
            File.WriteAllBytes(path, whole);
        }
    }

    [Theory]
    [InlineData("\"rnn\"", "\"lstm\"", "rnn.weight_ih_l0 is F32 [4,5], expected F32 [16,5]")]
    [InlineData("\"rnn\"", "\"tree\"", "cell is tree")]
    [InlineData("unroll/1", "unroll/2", "format is unroll/2")]
    [InlineData("\"hidden\": 4", "\"hidden\": 2000000000", "2^31")]
    [InlineData("\"hidden\": 4", "\"hidden\": 5", "rnn.weight_ih_l0 is F32 [4,5], expected F32 [5,5]")]
    [InlineData("\"hidden\": 4", "\"hidden\": -4", "hidden is -4")]
    [InlineData("\"layers\": 1", "\"layers\": 2", "no tensor rnn.weight_ih_l1")]
    [InlineData("\"layers\"", "\"Layers\"", "unknown key \"Layers\"")]
    [InlineData("\"dropout\": 0.0, ", "", "no key \"dropout\"")]
    [InlineData("[\"bad\", \"good\"]", "[\"bad\", \"bad\"]", "labels")]
    [InlineData("{\"format\"", "[{\"format\"", "not the JSON of a model")]
    [InlineData("\"lowercase\": true", "\"lowercase\": 1", "tokens: lowercase is 1, expected true or false")]
    [InlineData("\"rnn\"", "9", "cell is 9, expected rnn or")]
    [InlineData("\"unroll/1\"", "null", "format is null, this version reads only unroll/1")]
    [InlineData("\"layers\": 1", "\"layers\": \"2\"", "layers is \"2\", expected a whole number of at least 1")]
    [InlineData("\"bidirectional\": false", "\"bidirectional\": \"yes\"", "bidirectional is \"yes\", expected true or false")]
    [InlineData("\"dropout\": 0.0", "\"dropout\": []", "dropout is a list, expected a share")]
    [InlineData("[\"bad\", \"good\"]", "[null, \"c\"]", "labels holds null at place 1, expected strings")]
    [InlineData("[\"bad\", \"good\"]", "\"bad\"", "labels is \"bad\", expected a list of strings")]
    [InlineData("[\"bad\", \"good\"]", "[\"b\\nd\", \"c\"]", "expected labels without control characters")]
    [InlineData("[\"bad\", \"good\"]", "[\"\\ud83d\", \"c\"]", "a string in it is no Unicode text")]
    [InlineData("\"tokens\": {", "\"unknown\": {", "a key stands twice in it")]
    public void A_config_that_does_not_fit_is_explained(string found, string replacement, string expected)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["model"]);
        foreach (string file in Files)
            File.Copy(GoldenFile.PathOf($"torch-model/{file}"), Path.Combine(folder["model"], file));
        string path = Path.Combine(folder["model"], "config.json");
        string config = File.ReadAllText(path);
        Assert.Contains(found, config, StringComparison.Ordinal);
        File.WriteAllText(path, config.Replace(found, replacement, StringComparison.Ordinal));
        InputException e = Assert.Throws<InputException>(() => SentenceClassifier.Load(folder["model"]));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null", "config.json: the JSON is null, expected an object of keys; restore the file")]
    [InlineData("[]", "config.json: the JSON is a list, expected an object of keys; restore the file")]
    [InlineData("tokens", "config.json: tokens is null, expected an object of kind and lowercase; restore the file")]
    public void What_should_be_an_object_is_named(string json, string expected)
    {
        using var folder = new TemporaryFolder();
        if (json == "tokens")
        {
            var config = JsonNode.Parse(ModelConfigJson.Write(CreateGolden().Config))!;
            config["tokens"] = null;
            json = config.ToJsonString();
        }
        InputException e = Assert.Throws<InputException>(
            () => ModelConfigJson.Read(Encoding.UTF8.GetBytes(json), "config.json"));
        Assert.StartsWith(expected, e.Message, StringComparison.Ordinal);
    }

    /// <summary>A file of another kind under the name of one of a model's is named, with what to do.</summary>
    [Theory]
    [InlineData("model.safetensors", LfsPointer, "a Git LFS pointer, git lfs pull")]
    [InlineData("config.json", LfsPointer, "a Git LFS pointer, git lfs pull")]
    [InlineData("vocabulary.txt", LfsPointer, "a Git LFS pointer, git lfs pull")]
    [InlineData("model.safetensors", "<!DOCTYPE html><html>", "an HTML page, download the file itself (on GitHub: Raw)")]
    [InlineData("config.json", "<!DOCTYPE html><html>", "an HTML page, download the file itself (on GitHub: Raw)")]
    [InlineData("model.safetensors", "PK\u0003\u0004aaaaaaaaaaarchive/data.pkl", "a file of torch.save, comes in through import")]
    [InlineData("model.safetensors", "\u001F\u008B\u0008\0\0\0\0\0\u0002\u0003", "gzip data, gzip -d")]
    [InlineData("model.safetensors", "{\"metadata\": {}, \"weight_map\": {}}", "an index of a model's shards, restore the file")]
    [InlineData("model.safetensors", "{\"metadata\": {}}", "JSON text, expected safetensors, restore the file")]
    [InlineData("model.safetensors", "\u0008\u0007\u0012\u0007pytorch", "an ONNX model, restore the file")]
    public void A_foreign_file_in_the_folder_is_named(string file, string content, string expected)
    {
        using var folder = new TemporaryFolder();
        CreateGolden().Save(folder["model"]);
        File.WriteAllBytes(folder[$"model/{file}"], Encoding.Latin1.GetBytes(content));
        InputException e = Assert.Throws<InputException>(() => SentenceClassifier.Load(folder["model"]));
        Assert.StartsWith(folder[$"model/{file}: "], e.Message, StringComparison.Ordinal);
        Assert.All(expected.Split(", "), part => Assert.Contains(part, e.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void A_file_in_place_of_the_folder_is_named()
    {
        using var folder = new TemporaryFolder();
        CreateGolden().Save(folder["model"]);
        InputException e = Assert.Throws<InputException>(() => SentenceClassifier.Load(folder["model/config.json"]));
        Assert.Contains("is a file, expected a model folder", e.Message, StringComparison.Ordinal);
    }

    /// <summary>It would wait for a writer for ever.</summary>
    [Theory]
    [InlineData("config.json")]
    [InlineData("vocabulary.txt")]
    [InlineData("model.safetensors")]
    public void A_pipe_in_the_folder_is_refused(string file)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs mkfifo, and Linux's way to open one");
        using var folder = new TemporaryFolder();
        CreateGolden().Save(folder["model"]);
        File.Delete(folder[$"model/{file}"]);
        folder.WritePipe($"model/{file}");
        InputException e = Assert.Throws<InputException>(() => SentenceClassifier.Load(folder["model"]));
        Assert.Contains($"{file}: is a pipe or a device, expected a file", e.Message, StringComparison.Ordinal);
    }

    internal static SentenceClassifier CreateGolden()
    {
        var vocabulary = new Vocabulary(["<pad>", "<unk>", "a", "film", "good", "bad", "very", "not"], UnknownWords.Token);
        return SentenceClassifier.Create(
            new ModelConfig { Embedding = 5, Hidden = 4, Labels = ["bad", "good"] }, vocabulary,
            new TrainingOptions { Seed = 12, EmbeddingDeviation = 1 });
    }

    private static void AssertRefused(string path, string what)
    {
        try
        {
            SentenceClassifier.Load(path);
        }
        catch (InputException e)
        {
            Assert.DoesNotContain('\n', e.Message);
            return;
        }
        Assert.Fail($"{what} was read");
    }

    private static void CheckPredictions(SentenceClassifier classifier, JsonElement golden)
    {
        string[] texts = [.. golden.GetProperty("texts").EnumerateArray().Select(text => text.GetString()!)];
        float[] actual = [.. classifier.Predict(texts).SelectMany(p => p.Probabilities.Select(entry => (float)entry.Value))];
        Close.To(golden.Singles("probabilities"), actual, 1e-5);
    }
}
