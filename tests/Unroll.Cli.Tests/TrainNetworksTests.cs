using System.Text.Json;
using Unroll.Models;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>How many networks a model has: <c>--cell none</c> and <c>--ensemble</c>.</summary>
public class TrainNetworksTests
{
    private static readonly string[] Small = ["--embedding", "6", "--hidden", "6", "--batch", "2", "--epochs", "2"];

    [Fact]
    public void A_linear_part_alone_is_trained_saved_shown_and_used()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 10);
        string model = folder["model"];
        CommandRun run = CommandRun.Of(["train", data, "--test", data, "--cell", "none", "--out", model]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("this model (linear part)", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("alone", run.Output, StringComparison.Ordinal);
        Assert.Contains($"Saved the model in {model}", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("parameters", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("warning: --", run.Error, StringComparison.Ordinal);
        using JsonDocument settings = JsonDocument.Parse(File.ReadAllText(folder["model/train.json"]));
        Assert.Equal("none", settings.RootElement.GetProperty("cell").GetString());

        string text = SentenceClassifier.Load(model).Predict("The movie is good").Label;
        Assert.StartsWith(text, CommandRun.Of(["predict", model, "The movie is good"]).Output, StringComparison.Ordinal);
        CommandRun inspected = CommandRun.Of(["inspect", model, "The movie is good"]);
        Assert.Contains("linear part alone", inspected.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("|dh|", inspected.Output, StringComparison.Ordinal);
        Assert.Equal(0, CommandRun.Of(["eval", model, data]).ExitCode);
        Assert.Equal(0, CommandRun.Of(["export", model, "--onnx", folder["model.onnx"]]).ExitCode);
        CommandRun finished = CommandRun.Of(["train", "--resume", model]);
        Assert.True(finished.ExitCode == 0, finished.Error);
        File.Delete(folder["model/evaluation.json"]);
        Assert.Equal(0, CommandRun.Of(["train", "--resume", model]).ExitCode);
        Assert.True(File.Exists(folder["model/evaluation.json"]));

        CommandRun unread = CommandRun.Of(["train", data, "--cell", "none", "--hidden", "5"]);
        Assert.Contains(
            "warning: --cell none has no network, so settings of a network", unread.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_ensemble_is_trained_and_shown()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 10);
        string[] args = ["train", data, "--ensemble", "3", .. Small];
        CommandRun run = CommandRun.Of([.. args, "--out", folder["whole"]]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("networks alone", run.Output, StringComparison.Ordinal);
        Assert.Contains("first network alone", run.Output, StringComparison.Ordinal);
        Assert.Equal(3, SentenceClassifier.Load(folder["whole"]).Config.Networks);
        Assert.Contains(
            "3 networks, gru", CommandRun.Of(["inspect", folder["whole"], "The movie is good"]).Output, StringComparison.Ordinal);
        using JsonDocument inspected = JsonDocument.Parse(
            CommandRun.Of(["inspect", folder["whole"], "The movie is good", "--json"]).Output);
        Assert.Equal(3, inspected.RootElement.GetProperty("model").GetProperty("networks").GetInt32());

        using JsonDocument summary = JsonDocument.Parse(CommandRun.Of([.. args, "--json"]).OutputLines[^1]);
        Assert.Equal(
            ["majority", "linear", "network", "first_network"],
            summary.RootElement.GetProperty("baselines").EnumerateObject().Select(model => model.Name));
    }

    [Theory]
    [InlineData("--cell none --ensemble 2", "--cell none trains the linear part alone, and --ensemble was given too")]
    [InlineData("--cell none --linear=false", "nothing is left to train with --cell none and --linear false")]
    [InlineData("--cell none --find-lr", "the model has no network, expected one whose learning rate is looked for")]
    [InlineData("--cell none --vectors DATA", "word vectors are for a network, and --cell none trains the linear part alone")]
    [InlineData("--cell nine", "--cell is nine, expected rnn or gru or lstm or mingru or transformer or none")]
    [InlineData("--ensemble 0", "--ensemble is 0, expected a whole number of at least 1")]
    [InlineData("--ensemble 65", "ensemble is 65, expected at most 64 networks in a model")]
    public void What_does_not_go_together_is_told_in_a_line(string options, string message)
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 10);
        TrainSettingsTests.AssertRefused(
            ["train", data, .. options.Replace("DATA", data, StringComparison.Ordinal).Split(' ')], message);
    }
}
