using System.Text.Json;
using Unroll.Classroom.Tests;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

public class LabCommandTests
{
    internal const string Expected = LabOutput.Text;

    [Fact]
    public void It_prints_the_labs_lines_and_nothing_else()
    {
        CommandRun run = CommandRun.Of("lab");
        Assert.Equal((0, Expected, ""), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public void The_lab_in_one_file_prints_the_same_lines()
    {
        CommandRun run = Repository.Run("dotnet", "run", "lab/lab.cs");
        Assert.Equal((0, Expected), (run.ExitCode, run.Output.ReplaceLineEndings("\n")));
    }

    [Fact]
    public void On_a_screen_it_also_draws_the_loss_curve()
    {
        CommandRun run = CommandRun.With("", onScreen: true, "lab");
        IEnumerable<string> fromChart = run.OutputLines.SkipWhile(line => line.Trim() != "Training Loss Curve");
        string[] chart = [.. fromChart.TakeWhile(line => line != "==== Testing ====")];
        Assert.Equal("Total Loss", chart[1]);
        Assert.StartsWith("   1.90 ┤", chart[2], StringComparison.Ordinal);
        Assert.Contains("Epoch", chart[^1], StringComparison.Ordinal);
        Assert.Equal(Expected.Split('\n', StringSplitOptions.RemoveEmptyEntries), run.OutputLines.Except(chart));
    }

    [Fact]
    public void Json_is_what_the_golden_file_holds()
    {
        using JsonDocument golden = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "Unroll.Tests", "Golden", "lab.json")));
        CommandRun run = CommandRun.Of("lab", "--json");
        using JsonDocument actual = JsonDocument.Parse(Assert.Single(run.OutputLines));
        foreach (string key in (string[])["loss_history", "initial", "final", "tests"])
            AssertClose(golden.RootElement.GetProperty(key), actual.RootElement.GetProperty(key), key);
    }

    [Fact]
    public void Options_change_the_run()
    {
        CommandRun run = CommandRun.Of("lab", "--epochs", "60", "--lr", "0.05", "--hidden", "4", "--seed", "7", "--cell", "rnn");
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("Epoch [50/60]", run.OutputLines[0], StringComparison.Ordinal);
        Assert.StartsWith("Epoch [60/60]", run.OutputLines[1], StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(CommandRun.Of("lab", "--hidden", "4", "--epochs", "1", "--json").Output);
        Assert.Equal(4, json.RootElement.GetProperty("initial").GetProperty("W")[0].GetArrayLength());
    }

    [Fact]
    public void Other_sentences_can_be_tested()
    {
        CommandRun run = CommandRun.Of("lab", "--test", "movie good", "--test", "bad");
        Assert.Equal(
            ["Sentence: ['movie', 'good'] → Prediction: 1 (good)", "Sentence: ['bad'] → Prediction: 0 (bad)"],
            run.OutputLines[^2..]);
    }

    [Fact]
    public void The_saved_lab_predicts_its_sentences_and_refuses_words_it_does_not_know()
    {
        using var folder = new TemporaryFolder();
        CommandRun saved = CommandRun.Of("lab", "--out", folder["lab"]);
        Assert.Equal((0, Expected), (saved.ExitCode, saved.Output));
        CommandRun predicted = CommandRun.Of("predict", folder["lab"], "The movie is good");
        Assert.StartsWith("1\t0.99", predicted.Output, StringComparison.Ordinal);
        CommandRun unknown = CommandRun.Of("predict", folder["lab"], "The film is good");
        Assert.Equal(
            (2, "", "error: unknown word \"film\"; known words: The, movie, is, good, bad\n"),
            (unknown.ExitCode, unknown.Output, unknown.Error));
    }

    private static void AssertClose(JsonElement expected, JsonElement actual, string where)
    {
        Assert.Equal(expected.ValueKind, actual.ValueKind);
        switch (expected.ValueKind)
        {
            case JsonValueKind.Number:
                bool isClose = Math.Abs(expected.GetDouble() - actual.GetDouble()) <= 1e-5;
                Assert.True(isClose, $"{where}: {actual}, expected {expected}");
                break;
            case JsonValueKind.Array:
                Assert.Equal(expected.GetArrayLength(), actual.GetArrayLength());
                for (int i = 0; i < expected.GetArrayLength(); i++)
                    AssertClose(expected[i], actual[i], $"{where}[{i}]");
                break;
            case JsonValueKind.Object:
                foreach (JsonProperty property in expected.EnumerateObject())
                    AssertClose(property.Value, actual.GetProperty(property.Name), $"{where}.{property.Name}");
                break;
            default:
                Assert.Equal(expected.GetString(), actual.GetString());
                break;
        }
    }
}
