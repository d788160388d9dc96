using System.IO.Compression;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>Every verb takes a model in one file where it takes a folder.</summary>
public class ModelFileTests
{
    private const string Rows = "label\ttext\ngood\tlovely film\nbad\tdull film\ngood\tlovely story\nbad\tdull story\n";

    [Theory]
    [InlineData("predict {0} good bad")]
    [InlineData("predict {0} good --json")]
    [InlineData("eval {0} {1}")]
    [InlineData("eval {0} {1} --json")]
    [InlineData("inspect {0} good")]
    [InlineData("inspect {0} good --json")]
    public void Verbs_that_read_a_model_say_the_same_of_both(string line)
    {
        using var folder = new TemporaryFolder();
        string model = PolarityModel.Save(folder);
        string rows = folder.Write("rows.tsv", "label\ttext\npos\tgood\nneg\tbad\nneg\tgood bad\n");
        string file = folder["model.zip"];
        ZipFile.CreateFromDirectory(model, file);
        CommandRun ofFolder = Run(model), ofFile = Run(file);
        Assert.Equal(0, ofFile.ExitCode);
        Assert.Equal(ofFolder.Output, ofFile.Output);

        CommandRun Run(string path) =>
            CommandRun.Of([.. line.Split(' ').Select(word => word switch { "{0}" => path, "{1}" => rows, _ => word })]);
    }

    [Fact]
    public void Export_writes_the_same_from_both()
    {
        using var folder = new TemporaryFolder();
        string model = PolarityModel.Save(folder);
        ZipFile.CreateFromDirectory(model, folder["model.zip"]);
        Assert.Equal(0, CommandRun.Of("export", model, "--onnx", folder["a.onnx"]).ExitCode);
        Assert.Equal(0, CommandRun.Of("export", folder["model.zip"], "--onnx", folder["b.onnx"]).ExitCode);
        Assert.Equal(File.ReadAllBytes(folder["a.onnx"]), File.ReadAllBytes(folder["b.onnx"]));
    }

    [Fact]
    public void Training_and_the_lab_save_one_file_and_nothing_beside_it()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("rows.tsv", Rows);
        string[] train = ["train", data, "--epochs", "1", "--hidden", "4", "--embedding", "4", "--out"];
        CommandRun run = CommandRun.Of([.. train, folder["model.zip"]]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains($"in {folder["model.zip"]}", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, CommandRun.Of([.. train, folder["model"]]).ExitCode);
        Assert.Equal(
            CommandRun.Of("predict", folder["model"], "lovely").Output,
            CommandRun.Of("predict", folder["model.zip"], "lovely").Output);
        CommandRun again = CommandRun.Of([.. train, folder["model.zip"]]);
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("exists already", again.Error, StringComparison.Ordinal);
        Assert.Equal(0, CommandRun.Of([.. train, folder["model.zip"], "--overwrite"]).ExitCode);

        Assert.Equal(0, CommandRun.Of("lab", "--epochs", "1", "--out", folder["lab.zip"]).ExitCode);
        Assert.Equal(
            ["lab.zip", "model", "model.zip", "rows.tsv"],
            Directory.EnumerateFileSystemEntries(folder.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Report_and_resume_say_that_one_file_holds_no_run()
    {
        using var folder = new TemporaryFolder();
        ZipFile.CreateFromDirectory(PolarityModel.Save(folder), folder["model.zip"]);
        foreach (string[] args in (string[][])[
            ["report", folder["model.zip"], "--out", folder["page.html"]], ["train", "--resume", folder["model.zip"]]])
        {
            CommandRun run = CommandRun.Of(args);
            Assert.Equal(2, run.ExitCode);
            Assert.Contains("model.zip: is a model in one file, which holds no run", run.Error, StringComparison.Ordinal);
        }
    }
}
