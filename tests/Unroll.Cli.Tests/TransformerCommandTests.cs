using System.Text.Json;
using Unroll.Models;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary><c>--cell transformer</c> through every verb, and what it refuses before it trains.</summary>
public class TransformerCommandTests
{
    private static readonly string[] Small =
        ["--cell", "transformer", "--embedding", "8", "--heads", "2", "--epochs", "3", "--batch", "2", "--dropout", "0.2"];

    private const string OfRecurrentCells = " is for recurrent cells, and --cell is transformer; leave one of them out";

    [Theory]
    [InlineData("--positions sinusoidal --norm before --layers 2")]
    [InlineData("--positions learned --max-positions 6 --norm after --feed-forward 5 --pooling last")]
    public void A_model_is_trained_saved_read_measured_inspected_and_exported(string settings)
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 10);
        CommandRun train = CommandRun.Of(["train", data, "--out", folder["model"], .. Small, .. settings.Split(' ')]);
        Assert.True(train.ExitCode == 0, train.Error);
        Assert.DoesNotContain("warning: --", train.Error, StringComparison.Ordinal);
        string config = File.ReadAllText(folder["model/config.json"]);
        Assert.Contains("\"cell\": \"transformer\"", config, StringComparison.Ordinal);
        Assert.DoesNotContain("bidirectional", config, StringComparison.Ordinal);
        string settingsFile = File.ReadAllText(folder["model/train.json"]);
        Assert.Contains("\"heads\": 2", settingsFile, StringComparison.Ordinal);
        Assert.DoesNotContain("\"hidden\"", settingsFile, StringComparison.Ordinal);
        Assert.Contains("report.html", string.Join(' ', Directory.GetFiles(folder["model"])), StringComparison.Ordinal);

        SentenceClassifier model = SentenceClassifier.Load(folder["model"]);
        Assert.Contains(model.Tensors, tensor => tensor.Name == "encoder.layers.0.self_attn.in_proj_weight");
        CommandRun predict = CommandRun.Of("predict", folder["model"], "a fine film");
        Assert.StartsWith(model.Predict("a fine film").Label, predict.Output, StringComparison.Ordinal);
        Assert.Equal(0, CommandRun.Of("eval", folder["model"], data).ExitCode);
        CommandRun inspect = CommandRun.Of("inspect", folder["model"], "a fine film");
        Assert.Contains("transformer, 8 hidden units", inspect.Output, StringComparison.Ordinal);
        Assert.Matches(@"word +head 0 +head 1\n", inspect.Output);
        using (JsonDocument json = JsonDocument.Parse(CommandRun.Of("inspect", folder["model"], "a fine film", "--json").Output))
        {
            JsonElement.ArrayEnumerator heads = json.RootElement.GetProperty("heads").EnumerateArray();
            Assert.Equal(model.Config.Layers * 2, heads.Count());
            foreach (JsonElement row in heads.SelectMany(head => head.GetProperty("weights").EnumerateArray()))
                Assert.Equal(1, row.EnumerateArray().Sum(weight => weight.GetDouble()), 1e-5);
        }
        CommandRun export = CommandRun.Of("export", folder["model"], "--onnx", folder["model.onnx"]);
        Assert.True(export.ExitCode == 0, export.Error);

        CommandRun import = CommandRun.Of(
            "import", folder["model/model.safetensors"], "--vocabulary", folder["model/vocabulary.txt"], "--labels", "neg,pos",
            "--heads", "2", "--norm", "before", "--pooling", "max", "--tokens", "word", "--out", folder["again"]);
        // A linear part has no place in a state dict.
        if (model.Config.LinearShare > 0)
            Assert.Contains("linear part", import.Error, StringComparison.Ordinal);
        else
            Assert.True(import.ExitCode == 0, import.Error);
    }

    [Fact]
    public void A_training_that_stops_goes_on_to_the_same_bytes_and_threads_decide_nothing()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 10);
        string[] args = ["train", data, .. Small, "--layers", "2", "--positions", "learned", "--checkpoint-steps", "7"];
        Assert.Equal(0, CommandRun.Of([.. args, "--out", folder["one"], "--threads", "1"]).ExitCode);
        Assert.Equal(0, CommandRun.Of([.. args, "--out", folder["three"], "--threads", "3"]).ExitCode);
        Assert.Equal(
            File.ReadAllBytes(folder["one/model.safetensors"]), File.ReadAllBytes(folder["three/model.safetensors"]));
        // Its own settings begin the same training again.
        CommandRun again = CommandRun.Of("train", "--config", folder["one/train.json"], "--out", folder["again"]);
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Equal(
            File.ReadAllBytes(folder["one/model.safetensors"]), File.ReadAllBytes(folder["again/model.safetensors"]));
        Assert.Equal(File.ReadAllText(folder["one/train.json"]), File.ReadAllText(folder["again/train.json"]));
    }

    [Theory]
    [InlineData("--bidirectional", "--bidirectional" + OfRecurrentCells)]
    [InlineData("--bidirectional=false", "--bidirectional" + OfRecurrentCells)]
    [InlineData("--hidden 8", "--hidden" + OfRecurrentCells)]
    [InlineData("--forget-bias 1", "--forget-bias" + OfRecurrentCells)]
    [InlineData("--nonlinearity relu", "--nonlinearity" + OfRecurrentCells)]
    [InlineData("--recurrent-init identity", "--recurrent-init" + OfRecurrentCells)]
    [InlineData("--truncate 5", "--truncate" + OfRecurrentCells)]
    [InlineData("--init standardnormal", "--init" + OfRecurrentCells)]
    [InlineData("--embedding 0", "--cell transformer needs word vectors and embedding is 0, one-hot; give --embedding 200")]
    [InlineData("--heads 3", "heads is 3, expected a number that divides the width of the word vectors, 200")]
    [InlineData("--max-positions 9", "--max-positions is for --cell transformer --positions learned; leave one of them out")]
    [InlineData(
        "--positions relative", "unroll train: --positions is relative, expected sinusoidal or learned; see unroll train --help")]
    [InlineData("--norm between", "unroll train: --norm is between, expected before or after; see unroll train --help")]
    [InlineData("--heads 0", "unroll train: --heads is 0, expected a whole number of at least 1; see unroll train --help")]
    [InlineData("--cell gru --heads 4", "--heads is for --cell transformer; leave one of them out")]
    [InlineData("--cell lstm --positions sinusoidal", "--positions is for --cell transformer; leave one of them out")]
    [InlineData("--cell none --norm after", "--norm is for --cell transformer; leave one of them out")]
    [InlineData(
        "--positions learned --max-positions 2",
        "row 1 has 3 tokens, expected at most 2, the places that the model learns; split it, or train with "
            + "--positions sinusoidal or a larger --max-positions")]
    public void What_does_not_go_together_is_refused_in_one_line_before_training(string given, string expected)
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        string[] cell = given.StartsWith("--cell", StringComparison.Ordinal) ? [] : ["--cell", "transformer"];
        CommandRun run = CommandRun.Of(["train", data, "--dev-share", "0", .. cell, .. given.Split(' ')]);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Equal($"error: {expected}", run.Error.TrimEnd().Split('\n')[^1]);
    }

    [Fact]
    public void A_text_longer_than_the_learned_places_is_refused_in_one_line()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 4);
        Assert.Equal(
            0, CommandRun.Of(
                ["train", data, "--out", folder["model"], .. Small, "--positions", "learned", "--max-positions", "3"]).ExitCode);
        foreach (string verb in (string[])["predict", "inspect"])
        {
            CommandRun run = CommandRun.Of(verb, folder["model"], "a very fine film");
            Assert.Equal(2, run.ExitCode);
            Assert.StartsWith(
                "error: the text has 4 tokens, expected at most 3, the places that the model learns", run.Error,
                StringComparison.Ordinal);
        }
    }
}
