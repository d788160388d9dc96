using System.Diagnostics;
using System.Text.Json;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>Several trainings in one command: <c>--folds</c> and <c>--seeds</c>.</summary>
public class TrainRepeatedlyTests
{
    private static readonly string[] Small = [
        "--embedding", "6", "--hidden", "6", "--batch", "2", "--epochs", "2", "--no-baselines"];

    [Fact]
    public void Folds_print_each_fold_and_their_mean_and_deviation()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 10);
        CommandRun run = CommandRun.Of(["train", data, "--folds", "4", "--json", .. Small]);
        Assert.True(run.ExitCode == 0, run.Error);
        JsonElement[] lines = [.. run.OutputLines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(5, lines.Length);
        double[] accuracies = [.. lines[..4].Select(line => line.GetProperty("accuracy").GetDouble())];
        double mean = accuracies.Average();
        Assert.Equal(mean, lines[4].GetProperty("accuracy").GetDouble(), 1e-12);
        Assert.Equal(
            Math.Sqrt(accuracies.Sum(value => (value - mean) * (value - mean)) / 3),
            lines[4].GetProperty("accuracy_deviation").GetDouble(), 1e-12);
        TrainSettingsTests.AssertRefused(["train", data, "--folds", "41"], "--folds is 41 for 40 rows");
        TrainSettingsTests.AssertRefused(
            ["train", data, "--folds", "2", "--dev", data],
            "--folds trains and measures on DATA alone and saves nothing, and --dev was given too");
        TrainSettingsTests.AssertRefused(
            ["train", data, "--folds", "1"], "unroll train: --folds is 1, expected a whole number of at least 2");
    }

    [Fact]
    public void Seeds_print_each_seed_and_the_interval_of_every_figure()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 10);
        string test = folder.Write("test.tsv", File.ReadAllText(data) + "meh\tso so\n");
        string[] args = ["train", data, "--test", test, "--seed", "5", .. Small];
        CommandRun run = CommandRun.Of([.. args, "--seeds", "3", "--json"]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("warning: 1 row of test has a label that the model does not know", run.Error, StringComparison.Ordinal);
        JsonElement[] lines = [.. run.OutputLines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(5, lines.Length);
        Assert.Equal([5, 6, 7], lines[1..4].Select(line => line.GetProperty("seed").GetInt32()));
        double[] losses = [.. lines[1..4].Select(line => line.GetProperty("test_loss").GetDouble())];
        JsonElement figure = lines[4].GetProperty("figures").GetProperty("test_loss");
        double deviation = Math.Sqrt(losses.Sum(loss => (loss - losses.Average()) * (loss - losses.Average())) / 2);
        Assert.Equal(losses.Average(), figure.GetProperty("mean").GetDouble(), 1e-12);
        Assert.Equal(deviation, figure.GetProperty("deviation").GetDouble(), 1e-12);
        double margin = 4.302652729911275 * deviation / Math.Sqrt(3);
        Assert.Equal(losses.Average() - margin, figure.GetProperty("low").GetDouble(), 1e-9);
        Assert.Equal(losses.Average() + margin, figure.GetProperty("high").GetDouble(), 1e-9);

        // The second seed alone, and the same as a table.
        JsonElement alone = JsonDocument.Parse(
            CommandRun.Of(["train", data, "--test", test, "--seed", "6", "--json", .. Small]).OutputLines[^1]).RootElement;
        Assert.Equal(
            alone.GetProperty("test_accuracy").GetDouble(), lines[2].GetProperty("test_accuracy").GetDouble());
        CommandRun table = CommandRun.Of([.. args, "--seeds", "2", "--no-baselines"]);
        Assert.Equal(10, table.OutputLines.Length);
        Assert.Matches(
            @"^Seed 5: epoch \d, dev accuracy \d\.\d{4}, dev macro-F1 \d\.\d{4}, dev loss \d\.\d{4}, test accuracy \d\.\d{4}, " +
            @"test macro-F1 \d\.\d{4}, test loss \d\.\d{4}, test ECE \d\.\d{4}$",
            table.OutputLines[0]);
        Assert.Equal("seeds 5 to 6     mean  95 % interval     deviation", table.OutputLines[2]);
        Assert.Matches(@"^test accuracy  \d\.\d{4}  -?\d\.\d{4} to \d\.\d{4}     \d\.\d{4}$", table.OutputLines[6]);
    }

    [Fact]
    public void Seeds_say_once_what_was_done_with_vectors()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 10);
        CommandRun run = CommandRun.Of(
            "train", data, "--vectors", folder.Write("v.txt", "fine 1 2\nfilm 3 4\n"), "--seeds", "2", "--epochs", "1");
        Assert.Single(run.Error.Split('\n'), line => line.Contains("v.txt: vectors of 2 of 5 words", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--seeds 1", "unroll train: --seeds is 1, expected a whole number of at least 2")]
    [InlineData("--seeds 2 --find-lr", "--seeds trains several models and saves none, and --find-lr was given too")]
    [InlineData("--seeds 2 --folds 2", "--folds trains and measures on DATA alone and saves nothing, and --seeds was given too")]
    [InlineData(
        "--seeds 2 --seed 18446744073709551615",
        "seed is 18446744073709551615 for 2 seeds, expected at most 18446744073709551614")]
    [InlineData("--seeds 2 --resume model", "--resume goes on with the settings in the folder, and --seeds was given too")]
    public void Seeds_that_cannot_be_are_refused(string given, string expected)
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 10);
        TrainSettingsTests.AssertRefused(["train", data, .. given.Split(' ')], expected);
    }

    [Theory]
    [InlineData("--seeds 2 --dev-share 0", "dev-share is 0, which takes no dev rows from 4 rows, expected dev or test rows")]
    [InlineData("--seeds 2", "dev-share is 0.1, which takes no dev rows from 4 rows, expected dev or test rows to measure each")]
    public void Seeds_without_rows_to_measure_on_are_refused(string given, string expected)
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        TrainSettingsTests.AssertRefused(["train", data, .. given.Split(' '), .. Small], expected);
        CommandRun measured = CommandRun.Of(["train", data, .. given.Split(' '), "--test", data, .. Small]);
        Assert.True(measured.ExitCode == 0, measured.Error);
    }

    [Theory]
    [InlineData("--seeds 4")]
    [InlineData("--folds 4")]
    public void Processes_that_share_a_folder_print_what_one_alone_prints(string repeated)
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 10);
        string[] args = ["train", data, .. repeated.Split(' '), .. Small];
        string alone = CommandRun.Of(args).Output;
        string[] shared = [.. args, "--out", folder["shared"]];
        Process[] both = [Repository.Start(Repository.Command, shared), Repository.Start(Repository.Command, shared)];
        Assert.All(both.Select(process => process.StandardOutput.ReadToEnd()).ToArray(), output => Assert.Equal(alone, output));
        foreach (Process process in both)
            process.Dispose();
        // Each was done once, and the same command again only tells.
        Assert.Equal(5, File.ReadAllLines(folder["shared/journal.jsonl"]).Length);
        Assert.Equal(alone, CommandRun.Of(shared).Output);
        Assert.Equal(5, File.ReadAllLines(folder["shared/journal.jsonl"]).Length);
        CommandRun other = CommandRun.Of([.. shared, "--lr", "0.5"]);
        Assert.Equal(ExitCode.WrongInput, other.ExitCode);
        Assert.Contains("holds results of other rows or settings", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Killed_seeds_go_on_to_the_same_table()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 40);
        string[] args = ["train", data, "--seeds", "3", .. Small, "--no-baselines"];
        string alone = CommandRun.Of(args).Output;
        var random = new Random(5);
        for (int kills = 0; kills < 3; kills++)
        {
            using Process process = Repository.Start(Repository.Command, [.. args, "--out", folder["killed"]]);
            if (!process.WaitForExit(random.Next(300, 1200)))
                process.Kill();
            process.WaitForExit();
        }
        Assert.Equal(alone, CommandRun.Of([.. args, "--out", folder["killed"]]).Output);
    }
}
