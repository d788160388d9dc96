using System.Diagnostics;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>A training that is killed goes on and ends with the bytes of one that was left alone.</summary>
public class ResumeTests
{
    private const int Kills = 50;
    private const int MostKillsEach = 10;

    private static readonly string[] Settings =
        ["--cell", "gru", "--embedding", "8", "--hidden", "8", "--dropout", "0.2", "--epochs", "6", "--batch", "2",
            "--checkpoint-steps", "25", "--no-baselines"];

    [Fact]
    public void Fifty_kills_at_random_moments_change_no_byte()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("a killed process leaves its files open for a while on Windows");
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 100);
        var watch = Stopwatch.StartNew();
        Assert.True(EndsBefore(Timeout.Infinite, ["train", data, "--out", folder["whole"], .. Settings]));
        int duration = (int)watch.ElapsedMilliseconds;
        string[] names = ["config.json", "vocabulary.txt", "model.safetensors"];
        byte[][] whole = [.. names.Select(name => File.ReadAllBytes(Path.Combine(folder["whole"], name)))];
        string[] epochs = Epochs("whole");
        string gradients = File.ReadAllText(Path.Combine(folder["whole"], "gradients.jsonl"));

        var random = new Random(42);
        int kills = 0;
        int withState = 0;
        for (int training = 0; kills < Kills; training++)
        {
            string name = $"killed{training}";
            string[] args = ["train", data, "--out", folder[name], .. Settings];
            bool ended = false;
            for (int i = 0; i < MostKillsEach && kills < Kills && !ended; i++)
            {
                // Of a machine that becomes slower, every second kill still comes after a checkpoint.
                string state = Path.Combine(folder[name], "checkpoint", "state.safetensors");
                ended = EndsBefore(random.Next(duration), args, i % 2 == 0 ? null : state);
                kills += ended ? 0 : 1;
                withState += File.Exists(state) ? 1 : 0;
                if (File.Exists(Path.Combine(folder[name], "train.json")))
                    args = ["train", "--resume", folder[name]];
            }
            CommandRun last = CommandRun.Of(args);
            Assert.True(last.ExitCode == 0, last.Error);
            for (int i = 0; i < names.Length; i++)
                Assert.Equal(whole[i], File.ReadAllBytes(Path.Combine(folder[name], names[i])));
            Assert.Equal(epochs, Epochs(name));
            Assert.Equal(gradients, File.ReadAllText(Path.Combine(folder[name], "gradients.jsonl")));
            Assert.False(Directory.Exists(Path.Combine(folder[name], "checkpoint")));
        }
        Assert.True(withState >= Kills / 4, $"only {withState} of {Kills} kills came after a checkpoint");

        // Loss and scores of each epoch; times differ.
        string[] Epochs(string name) =>
            [.. File.ReadAllLines(Path.Combine(folder[name], "metrics.jsonl")).Select(
                line => line[..line.IndexOf(",\"train_seconds\"", StringComparison.Ordinal)])];
    }

    // Kills the process if it takes longer, from when a file is there on.
    private static bool EndsBefore(int milliseconds, string[] args, string? file = null)
    {
        using Process process = Repository.Start(Repository.Command, args);
        _ = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        _ = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        while (file is not null && !File.Exists(file))
        {
            if (process.WaitForExit(5))
                return true;
        }
        if (process.WaitForExit(milliseconds))
            return true;
        process.Kill();
        process.WaitForExit();
        return false;
    }

    [Theory]
    [InlineData("")]
    [InlineData("checkpoint/")]
    [InlineData("checkpoint/,.train.json.0123456789abcdef0123456789abcdef.tmp")]
    public void A_folder_of_a_training_that_was_killed_before_it_began_is_taken(string left)
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        Directory.CreateDirectory(folder["model"]);
        foreach (string name in left.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (name.EndsWith('/'))
                Directory.CreateDirectory(folder[$"model/{name}"]);
            else
                folder.Write($"model/{name}", "{");
        }
        CommandRun run = CommandRun.Of("train", data, "--out", folder["model"], "--epochs", "1");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.False(File.Exists(folder["model/.train.json.0123456789abcdef0123456789abcdef.tmp"]));
    }

    [Fact]
    public void A_finished_training_says_so_and_a_folder_without_one_is_refused()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        Assert.Equal(0, CommandRun.Of("train", data, "--out", folder["model"], "--epochs", "1").ExitCode);
        CommandRun again = CommandRun.Of("train", "--resume", folder["model"]);
        Assert.Equal((0, ""), (again.ExitCode, again.Output));
        Assert.Contains("is finished", again.Error, StringComparison.Ordinal);
        CommandRun none = CommandRun.Of("train", "--resume", folder["none"]);
        Assert.Equal(2, none.ExitCode);
        Assert.Contains("no training to go on with", none.Error, StringComparison.Ordinal);
        CommandRun other = CommandRun.Of("train", "--resume", folder["model"], "--lr", "1");
        Assert.Equal(2, other.ExitCode);
        Assert.Contains("--lr was given too", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_that_changed_since_are_refused()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 400);
        using (Process process = Repository.Start(
            Repository.Command,
            ["train", data, "--out", folder["model"], "--epochs", "100000", "--checkpoint-steps", "1", .. Settings[..8]]))
        {
            _ = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.StartsWith("Epoch 1/", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
            process.Kill();
            process.WaitForExit();
        }
        File.AppendAllText(data, "neg\tnew row\n");
        CommandRun run = CommandRun.Of("train", "--resume", folder["model"]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("other rows or other settings", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_that_never_began_leaves_nothing_in_the_way()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        Directory.CreateDirectory(folder["model/checkpoint"]);
        CommandRun resumed = CommandRun.Of("train", "--resume", folder["model"]);
        Assert.Equal(2, resumed.ExitCode);
        Assert.Contains("was stopped before it began", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(0, CommandRun.Of(["train", data, "--out", folder["model"], "--epochs", "1", "--no-baselines"]).ExitCode);
    }

    [Fact]
    public void Files_of_others_are_left_alone_even_with_overwrite()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        Directory.CreateDirectory(folder["checkpoint"]);
        folder.Write("checkpoint/mine", "precious");
        CommandRun run = CommandRun.Of("train", data, "--out", folder.Root, "--overwrite");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("is no model folder", run.Error, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(folder["checkpoint/mine"]));
        Directory.Delete(folder["checkpoint"], recursive: true);
        folder.Write("train.json", "mine");
        Assert.Equal(2, CommandRun.Of("train", data, "--out", folder.Root, "--overwrite").ExitCode);
        Assert.Equal("mine", File.ReadAllText(folder["train.json"]));
        Assert.Equal(2, CommandRun.Of("train", "--resume", folder.Root).ExitCode);
    }

    [Fact]
    public async Task A_training_is_resumed_from_any_folder_and_with_its_vectors()
    {
        using var folder = new TemporaryFolder();
        TrainCommandTests.WriteRows(folder, copies: 400);
        folder.Write("vectors.txt", "fine 1 2 3\ndull 4 5 6\n");
        string[] args = [
            "train", "rows.tsv", "--vectors", "vectors.txt", "--out", "model", "--epochs", "100000", "--hidden", "4",
            "--no-baselines", "--checkpoint-steps", "5"];
        using (Process process = Process.Start(
            new ProcessStartInfo(Repository.Command, args)
            {
                WorkingDirectory = folder.Root,
                RedirectStandardOutput = true,
                RedirectStandardError = true
            })!)
        {
            _ = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.StartsWith("Epoch 1/", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
            process.Kill();
            process.WaitForExit();
        }
        using (Process process = Repository.Start(Repository.Command, ["train", "--resume", folder["model"]]))
        {
            Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.True(process.StandardOutput.ReadLine() is { } line
                && line.StartsWith("Epoch ", StringComparison.Ordinal), "no epoch after --resume");
            process.Kill();
            process.WaitForExit();
            Assert.DoesNotContain("error", await error, StringComparison.Ordinal);
        }
        CommandRun other = CommandRun.Of("train", folder["rows.tsv"], "--resume", folder["model"]);
        Assert.Contains("was given too", other.Error, StringComparison.Ordinal);
    }
}
