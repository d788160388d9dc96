using System.Text.Json;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary><c>unroll train --from</c>: a model learns more.</summary>
public class TrainFromTests
{
    private static readonly string Old = "label\ttext\n" + string.Concat(
        Enumerable.Range(0, 20).Select(i => $"good\tlovely film {i % 4}\nbad\tdull film {i % 4}\n"));

    private static readonly string New = "label\ttext\n" + string.Concat(
        Enumerable.Range(0, 20).Select(i => $"long\tfour hours of film {i % 4}\n"));

    [Theory]
    [InlineData("gru", "model")]
    [InlineData("lstm", "model.zip")]
    [InlineData("none", "model")]
    public void A_model_learns_new_labels(string cell, string name)
    {
        using var folder = new TemporaryFolder();
        string old = folder.Write("old.tsv", Old), rows = folder.Write("new.tsv", New), model = folder[name];
        string[] sizes = cell == "none" ? [] : ["--hidden", "8", "--embedding", "8", "--epochs", "8"];
        Assert.Equal(0, CommandRun.Of(["train", old, "--cell", cell, .. sizes, "--out", model]).ExitCode);
        CommandRun run = CommandRun.Of(
            "train", rows, "--from", model, "--old", old, "--old-share", "0.5", "--epochs", "8", "--lr", "0.01", "--out",
            folder["tuned"]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("20 of 40 rows of", run.Error, StringComparison.Ordinal);
        Assert.Contains("3 labels", run.Error, StringComparison.Ordinal);
        string output = CommandRun.Of("predict", folder["tuned"], "four hours of film").Output;
        Assert.StartsWith("long\t", output, StringComparison.Ordinal);
        Assert.StartsWith("good\t", CommandRun.Of("predict", folder["tuned"], "lovely film 1").Output, StringComparison.Ordinal);
        using JsonDocument settings = JsonDocument.Parse(File.ReadAllText(folder["tuned/train.json"]));
        Assert.Equal(0.5, settings.RootElement.GetProperty("old-share").GetDouble());
        Assert.Equal($"../{name}", settings.RootElement.GetProperty("from").GetString());
    }

    [Theory]
    [InlineData("--from {0} --cell lstm", "--from trains a model further that is what it is, and --cell was given too")]
    [InlineData("--from {0} --keep-case", "--from trains a model further that is what it is, and --keep-case was given too")]
    [InlineData("--old {1}", "--old is for --from; leave one of them out")]
    [InlineData("--pull 1", "--pull is for --from; leave one of them out")]
    [InlineData("--from {0} --old {1} --old-share 2", "--old-share is 2, expected a share above 0 and at most 1")]
    [InlineData("--from {0} --folds 2", "--folds trains and measures on DATA alone and saves nothing, and --from was given too")]
    [InlineData("--from none", "none: no such folder, expected a model folder")]
    public void What_cannot_be_is_one_line(string options, string expected)
    {
        using var folder = new TemporaryFolder();
        string old = folder.Write("old.tsv", Old), model = folder["model"];
        Assert.Equal(0, CommandRun.Of("train", old, "--cell", "none", "--out", model).ExitCode);
        CommandRun run = CommandRun.Of(
            ["train", old, .. options.Split(' ').Select(word => word switch { "{0}" => model, "{1}" => old, _ => word })]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }
}
