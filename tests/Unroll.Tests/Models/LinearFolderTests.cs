using System.IO.Compression;
using System.Text;
using Unroll.Import;
using Unroll.Models;
using Unroll.Tests.Formats;
using Unroll.Tests.Terms;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>The files of a model with a linear part: they read back as the same model, and damage is told in one line.</summary>
public class LinearFolderTests
{
    private const string Metadata = "__metadata__";
    private const string Text = "the film is not good";

    [Theory]
    [InlineData(TokenKind.Word)]
    [InlineData(TokenKind.Whitespace)]
    [InlineData(TokenKind.Char)]
    public void What_is_saved_loads_as_the_same_model(TokenKind kind)
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = LinearModels.Create(kind, 0.4);
        classifier.Save(folder["model"]);
        Assert.Equal(
            ["config.json", "model.safetensors", "terms.txt", "vocabulary.txt"],
            Directory.GetFiles(folder["model"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        SentenceClassifier loaded = SentenceClassifier.Load(folder["model"]);
        Assert.Equal(classifier.Terms, loaded.Terms);
        Assert.Equal(0.4, loaded.Config.LinearShare);
        Assert.Equal(classifier.Predict(Text).Probabilities, loaded.Predict(Text).Probabilities);
        using var archive = new MemoryStream();
        classifier.Save(archive);
        archive.Position = 0;
        Assert.Equal(
            classifier.Predict(Text).Probabilities, SentenceClassifier.Load(archive).Predict(Text).Probabilities);
    }

    /// <summary>A byte-order mark, characters that some readers end lines at, and a term as long as a text.</summary>
    [Theory]
    [InlineData("\uFEFFgood")]
    [InlineData("\u001cgood")]
    [InlineData("PK\u0003\u0004")]
    [InlineData("\u0000")]
    public void Terms_of_odd_characters_read_back(string term)
    {
        using var folder = new TemporaryFolder();
        string[] names = [term, new string('x', 100_000), " ▁😀"];
        SentenceClassifier classifier = LinearModels.Of(TokenKind.Whitespace, 0.4, [.. names.Select(name => (name, 2f))]);
        classifier.Save(folder["model"]);
        SentenceClassifier loaded = SentenceClassifier.Load(folder["model"]);
        Assert.Equal(names, loaded.Terms);
        Assert.Equal(classifier.Predict(term).Probabilities, loaded.Predict(term).Probabilities);
    }

    [Theory]
    [InlineData("missing", "terms.txt: no such file; a model folder holds config.json, vocabulary.txt, model.safetensors and")]
    [InlineData("altered", "terms.txt: altered or damaged since the model was saved (other content)")]
    [InlineData("cut", "terms.txt: altered or damaged since the model was saved (other content)")]
    [InlineData("a line twice", "terms.txt: altered or damaged since the model was saved (other content)")]
    [InlineData("a pointer", "terms.txt: a Git LFS pointer, not the file itself, expected the terms of a model; ")]
    [InlineData("no share", "config.json: altered or damaged since the model was saved (other content)")]
    public void Damage_is_found_by_its_hash(string damage, string expected)
    {
        using var folder = new TemporaryFolder();
        Damage(folder, damage);
        Assert.StartsWith(folder["model/"] + expected, Refused(folder["model"]), StringComparison.Ordinal);
    }

    /// <summary>As PyTorch writes them, the tensors have no hashes; then what does not fit is told.</summary>
    [Theory]
    [InlineData("missing", "model/terms.txt: no such file; a model folder holds")]
    [InlineData("cut", "model/terms.txt: the last line does not end, expected a term a line; restore the folder")]
    [InlineData("no text", "model/terms.txt: no UTF-8, expected a term a line; restore the folder")]
    [InlineData("gzip", "model/terms.txt: gzip data, expected the terms of a model; decompress it")]
    [InlineData("a line twice", "model/terms.txt: the term \"the\" stands twice, expected every term once; restore the folder")]
    [InlineData("a line less", "model/terms.txt: ")]
    [InlineData("a line more", "model/terms.txt: ")]
    [InlineData("no share", "model: config.json and model.safetensors do not agree on whether there is a linear part; restore")]
    [InlineData("no tensors", "model: config.json and model.safetensors do not agree on whether there is a linear part; restore")]
    [InlineData("no bias", "model/model.safetensors: no tensor linear.bias")]
    [InlineData("no rarity", "model/model.safetensors: no tensor linear.rarity")]
    [InlineData("share 0", "model/config.json: linear_share is 0, expected a share above 0 and at most 1")]
    [InlineData("share 2", "model/config.json: linear_share is 2, expected a share above 0 and at most 1")]
    [InlineData("share true", "model/config.json: linear_share is true, expected a share above 0 and at most 1")]
    public void Without_hashes_what_does_not_fit_is_told(string damage, string expected)
    {
        using var folder = new TemporaryFolder();
        Damage(folder, damage, hashes: false);
        Assert.StartsWith(folder[expected], Refused(folder["model"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_hashes_what_fits_is_read_with_any_ends_of_lines()
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = Damage(folder, "returns", hashes: false);
        SentenceClassifier loaded = SentenceClassifier.Load(folder["model"]);
        Assert.Equal(classifier.Terms, loaded.Terms);
        Assert.Equal(classifier.Predict(Text).Probabilities, loaded.Predict(Text).Probabilities);
    }

    [Fact]
    public void Another_number_of_terms_names_both_numbers()
    {
        using var folder = new TemporaryFolder();
        int terms = Damage(folder, "a line more", hashes: false).Terms.Count;
        Assert.Contains(
            $"{terms + 1} terms, and linear.weight of model.safetensors has {terms} rows", Refused(folder["model"]),
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_without_the_terms_is_refused()
    {
        using var stream = new MemoryStream();
        LinearModels.Create(TokenKind.Word, 0.4).Save(stream);
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
            archive.GetEntry("terms.txt")!.Delete();
        stream.Position = 0;
        string message = Assert.Throws<InputException>(() => SentenceClassifier.Load(stream)).Message;
        Assert.Contains("terms.txt: not in the archive", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Its_tensors_are_no_state_dict_to_import()
    {
        using var folder = new TemporaryFolder();
        LinearModels.Create(TokenKind.Word, 0.4).Save(folder["model"]);
        string message = Assert.Throws<InputException>(() => TorchImport.Read(
            folder["model/model.safetensors"],
            new TorchImportOptions { Vocabulary = folder["model/vocabulary.txt"], Labels = ["-", "0", "+"] })).Message;
        Assert.Contains("are the linear part of a model of Unroll", message, StringComparison.Ordinal);
        Assert.Contains("use the model folder that the file is of", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    private static SentenceClassifier Damage(TemporaryFolder folder, string damage, bool hashes = true)
    {
        SentenceClassifier classifier = LinearModels.Create(TokenKind.Word, 0.4);
        classifier.Save(folder["model"]);
        string terms = folder["model/terms.txt"], config = folder["model/config.json"];
        string tensors = folder["model/model.safetensors"];
        string all = File.ReadAllText(terms);
        if (!hashes)
        {
            File.WriteAllBytes(
                tensors, SafetensorsEdit.Header(File.ReadAllBytes(tensors), header => header.Remove(Metadata)));
        }
        switch (damage)
        {
            case "missing":
                File.Delete(terms);
                break;
            case "altered":
                File.WriteAllText(terms, all.Replace("good", "fine", StringComparison.Ordinal));
                break;
            case "cut":
                File.WriteAllText(terms, all[..^1]);
                break;
            case "no text":
                File.WriteAllBytes(terms, [.. Encoding.UTF8.GetBytes(all), 0xFF, (byte)'\n']);
                break;
            case "gzip":
                File.WriteAllBytes(terms, [0x1F, 0x8B, 8, 0]);
                break;
            case "a pointer":
                File.WriteAllText(terms, "version https://git-lfs.github.com/spec/v1\noid sha256:1\n");
                break;
            case "a line twice":
                // The second term becomes the first one.
                string[] lines = all.Split('\n');
                lines[1] = lines[0];
                File.WriteAllText(terms, string.Join('\n', lines));
                break;
            case "a line less":
                File.WriteAllText(terms, all[(all.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
                break;
            case "a line more":
                File.WriteAllText(terms, all + "one more\n");
                break;
            case "returns":
                File.WriteAllText(terms, all.Replace("\n", "\r\n", StringComparison.Ordinal));
                break;
            case "no share":
                SetShare("");
                break;
            case "share 0" or "share 2" or "share true":
                SetShare($",\n  \"linear_share\": {damage[6..]}");
                break;
            case "no tensors":
                Take("linear.weight", "linear.bias", "linear.rarity");
                break;
            case "no bias":
                Take("linear.bias");
                break;
            case "no rarity":
                Take("linear.rarity");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(damage), damage, null);
        }
        return classifier;

        void SetShare(string entry) => File.WriteAllText(
            config, File.ReadAllText(config).Replace(",\n  \"linear_share\": 0.4", entry, StringComparison.Ordinal));

        // Under another name, so that no byte of the file is without a tensor.
        void Take(params string[] names) => File.WriteAllBytes(tensors, SafetensorsEdit.Header(
            File.ReadAllBytes(tensors),
            header =>
            {
                foreach (string name in names)
                {
                    header[$"other.{name[7..]}"] = header[name]!.DeepClone();
                    header.Remove(name);
                }
            }));
    }

    private static string Refused(string path)
    {
        string message = Assert.Throws<InputException>(() => SentenceClassifier.Load(path)).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
