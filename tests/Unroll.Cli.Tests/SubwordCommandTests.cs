using System.Text.Json;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary><c>--subwords</c> and <c>--dense-updates</c> as a user gives them.</summary>
public class SubwordCommandTests
{
    private static readonly string[] Small =
        ["--embedding", "6", "--hidden", "6", "--batch", "2", "--epochs", "2", "--no-baselines", "--linear=false"];

    [Fact]
    public void A_model_with_sub_words_goes_through_every_verb()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        string model = folder["model"];
        CommandRun trained = CommandRun.Of(["train", data, .. Small, "--subwords", "--dense-updates", "--out", model]);
        Assert.True(trained.ExitCode == 0, trained.Error);
        Assert.Contains("\"subwords\": 32768", File.ReadAllText(folder["model/config.json"]), StringComparison.Ordinal);
        using JsonDocument settings = JsonDocument.Parse(File.ReadAllText(folder["model/train.json"]));
        Assert.Equal(0.3, settings.RootElement.GetProperty("word-dropout").GetDouble(), 1e-6);
        Assert.True(settings.RootElement.GetProperty("dense-updates").GetBoolean());

        // Two words that no row has are two words.
        string one = Probability(CommandRun.Of("predict", model, "zyxwvu", "--json"));
        Assert.NotEqual(one, Probability(CommandRun.Of("predict", model, "kkkkkk", "--json")));
        string inspected = CommandRun.Of("inspect", model, "zyxwvu").Output;
        Assert.Contains("unknown     zyxwvu: read by their pieces", inspected, StringComparison.Ordinal);
        foreach (string[] verb in (string[][])[["eval", model, data], ["export", model, "--onnx", folder["model.onnx"]]])
        {
            CommandRun run = CommandRun.Of(verb);
            Assert.True(run.ExitCode == 0, $"{verb[0]}: {run.Error}");
        }
    }

    [Theory]
    [InlineData("--subwords adds to word vectors and embedding is 0, one-hot; leave out --subwords, or give --embedding 200",
        "--embedding", "0", "--subwords")]
    [InlineData("--subwords are pieces of words and the tokens are characters; leave out --subwords, or give --tokens word",
        "--tokens", "char", "--subwords")]
    public void What_cannot_be_is_refused_in_one_line(string expected, params string[] settings)
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        CommandRun run = CommandRun.Of(["train", data, .. settings]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected[2..], run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void Dense_updates_of_plain_gradient_descent_are_told_to_do_nothing()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        CommandRun run = CommandRun.Of(["train", data, .. Small, "--optimizer", "sgd", "--dense-updates"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(
            "warning: --dense-updates has no effect here, it is for --optimizer adam or adamw, and --momentum; leave it out",
            run.Error, StringComparison.Ordinal);
    }

    private static string Probability(CommandRun run)
    {
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Output[run.Output.IndexOf("probabilit", StringComparison.Ordinal)..];
    }
}
