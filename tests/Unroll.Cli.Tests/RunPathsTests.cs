using System.Text;
using System.Text.Json;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>What a run folder and its page say of where files are.</summary>
public class RunPathsTests
{
    private static readonly string[] Small = ["--epochs", "1", "--hidden", "3", "--embedding", "2", "--no-baselines"];

    [Fact]
    public void No_file_of_a_run_has_a_full_path()
    {
        using var folder = new TemporaryFolder();
        (string data, string run) = Train(folder, "here");
        string vectors = folder.Write("here/vectors.txt", "fine 1 2\n");
        Assert.Equal(
            0,
            CommandRun.Of(
                ["train", data, "--test", data, "--vectors", vectors, "--out", run, "--overwrite", .. Small]).ExitCode);
        foreach (string file in Directory.GetFiles(run, "*", SearchOption.AllDirectories))
            AssertNoPath(folder, file);
        using JsonDocument settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "train.json")));
        Assert.Equal("../../rows.tsv", settings.RootElement.GetProperty("data").GetString());
        Assert.Equal("../../vectors.txt", settings.RootElement.GetProperty("vectors").GetString());
    }

    // Names of runs that are alike get a part of the path that tells them apart.
    [Fact]
    public void A_page_has_no_full_path_and_names_files_alone()
    {
        using var folder = new TemporaryFolder();
        (_, string first) = Train(folder, "first");
        (_, string second) = Train(folder, "second");
        CommandRun report = CommandRun.Of("report", first, second, "--out", folder["page.html"]);
        Assert.SkipWhen(report.Error.Contains("not written", StringComparison.Ordinal), "this build has no page");
        Assert.True(report.ExitCode == 0, report.Error);
        AssertNoPath(folder, folder["page.html"]);
        string page = File.ReadAllText(folder["page.html"]);
        Assert.Contains("first/runs/model", page, StringComparison.Ordinal);
        Assert.Contains("unroll train rows.tsv", page, StringComparison.Ordinal);
        Assert.Equal(0, CommandRun.Of("report", first, first, "--out", folder["page.html"], "--overwrite").ExitCode);
        AssertNoPath(folder, folder["page.html"]);
    }

    [Fact]
    public void A_run_is_completed_where_it_was_moved_to_and_through_a_link()
    {
        using var folder = new TemporaryFolder();
        (_, string run) = Train(folder, "before");
        string evaluation = File.ReadAllText(Path.Combine(run, "evaluation.json"));
        Directory.Move(folder["before"], folder["after"]);
        run = folder["after/runs/model"];
        AssertCompletes(run);
        if (OperatingSystem.IsWindows())
            return;
        Directory.CreateDirectory(folder["links"]);
        Directory.CreateSymbolicLink(folder["links/latest"], run);
        AssertCompletes(folder["links/latest"]);

        void AssertCompletes(string path)
        {
            File.Delete(Path.Combine(run, "evaluation.json"));
            CommandRun resumed = CommandRun.Of("train", "--resume", path);
            Assert.True(resumed.ExitCode == 0, resumed.Error);
            Assert.Equal(evaluation, File.ReadAllText(Path.Combine(run, "evaluation.json")));
        }
    }

    [Fact]
    public void Settings_of_a_run_are_a_config_from_any_folder()
    {
        using var folder = new TemporaryFolder();
        (_, string run) = Train(folder, "here");
        CommandRun again = CommandRun.Of("train", "--config", Path.Combine(run, "train.json"), "--out", folder["again"]);
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(run, "model.safetensors")), File.ReadAllBytes(folder["again/model.safetensors"]));
    }

    // Older runs have full names in train.json.
    [Fact]
    public void A_run_with_full_names_goes_on()
    {
        using var folder = new TemporaryFolder();
        (string data, string run) = Train(folder, "here");
        string settings = Path.Combine(run, "train.json");
        string full = JsonEncodedText.Encode(data).ToString();
        File.WriteAllText(settings, File.ReadAllText(settings).Replace("../../rows.tsv", full, StringComparison.Ordinal));
        File.Delete(Path.Combine(run, "evaluation.json"));
        Assert.Equal(0, CommandRun.Of("train", "--resume", run).ExitCode);
        if (File.Exists(Path.Combine(run, "report.html")))
            AssertNoPath(folder, Path.Combine(run, "report.html"));
    }

    private static (string Data, string Run) Train(TemporaryFolder folder, string name)
    {
        Directory.CreateDirectory(folder[name]);
        string data = Path.Combine(folder[name], "rows.tsv");
        File.Move(TrainCommandTests.WriteRows(folder, copies: 10), data);
        string run = folder[$"{name}/runs/model"];
        CommandRun trained = CommandRun.Of(["train", data, "--dev", data, "--out", run, .. Small]);
        Assert.True(trained.ExitCode == 0, trained.Error);
        return (data, run);
    }

    private static void AssertNoPath(TemporaryFolder folder, string file) =>
        Assert.True(
            File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(folder.Root)) < 0, $"{file} says where it stood");
}
