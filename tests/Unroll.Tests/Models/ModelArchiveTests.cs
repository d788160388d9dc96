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
