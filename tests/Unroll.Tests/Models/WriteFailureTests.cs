using System.Text;
using System.Text.Json;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>What cannot be written is named as it was given, and no temporary file is.</summary>
public class WriteFailureTests
{
    [Fact]
    public void A_full_disk_is_told_with_the_name_that_was_given()
    {
        using var folder = new TemporaryFolder();
        string path = folder["a.html"];
        IOException error = Assert.Throws<IOException>(() => DurableFile.Write(
            path, overwrite: false, _ => throw new IOException("No space left on device : '/x/.a.html.0123.tmp'", 28)));
        Assert.Equal($"{path}: cannot be written (No space left on device); make room, or choose another name", error.Message);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void A_read_only_folder_is_told_with_what_to_do()
    {
        using var folder = new TemporaryFolder();
        string path = folder["a.html"];
        IOException error = Assert.Throws<IOException>(() => DurableFile.Write(
            path, overwrite: false, _ => throw new UnauthorizedAccessException("Access to '/x/.a.html.0123.tmp' is denied.")));
        Assert.Equal(
            $"{path}: cannot be written (no right to write there); make it writable, or choose another name", error.Message);
        Assert.Equal("no right to write there", WriteFailure.ReasonOf(error));
    }

    [Fact]
    public void A_file_in_the_place_of_a_folder_is_told()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Write("file", "x"), "a.html");
        string expected = $"cannot be written to, {folder["file"]} is a file, expected a folder there; choose another";
        Assert.Equal($"{path}: {expected} name", Error(() => DurableFile.Write(path, false, _ => { })));
        SentenceClassifier classifier = SentenceClassifier.Create(
            new ModelConfig { Embedding = 2, Hidden = 2, Labels = ["a", "b"] },
            new Vocabulary(["<pad>", "<unk>"], UnknownWords.Token));
        string model = Path.Combine(folder["file"], "model");
        Assert.Equal($"{model}: {expected} path", Error(() => classifier.Save(model)));
        Assert.Equal(
            $"{path}: cannot be written (a file stands where its folder should); choose another name",
            Assert.Throws<IOException>(() => DurableFile.RequireWritable(path)).Message);
        DurableFile.RequireWritable(folder["new/folder/file"]);
        Assert.Equal([folder["file"]], Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void A_link_that_leads_nowhere_is_no_file()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("links take rights on Windows");
        using var folder = new TemporaryFolder();
        string link = folder["link"];
        File.CreateSymbolicLink(link, folder["nowhere"]);
        string expected = $"{link}: is a link to {folder["nowhere"]}, which is not there";
        Assert.StartsWith(expected, Error(() => SentenceClassifier.RequireSavePath(link)), StringComparison.Ordinal);
        Assert.StartsWith(expected, Error(() => SentenceClassifier.Load(link)), StringComparison.Ordinal);
        Assert.StartsWith(expected, Error(() => DurableFile.RequirePath(link, overwrite: false)), StringComparison.Ordinal);
        DurableFile.RequirePath(link, overwrite: true);
        Directory.CreateDirectory(folder["nowhere"]);
        SentenceClassifier.RequireSavePath(link);
    }

    [Fact]
    public void Json_shows_marks_that_turn_text_around_as_escapes_of_the_same_value()
    {
        const string text = "a\u202Eb\u2066c\u2069 \u200F é 😀";
        string line = JsonLine.Of(json => json.WriteString("text", text));
        Assert.Contains("a\\u202Eb\\u2066c\\u2069", line, StringComparison.Ordinal);
        Assert.Contains("é", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line, VisibleText.IsControl);
        Assert.Equal(text, JsonDocument.Parse(Encoding.UTF8.GetBytes(line)).RootElement.GetProperty("text").GetString());
    }

    private static string Error(Action action) => Assert.Throws<InputException>(action).Message;
}
