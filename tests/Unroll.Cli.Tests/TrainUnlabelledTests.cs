using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>Rows without labels, as a user gives them.</summary>
public class TrainUnlabelledTests
{
    private static readonly string[] Small = [
        "--embedding", "6", "--hidden", "6", "--batch", "4", "--epochs", "2", "--no-baselines"];

    private static readonly string[] Texts = [
        .. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? $"a fine warm thing {i}" : $"a dull cold thing {i}")];

    // The same texts in every form that the data door reads.
    public static TheoryData<string> Forms => ["texts.txt", "texts.tsv", "texts.csv", "texts.jsonl", "texts.txt.gz", "-"];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Texts_are_read_in_every_form_and_what_became_of_them_is_said(string form)
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 10);
        string lines = string.Concat(Texts.Select(text => text + "\n"));
        string file = form == "-" ? form : Write(folder, form, lines);
        CommandRun run = CommandRun.With(
            form == "-" ? lines : "", onScreen: false,
            ["train", data, "--unlabelled", file, "--json", "--out", folder["model"], .. Small]);
        Assert.True(run.ExitCode == 0, run.Error);
        string name = form == "-" ? "standard input" : file;
        Assert.Matches(
            $"(?m)^{Regex.Escape(name)}: 40 rows without labels, 200 tokens; [0-9]+ learned with the "
                + "label that two models agree on \\(\"[a-z]+\" [0-9]+, \"[a-z]+\" [0-9]+\\); [0-9]+ more words, "
                + "dev accuracy of the first model [01]\\.[0-9]{4}; [0-9]+ s$",
            run.Error);
        JsonElement said = JsonDocument.Parse(run.OutputLines[1]).RootElement.GetProperty("unlabelled");
        Assert.Equal((40, 200, 0), (Number(said, "rows"), Number(said, "tokens"), Number(said, "empty_texts")));
        Assert.InRange(said.GetProperty("labelled").EnumerateObject().Sum(entry => entry.Value.GetInt32()), 1, 12);
        using JsonDocument kept = JsonDocument.Parse(File.ReadAllBytes(folder["model/data.json"]));
        Assert.Equal(said.GetRawText(), kept.RootElement.GetProperty("unlabelled").GetRawText());
        Assert.True(kept.RootElement.TryGetProperty("data", out _));
        using JsonDocument settings = JsonDocument.Parse(File.ReadAllBytes(folder["model/train.json"]));
        Assert.Equal(
            form == "-" ? "-" : $"../{form}", settings.RootElement.GetProperty("unlabelled").GetString());
        Assert.Contains("warm", File.ReadAllLines(folder["model/vocabulary.txt"]));
    }

    [Fact]
    public void Rows_that_are_left_out_or_measured_on_are_told()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 10);
        string test = folder.Write("test.tsv", "label\ttext\npos\ta fine warm thing 0\nneg\ta dull cold thing 1\n");
        string known = File.ReadAllLines(data)[1].Split('\t')[1];
        string texts = folder.Write("texts.txt", string.Join('\n', [.. Texts, "", known]) + "\n");
        CommandRun run = CommandRun.Of(["train", data, "--test", test, "--unlabelled", texts, .. Small]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains(
            $"note: {texts}: 1 row without a word, left out; 1 row with a text of train, left out; 1 row with a text of dev, "
                + "left out; 2 rows with a text of test, taken without its label\n",
            run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("absent.txt", "absent.txt: no such file")]
    [InlineData("empty.txt", "empty.txt: has no text, expected texts without labels")]
    [InlineData("blank.txt", "blank.txt: has no text, expected texts without labels")]
    [InlineData("binary.txt", "binary.txt:1: the file is")]
    [InlineData("header.tsv", "header.tsv: a header and no rows")]
    [InlineData("other.tsv", "other.tsv:1: header")]
    public void Files_that_cannot_be_used_are_told_in_one_line(string name, string expected)
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 5);
        folder.Write("empty.txt", "");
        folder.Write("blank.txt", "\n  \n\n");
        File.WriteAllBytes(folder["binary.txt"], [.. "PK\u0003\u0004"u8, 0, 0, 1, 2, 3]);
        folder.Write("header.tsv", "label\ttext\n");
        folder.Write("other.tsv", "label\tbody\n1\tfine\n");
        TrainSettingsTests.AssertRefused(["train", data, "--unlabelled", folder[name]], expected);
    }

    [Fact]
    public void Standard_input_is_read_once()
    {
        using var folder = new TemporaryFolder();
        TrainSettingsTests.AssertRefused(
            ["train", "-", "--unlabelled", "-"],
            "standard input can be read once, expected it as one of DATA, --dev, --test and --unlabelled");
    }

    [Theory]
    [InlineData("--seeds 2")]
    [InlineData("--folds 3")]
    [InlineData("--find-lr")]
    public void They_help_wherever_models_are_trained(string given)
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 10);
        string texts = folder.Write("texts.txt", string.Join('\n', Texts) + "\n");
        string[] args = ["train", data, .. given.Split(' '), .. Small];
        CommandRun with = CommandRun.Of([.. args, "--unlabelled", texts]);
        Assert.True(with.ExitCode == 0, with.Error);
        Assert.NotEqual(CommandRun.Of(args).Output, with.Output);
    }

    [Fact]
    public void A_killed_training_ends_with_the_same_bytes_and_refuses_other_texts()
    {
        using var folder = new TemporaryFolder();
        TrainCommandTests.WriteRows(folder, copies: 200);
        folder.Write("texts.txt", string.Join('\n', Texts) + "\n");
        string[] args = [
            "train", "rows.tsv", "--unlabelled", "texts.txt", "--epochs", "30", "--hidden", "4", "--embedding", "4",
            "--no-baselines", "--checkpoint-steps", "5", "--out"];
        using (Process process = Start([.. args, "killed"]))
        {
            Assert.StartsWith("Epoch 1/", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
            Assert.StartsWith("Epoch 2/", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
            process.Kill();
            process.WaitForExit();
        }
        IEnumerable<string> changed = Texts.Select(text => text.Replace("thing", "film", StringComparison.Ordinal));
        folder.Write("texts.txt", string.Join('\n', changed) + "\n");
        CommandRun other = CommandRun.Of("train", "--resume", folder["killed"]);
        Assert.Equal(2, other.ExitCode);
        Assert.Contains("belongs to a training with other rows", other.Error, StringComparison.Ordinal);
        folder.Write("texts.txt", string.Join('\n', Texts) + "\n");
        CommandRun resumed = CommandRun.Of("train", "--resume", folder["killed"], "--threads", "1");
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        using (Process process = Start([.. args, "whole"]))
        {
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
        }
        foreach (string file in (string[])["config.json", "vocabulary.txt", "model.safetensors", "train.json", "data.json"])
            Assert.Equal(File.ReadAllBytes(folder[$"whole/{file}"]), File.ReadAllBytes(folder[$"killed/{file}"]));

        Process Start(string[] given)
        {
            Process process = Process.Start(new ProcessStartInfo(Repository.Command, given)
            {
                WorkingDirectory = folder.Root,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            _ = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            return process;
        }
    }

    private static int Number(JsonElement json, string key) => json.GetProperty(key).GetInt32();

    private static string Write(TemporaryFolder folder, string name, string lines)
    {
        switch (Path.GetExtension(name))
        {
            case ".gz":
                using (var gzip = new GZipStream(File.Create(folder[name]), CompressionLevel.Fastest))
                    gzip.Write(Encoding.UTF8.GetBytes(lines));
                return folder[name];
            case ".tsv":
                return folder.Write(name, "text\n" + lines);
            case ".csv":
                return folder.Write(name, "id,text\n" + string.Concat(Texts.Select((text, i) => $"{i},{text}\n")));
            case ".jsonl":
                return folder.Write(name, string.Concat(Texts.Select(text => $$"""{"text": "{{text}}"}""" + "\n")));
            default:
                return folder.Write(name, lines);
        }
    }
}
