using System.Diagnostics;
using Unroll.Models;
using Unroll.Tests;
using Unroll.Web;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>
/// Nothing is left half done: not by two commands that write into one folder, not by one that is killed, not by a full disk.
/// The commands <c>kills</c> and <c>pairs</c> of <c>bench/Unroll.Bench</c> do the same for longer.
/// </summary>
public class HalfDoneTests
{
    private static string[] Small(int hidden = 6, int epochs = 3) =>
        ["--embedding", "6", "--hidden", $"{hidden}", "--batch", "2", "--epochs", $"{epochs}", "--no-baselines"];

    [Fact]
    public void Of_two_trainings_into_one_folder_one_wins_whole_and_the_other_is_refused()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 400);
        for (int pair = 0; pair < 4; pair++)
        {
            string[] overwrite = pair % 2 == 0 ? [] : ["--overwrite"];
            string model = folder[$"model{pair / 2}"];
            Process[] both =
            [
                .. new[] { 7, 8 }.Select(hidden => Repository.Start(
                    Repository.Command, ["train", data, "--out", model, .. Small(hidden), .. overwrite])),
            ];
            string[] errors = [.. both.Select(End)];
            int winner = both[0].ExitCode == 0 ? 0 : 1;
            Assert.True(both[winner].ExitCode == 0 && both[1 - winner].ExitCode == 2, string.Join("\n---\n", errors));
            Assert.Matches(
                @"^error: \S+: (another process is writing into it|holds a training|exists already)[^\n]*\n$",
                errors[1 - winner]);
            SentenceClassifier classifier = SentenceClassifier.Load(model);
            Assert.Equal(winner == 0 ? 7 : 8, classifier.Config.Hidden);
            Assert.Contains(
                $"\"hidden\": {classifier.Config.Hidden}", File.ReadAllText(Path.Combine(model, "train.json")),
                StringComparison.Ordinal);
            RequireNothingLeft(model);
        }
    }

    [Fact]
    public void Two_resumes_at_once_are_one()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 100);
        using (Process process = Repository.Start(
            Repository.Command, ["train", data, "--out", folder["model"], .. Small(epochs: 100_000), "--checkpoint-steps", "5"]))
        {
            _ = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.StartsWith("Epoch 1/", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
            process.Kill();
            process.WaitForExit();
        }
        using Process first = Repository.Start(Repository.Command, ["train", "--resume", folder["model"]]);
        _ = first.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("Epoch ", first.StandardOutput.ReadLine(), StringComparison.Ordinal);
        CommandRun second = CommandRun.Of("train", "--resume", folder["model"]);
        Assert.Equal(2, second.ExitCode);
        Assert.Matches(@"^error: \S+: another process is writing into it[^\n]*\n$", second.Error);
    }

    // Every kill is followed by a look: the folder is the old model, or the new one, whole.
    [Theory]
    [InlineData("lab")]
    [InlineData("train")]
    public void A_kill_while_a_model_is_replaced_leaves_the_old_one_or_the_new_one(string verb)
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("a killed process leaves its files open for a while on Windows");
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 4);
        string model = folder["model"];
        string[] Args(int hidden) => verb == "lab"
            ? ["lab", "--epochs", "3", "--out", model, "--overwrite", "--hidden", $"{hidden}"]
            : ["train", data, "--out", model, "--overwrite", .. Small(hidden)];
        Assert.Equal(0, CommandRun.Of([.. Args(4)]).ExitCode);
        var random = new Random(1);
        var watch = Stopwatch.StartNew();
        using (Process whole = Repository.Start(Repository.Command, Args(4)))
            End(whole);
        int duration = (int)watch.ElapsedMilliseconds;
        for (int kill = 1; kill <= 12; kill++)
        {
            int hidden = 4 + kill;
            int before = SentenceClassifier.Load(model).Config.Hidden;
            using (Process process = Repository.Start(Repository.Command, Args(hidden)))
            {
                _ = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
                _ = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
                // Most of the time goes by before anything is written.
                if (!process.WaitForExit(random.Next(duration / 2, duration + 50)))
                {
                    process.Kill();
                    process.WaitForExit();
                }
            }
            Assert.Contains(SentenceClassifier.Load(model).Config.Hidden, new[] { before, hidden });
            Assert.Equal([data, model], Directory.GetFileSystemEntries(folder.Root).Order().Reverse());
            CommandRun report = CommandRun.Of("report", model, "--out", folder["page.html"], "--overwrite");
            Assert.True(report.ExitCode == 0 || !report.Error.Contains("unexpected", StringComparison.Ordinal), report.Error);
            File.Delete(folder["page.html"]);
        }
        Assert.Equal(0, CommandRun.Of([.. Args(30)]).ExitCode);
        Assert.Equal(30, SentenceClassifier.Load(model).Config.Hidden);
        RequireNothingLeft(model);
    }

    [Fact]
    public async Task A_terminal_that_goes_away_stops_a_training_as_a_request_to_end_does()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("sends SIGHUP with kill, which Windows does not have");
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 100);
        using Process process = Repository.Start(
            Repository.Command, ["train", data, "--out", folder["model"], .. Small(epochs: 100_000)]);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("Epoch 1/", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
        using (Process kill = Process.Start("kill", ["-HUP", $"{process.Id}"]))
            kill.WaitForExit();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("Go on with unroll train --resume", await error, StringComparison.Ordinal);
        Assert.True(File.Exists(folder["model/checkpoint/state.safetensors"]));
        SentenceClassifier.Load(folder["model"]);
    }

    [Theory]
    [InlineData("evaluation.json", null)]
    [InlineData("evaluation.json", "")]
    [InlineData("evaluation.json", "{\"rows\":")]
    [InlineData("report.html", null)]
    [InlineData("report.html", "")]
    [InlineData("report.html", "<!doctype html><title>half")]
    public void Resume_makes_what_a_finished_training_lacks(string name, string? left)
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        Assert.Equal(0, CommandRun.Of(["train", data, "--dev", data, "--out", folder["model"], .. Small()]).ExitCode);
        string path = Path.Combine(folder["model"], name);
        if (!File.Exists(path))
            Assert.Skip("this build has no page");
        string whole = File.ReadAllText(path);
        byte[] model = File.ReadAllBytes(folder["model/model.safetensors"]);
        File.Delete(path);
        if (left is not null)
            File.WriteAllText(path, left);
        CommandRun run = CommandRun.Of("train", "--resume", folder["model"]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(whole, File.ReadAllText(path));
        Assert.Equal(model, File.ReadAllBytes(folder["model/model.safetensors"]));
        Assert.Contains(
            "is finished", CommandRun.Of("train", "--resume", folder["model"]).Error, StringComparison.Ordinal);
    }

    // The model has learned them since, so that it is trained again to the same bytes.
    [Fact]
    public void Resume_measures_split_off_dev_rows_by_training_again()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 20);
        CommandRun first = CommandRun.Of(["train", data, "--out", folder["model"], "--linear=false", .. Small()]);
        Assert.True(first.ExitCode == 0, first.Error);
        string[] files = ["evaluation.json", "model.safetensors", "config.json"];
        byte[][] whole = [.. files.Select(name => File.ReadAllBytes(folder[$"model/{name}"]))];
        File.Delete(folder["model/evaluation.json"]);
        CommandRun run = CommandRun.Of("train", "--resume", folder["model"]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("The model has learned its dev rows since: training again", run.Error, StringComparison.Ordinal);
        Assert.Equal(whole, files.Select(name => File.ReadAllBytes(folder[$"model/{name}"])));
        Assert.False(Directory.Exists(folder["model/checkpoint"]));
    }

    // A folder in the place of a file cannot be replaced: as on a full disk, writing fails.
    [Fact]
    public async Task What_could_not_be_written_is_made_by_resume()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 60);
        using (Process process = Repository.Start(
            Repository.Command, ["train", data, "--dev", data, "--out", folder["model"], .. Small(epochs: 40)]))
        {
            Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.StartsWith("Epoch 1/", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
            Directory.CreateDirectory(folder["model/evaluation.json"]);
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            Assert.Contains("make what is missing with unroll train --resume", await error, StringComparison.Ordinal);
        }
        Directory.Delete(folder["model/evaluation.json"]);
        CommandRun resumed = CommandRun.Of("train", "--resume", folder["model"]);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.True(File.Exists(folder["model/evaluation.json"]));
        Assert.False(Directory.Exists(folder["model/checkpoint"]));
    }

    // The old model stays until the new one is whole; who uses it meanwhile is told.
    [Fact]
    public void A_model_that_a_stopped_training_was_to_replace_answers_with_a_warning()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 400);
        string model = folder["model"];
        Assert.Equal(0, CommandRun.Of(["train", data, "--out", model, .. Small(hidden: 4, epochs: 1)]).ExitCode);
        Assert.DoesNotContain("warning", CommandRun.Of("predict", model, "fine").Error, StringComparison.Ordinal);
        using (Process process = Repository.Start(
            Repository.Command, ["train", data, "--out", model, "--overwrite", .. Small(hidden: 5, epochs: 100_000)]))
        {
            _ = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.StartsWith("Epoch 1/", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
            process.Kill();
            process.WaitForExit();
        }
        Assert.Equal(4, SentenceClassifier.Load(model).Config.Hidden);
        CommandRun run = CommandRun.Of("predict", model, "fine");
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"^warning: \S+: a training that replaces this model has not ended[^\n]*\n$", run.Error);

        if (!ReportPage.IsBuilt)
            Assert.Skip("this build has no page");
        CommandRun report = CommandRun.Of("report", model, "--out", folder["page.html"]);
        Assert.Equal(0, report.ExitCode);
        Assert.Matches(@"^warning: \S+: the training has not ended[^\n]*without the old model[^\n]*\n$", report.Error);
        string page = File.ReadAllText(folder["page.html"]);
        Assert.Contains("\"hidden\":5", page, StringComparison.Ordinal);
        Assert.DoesNotContain("\"hidden\":4", page, StringComparison.Ordinal);
        File.Delete(Path.Combine(model, "metrics.jsonl"));
        Assert.Contains(
            "no epoch of the training has ended yet",
            CommandRun.Of("report", model, "--out", folder["page.html"], "--overwrite").Error, StringComparison.Ordinal);
    }

    // As killed after each of the steps in which a training begins in the folder of another.
    [Theory]
    [InlineData("checkpoint")]
    [InlineData("checkpoint update")]
    [InlineData("checkpoint update metrics")]
    public void Resume_finishes_what_a_killed_overwrite_began(string steps)
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        string model = folder["model"];
        Assert.Equal(0, CommandRun.Of(["train", data, "--out", model, .. Small(hidden: 4)]).ExitCode);
        Assert.Equal(0, CommandRun.Of(["train", data, "--out", folder["other"], .. Small(hidden: 5)]).ExitCode);
        Directory.CreateDirectory(folder["model/checkpoint"]);
        bool isNew = steps.Contains("update", StringComparison.Ordinal);
        if (isNew)
        {
            File.Copy(folder["other/train.json"], folder["model/train.json"], overwrite: true);
            File.SetLastWriteTimeUtc(folder["model/train.json"], DateTime.UtcNow);
            foreach (string name in (string[])["data.json", "metrics.jsonl", "gradients.jsonl", "evaluation.json", "report.html"])
                File.Delete(Path.Combine(model, name));
        }
        if (steps.Contains("metrics", StringComparison.Ordinal))
            File.WriteAllLines(folder["model/metrics.jsonl"], File.ReadLines(folder["other/metrics.jsonl"]).Take(1));
        CommandRun resumed = CommandRun.Of("train", "--resume", model);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Equal(isNew ? 5 : 4, SentenceClassifier.Load(model).Config.Hidden);
        RequireNothingLeft(model);
        if (isNew)
        {
            string[] Names(string run) => [.. Directory.GetFiles(run).Select(file => Path.GetFileName(file)).Order()];
            Assert.Equal(Names(folder["other"]), Names(model));
            Assert.Equal(
                File.ReadAllBytes(folder["other/model.safetensors"]), File.ReadAllBytes(folder["model/model.safetensors"]));
        }
    }

    // Minutes of work would be lost.
    [Theory]
    [InlineData("experiment adding --out FILE")]
    [InlineData("experiment adding --out FILE/folder")]
    [InlineData("lab --out FILE/model")]
    [InlineData("report FILE --out FILE/page.html")]
    [InlineData("lab new FILE/sheet.cs")]
    public void A_file_in_the_place_of_a_folder_is_told_before_the_work(string words)
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("file", "x");
        CommandRun run = CommandRun.Of(words.Replace("FILE", file, StringComparison.Ordinal).Split(' '));
        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.Contains($"{file} is a file, expected a folder there; choose another", run.Error, StringComparison.Ordinal);
    }

    private static void RequireNothingLeft(string model)
    {
        IEnumerable<string?> names = Directory.GetFileSystemEntries(model).Select(Path.GetFileName);
        Assert.DoesNotContain(names, name => name!.StartsWith('.') || name == "checkpoint");
    }

    private static string End(Process process)
    {
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return error.Result;
    }
}
