using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>Standard streams that were closed by whoever started the command.</summary>
public class ClosedStreamsTests
{
    private const int HangingAfterSeconds = 120;

    // The model is a model's folder, the rows a file.
    public static TheoryData<string, bool, bool> Verbs => new()
    {
        // arguments, whether something is printed, whether standard input is read
        { "predict MODEL fine", true, false },
        { "predict MODEL", false, true },
        { "eval MODEL ROWS", true, false },
        { "eval MODEL -", false, true },
        { "inspect MODEL good", true, false },
        { "train ROWS --epochs 1 --hidden 3 --embedding 2 --out NEW", true, false },
        { "train - --epochs 1 --out NEW", false, true },
        { "export MODEL --onnx NEW", true, false },
        { "import MODEL/model.safetensors --vocabulary MODEL/vocabulary.txt --labels a,b --out NEW", true, false },
        { "lab --epochs 2", true, false },
        { "lab new NEW.cs", true, false },
        { "lab check", true, false },
        { "--help", true, false },
    };

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Nothing_hangs_or_aborts_and_what_is_lost_is_told(string line, bool prints, bool reads)
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("closes streams with sh");
        using var folder = new TemporaryFolder();
        string rows = TrainCommandTests.WriteRows(folder);
        string model = PolarityModel.Save(folder);

        int expected = Run("</dev/null").ExitCode;
        CommandRun input = Run("<&-");
        Assert.Equal(reads ? ExitCode.WrongInput : expected, input.ExitCode);
        if (reads)
            Assert.Contains("error: standard input is closed", input.Error, StringComparison.Ordinal);

        CommandRun output = Run("</dev/null >&-");
        Assert.Equal(prints ? ExitCode.Failed : expected, output.ExitCode);
        Assert.Equal(prints, output.Error.Contains("error: standard output is closed", StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", output.Error, StringComparison.Ordinal);

        CommandRun error = Run("</dev/null 2>&-");
        Assert.Equal((expected, ""), (error.ExitCode, error.Error));
        CommandRun all = Run("<&- >&- 2>&-");
        Assert.Equal(
            (reads ? ExitCode.WrongInput : prints ? ExitCode.Failed : expected, "", ""), (all.ExitCode, all.Output, all.Error));

        CommandRun Run(string streams)
        {
            string made = folder["made"];
            if (Directory.Exists(made))
                Directory.Delete(made, recursive: true);
            Directory.CreateDirectory(made);
            string arguments = line.Replace("MODEL", model, StringComparison.Ordinal)
                .Replace("ROWS", rows, StringComparison.Ordinal)
                .Replace("NEW", Path.Combine(made, "new"), StringComparison.Ordinal);
            CommandRun run = Repository.Run(
                "timeout", $"{HangingAfterSeconds}", "sh", "-c", $"\"{Repository.Command}\" {arguments} {streams}");
            // What has a result of its own still has it.
            bool makes = line.Contains("NEW", StringComparison.Ordinal) && !reads;
            Assert.Equal(makes, Directory.EnumerateFileSystemEntries(made).Any());
            return run;
        }
    }
}
