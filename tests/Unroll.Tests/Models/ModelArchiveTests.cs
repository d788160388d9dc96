using System.IO.Compression;
using Unroll.Models;
using Xunit;

namespace Unroll.Tests.Models;

public class ModelArchiveTests
{
    [Fact]
    public void It_reads_back_as_the_same_model_and_unpacks_to_its_folder()
    {
        SentenceClassifier classifier = ModelFolderTests.CreateGolden();
        classifier.SetTemperature(1.5);
        byte[] archive = Save(classifier);
        using var stream = new MemoryStream(archive);
        SentenceClassifier loaded = SentenceClassifier.Load(stream);
        Assert.True(stream.CanRead);
        Assert.Equal(classifier.Parameters.Values.ToArray(), loaded.Parameters.Values.ToArray());
        Assert.Equal(classifier.Predict("a good film").Probability, loaded.Predict("a good film").Probability);
        Assert.Equal(archive, Save(loaded));

        using var folder = new TemporaryFolder();
        classifier.Save(folder["model"]);
        ZipFile.ExtractToDirectory(new MemoryStream(archive), folder["unpacked"]);
        foreach (string file in Directory.GetFiles(folder["model"]))
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(folder["unpacked"], Path.GetFileName(file))));
        Assert.Equal(3, Directory.GetFiles(folder["unpacked"]).Length);
    }

    [Fact]
    public void It_goes_through_streams_that_cannot_seek()
    {
        SentenceClassifier classifier = ModelFolderTests.CreateGolden();
        using var memory = new MemoryStream();
        using (var writing = new GZipStream(memory, CompressionLevel.Fastest, leaveOpen: true))
            classifier.Save(writing);
        memory.Position = 0;
        using var reading = new GZipStream(memory, CompressionMode.Decompress);
        Assert.Equal(classifier.Predict("not bad").Probability, SentenceClassifier.Load(reading).Predict("not bad").Probability);
    }

    [Fact]
    public void Cut_anywhere_it_is_refused_in_one_line()
    {
        byte[] archive = Save(ModelFolderTests.CreateGolden());
        for (int length = 0; length < archive.Length; length += 3)
            AssertRefused(archive[..length], $"cut to {length} bytes");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0x80)]
    [InlineData(0xFF)]
    public void A_changed_byte_is_refused_in_one_line_or_changes_nothing(byte bits)
    {
        SentenceClassifier classifier = ModelFolderTests.CreateGolden();
        byte[] archive = Save(classifier);
        for (int place = 0; place < archive.Length; place++)
        {
            byte kept = archive[place];
            archive[place] ^= bits;
            try
            {
                // Dates, flags and padding of the zip format say nothing about the model.
                SentenceClassifier loaded = SentenceClassifier.Load(new MemoryStream(archive));
                Assert.Equal(classifier.Parameters.Values.ToArray(), loaded.Parameters.Values.ToArray());
                Assert.Equal(classifier.Vocabulary.Tokens, loaded.Vocabulary.Tokens);
            }
            catch (InputException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
            archive[place] = kept;
        }
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        using var memory = new MemoryStream();
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
            archive.CreateEntry("readme.txt");
        Assert.Contains(
            "config.json: not in the archive", AssertRefused(memory.ToArray(), "an archive of something else").Message,
            StringComparison.Ordinal);
        Assert.Contains("no zip archive", AssertRefused([1, 2, 3], "three bytes").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.zip")]
    [InlineData("Model.ZIP")]
    [InlineData("new/folder/model.zip")]
    public void A_name_that_ends_in_zip_is_one_file(string name)
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = ModelFolderTests.CreateGolden();
        string path = folder[name];
        classifier.Save(path);
        Assert.Equal(Save(classifier), File.ReadAllBytes(path));
        Assert.Equal(classifier.Predict("not bad").Probability, SentenceClassifier.Load(path).Predict("not bad").Probability);
        Assert.Contains(
            "exists already", Assert.Throws<InputException>(() => classifier.Save(path)).Message, StringComparison.Ordinal);
        classifier.Save(path, overwrite: true);
        string renamed = folder["renamed"];
        File.Move(path, renamed);
        Assert.Equal(classifier.Parameters.Values.ToArray(), SentenceClassifier.Load(renamed).Parameters.Values.ToArray());
    }

    /// <summary>Others' programs compress, and put the folder's name before its files.</summary>
    [Theory]
    [InlineData("", "/")]
    [InlineData("model/", "/")]
    [InlineData("./", "/")]
    [InlineData("runs/model/", "/")]
    [InlineData("model/", "\\")]
    public void A_folder_that_was_packed_by_another_program_is_read(string prefix, string separator)
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = ModelFolderTests.CreateGolden();
        classifier.Save(folder["model"]);
        string path = folder["packed.zip"];
        using (ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            foreach (string file in Directory.GetFiles(folder["model"]))
            {
                string name = (prefix + Path.GetFileName(file)).Replace("/", separator, StringComparison.Ordinal);
                archive.CreateEntryFromFile(file, name, CompressionLevel.SmallestSize);
            }
            archive.CreateEntry(prefix + "report.html");
        }
        Assert.Equal(classifier.Parameters.Values.ToArray(), SentenceClassifier.Load(path).Parameters.Values.ToArray());
    }

    [Theory]
    [InlineData("model.zip", "", "is a file of another kind, expected a model folder or a model in one file (.zip)")]
    [InlineData("model.zip", "<!DOCTYPE html><html>", "expected a model folder or a model in one file (.zip)")]
    [InlineData("rows.tsv", "good\tfine\n", "is a file of another kind")]
    [InlineData("model.safetensors", "x", "is a file, expected a model folder; give the folder that it is in")]
    [InlineData("model.zip", "PK\u0003\u0004 and no more", "damaged or no zip archive")]
    [InlineData("none.zip", null, "no such file, expected a model in one file; train a model and save it there")]
    public void Another_file_is_named(string name, string? content, string expected)
    {
        using var folder = new TemporaryFolder();
        if (content is not null)
            folder.Write(name, content);
        InputException e = Assert.Throws<InputException>(() => SentenceClassifier.Load(folder[name]));
        Assert.StartsWith(folder[name], e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void What_is_no_model_is_never_replaced()
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = ModelFolderTests.CreateGolden();
        string path = folder["photos.zip"];
        using (ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create))
            archive.CreateEntry("photo.jpg");
        byte[] before = File.ReadAllBytes(path);
        Assert.Contains(
            "is no model in one file", Assert.Throws<InputException>(() => classifier.Save(path, overwrite: true)).Message,
            StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(path));
        Directory.CreateDirectory(folder["folder.zip"]);
        Assert.Throws<InputException>(() => SentenceClassifier.RequireSavePath(folder["folder.zip"], overwrite: true));
    }

    private static byte[] Save(SentenceClassifier classifier)
    {
        using var memory = new MemoryStream();
        classifier.Save(memory);
        return memory.ToArray();
    }

    private static InputException AssertRefused(byte[] archive, string what)
    {
        try
        {
            SentenceClassifier.Load(new MemoryStream(archive));
        }
        catch (InputException e)
        {
            Assert.DoesNotContain('\n', e.Message);
            return e;
        }
        Assert.Fail($"{what} was read");
        return null;
    }
}
