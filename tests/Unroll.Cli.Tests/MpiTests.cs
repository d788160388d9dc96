using System.Diagnostics;
using System.Globalization;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary><c>mpirun -n R unroll train</c>: one model over processes, where Open MPI is installed.</summary>
public class MpiTests
{
    private static readonly string[] Settings =
        ["--cell", "gru", "--embedding", "8", "--hidden", "8", "--dropout", "0.2", "--epochs", "4", "--batch", "40",
            "--checkpoint-steps", "5", "--no-baselines"];

    private static readonly string[] Files = ["config.json", "vocabulary.txt", "model.safetensors"];

    [Fact]
    public void The_model_has_the_same_bytes_over_any_number_of_ranks_and_threads()
    {
        RequireMpi();
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 100);
        CommandRun alone = CommandRun.Of(["train", data, "--out", folder["alone"], "--threads", "1", .. Settings]);
        Assert.True(alone.ExitCode == 0, alone.Error);
        foreach ((int ranks, int threads) in ((int, int)[])[(2, 1), (2, 2), (4, 1), (8, 1)])
        {
            string name = $"{ranks}x{threads}";
            CommandRun run = Run(ranks, ["train", data, "--out", folder[name], "--threads", $"{threads}", .. Settings]);
            Assert.True(run.ExitCode == 0, run.Error);
            RequireSame(folder["alone"], folder[name]);
            // The first rank prints, as a process alone does.
            Assert.Equal(Plain(alone.Output), Plain(run.Output));
            Assert.Equal(Plain(alone.Error).Replace("alone", name, StringComparison.Ordinal), Plain(run.Error));
        }
    }

    [Fact]
    public void Ranks_that_each_read_a_part_of_the_file_have_its_rows()
    {
        RequireMpi();
        using var folder = new TemporaryFolder();
        IEnumerable<string> rows = Enumerable.Range(0, 6000).Select(
            i => $"{(i % 3 == 0 ? "bad" : "good")}\tword{i % 700} of row {i} here");
        File.WriteAllLines(folder["rows.tsv"], ["label\ttext", .. rows]);
        string[] settings =
            ["--embedding", "4", "--hidden", "4", "--epochs", "1", "--batch", "256", "--linear=false", "--no-baselines"];
        CommandRun alone = CommandRun.Of(["train", folder["rows.tsv"], "--out", folder["alone"], "--threads", "1", .. settings]);
        Assert.True(alone.ExitCode == 0, alone.Error);
        foreach (string[] more in (string[][])[[], ["--stream-rows"]])
        {
            CommandRun run = Run(4, ["train", folder["rows.tsv"], "--out", folder["four"], "--overwrite", .. settings, .. more]);
            Assert.True(run.ExitCode == 0, run.Error);
            Assert.Equal(File.ReadAllBytes(folder["alone/vocabulary.txt"]), File.ReadAllBytes(folder["four/vocabulary.txt"]));
            if (more.Length == 0)
                RequireSame(folder["alone"], folder["four"]);
        }
    }

    [Fact]
    public void Kills_at_random_moments_change_no_byte_and_any_number_of_ranks_goes_on()
    {
        RequireMpi();
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 400);
        var watch = Stopwatch.StartNew();
        CommandRun whole = Run(2, ["train", data, "--out", folder["whole"], .. Settings]);
        Assert.True(whole.ExitCode == 0, whole.Error);
        var random = new Random(7);
        string[] args = ["train", data, "--out", folder["killed"], .. Settings];
        foreach (int ranks in (int[])[4, 2, 1])
        {
            using Process process = Start(ranks, args);
            Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            _ = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            bool ended = process.WaitForExit(random.Next((int)watch.ElapsedMilliseconds / 2, (int)watch.ElapsedMilliseconds));
            if (!ended && LastRankOf(process.Id) is { } rank)
            {
                rank.Kill();
                Assert.True(process.WaitForExit(10_000), "the other ranks did not end");
            }
            process.WaitForExit();
            if (File.Exists(folder["killed/train.json"]))
                args = ["train", "--resume", folder["killed"]];
        }
        CommandRun last = Run(2, args);
        Assert.True(last.ExitCode == 0, last.Error);
        RequireSame(folder["whole"], folder["killed"]);
    }

    [Theory]
    [InlineData("no such file", 2, "{data}.none")]
    [InlineData("--batch is x, expected a whole number", 2, "{data}", "--batch", "x")]
    [InlineData("there are 3 ranks to train one model, expected 1, 2, 4, 8", 3, "{data}")]
    [InlineData("ranks train one model together, and --folds was given too", 2, "{data}", "--folds", "2", "--mpi")]
    [InlineData("several processes share seeds and folds through a folder, and none is named", 2, "{data}", "--seeds", "2")]
    [InlineData("ranks train one model together, and --find-lr was given too", 2, "{data}", "--find-lr")]
    [InlineData("standard input goes to one of them alone", 2, "-")]
    [InlineData("exists already", 2, "{data}", "--out", "{root}")]
    public void What_cannot_work_is_one_line_of_one_rank(string expected, int ranks, params string[] args)
    {
        RequireMpi();
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        string[] given = [.. args.Select(word => word.Replace("{data}", data, StringComparison.Ordinal)
            .Replace("{root}", folder.Root, StringComparison.Ordinal))];
        CommandRun run = Run(ranks, ["train", .. given]);
        Assert.Equal(2, run.ExitCode);
        string line = Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("search")]
    [InlineData("train", "--seeds", "2")]
    public void What_goes_wrong_on_another_rank_alone_is_told(string verb, params string[] more)
    {
        RequireMpi();
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 400);
        string[] settings =
            ["--out", folder["shared"], "--embedding", "4", "--hidden", "4", "--epochs", "300", "--threads", "1", .. more];
        string[] other = [":", "-n", "1", Repository.Command, verb, folder["gone.tsv"], .. settings];
        CommandRun run = Repository.Run("env", Words(1, [verb, data, .. settings, .. other]));
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains($"error: rank 1: {folder["gone.tsv"]}: no such file", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void One_rank_speaks_wherever_the_verb_stands_and_each_where_it_works_alone()
    {
        RequireMpi();
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 20);
        string[] args = ["train", data, "--embedding", "4", "--hidden", "4", "--epochs", "1", "--no-baselines"];
        Assert.Equal(1, Ends(Run(2, ["--verbose", .. args])));
        Assert.Equal(2, Ends(Run(2, [.. args, "--mpi", "false"])));

        static int Ends(CommandRun run) => run.Error.Split("The model was not saved").Length - 1;
    }

    [Fact]
    public void A_process_of_its_own_under_mpirun_takes_no_part()
    {
        RequireMpi();
        CommandRun run = Run(2, ["train", "--mpi=false", "--print-config"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(2, run.OutputLines.Count(line => line == "{"));
    }

    [Fact]
    public void Seeds_are_shared_through_the_folder_and_print_one_table()
    {
        RequireMpi();
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 30);
        CommandRun alone = CommandRun.Of(["train", data, "--seeds", "4", "--threads", "1", .. Settings]);
        Assert.True(alone.ExitCode == 0, alone.Error);
        CommandRun run = Run(2, ["train", data, "--seeds", "4", "--threads", "1", "--out", folder["seeds"], .. Settings]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(alone.Output, run.Output);
    }

    private static void RequireMpi()
    {
        string? path = Environment.GetEnvironmentVariable("PATH");
        if (!OperatingSystem.IsLinux() || path?.Split(':').Any(folder => File.Exists(Path.Combine(folder, "mpirun"))) != true)
            Assert.Skip("no mpirun here: install Open MPI (Debian: openmpi-bin)");
    }

    private static CommandRun Run(int ranks, string[] args) => Repository.Run("env", Words(ranks, args));

    private static Process Start(int ranks, string[] args) => Repository.Start("env", Words(ranks, args));

    private static string[] Words(int ranks, string[] args) =>
    [
        "OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1", "OMPI_MCA_btl_vader_single_copy_mechanism=none",
        "mpirun", "--quiet", "--oversubscribe", "-n", $"{ranks}", Repository.Command, .. args,
    ];

    private static Process? LastRankOf(int mpirun)
    {
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                continue;
            try
            {
                string[] fields = File.ReadAllText(Path.Combine(folder, "stat")).Split(' ');
                if (fields[1] == "(Unroll.Cli)" && fields[3] == $"{mpirun}")
                    return Process.GetProcessById(id);
            }
            catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
            {
                // It has ended since.
            }
        }
        return null;
    }

    private static void RequireSame(string folder, string other)
    {
        foreach (string name in Files)
            Assert.Equal(File.ReadAllBytes(Path.Combine(folder, name)), File.ReadAllBytes(Path.Combine(other, name)));
    }

    private static string Plain(string text) => text.ReplaceLineEndings("\n").TrimEnd();
}
