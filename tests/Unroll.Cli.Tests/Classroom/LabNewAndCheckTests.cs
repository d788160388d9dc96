using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Unroll.Cli.Classroom;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests.Classroom;

public class LabNewAndCheckTests
{
    [Fact]
    public void New_writes_the_template_and_replaces_nothing_unasked()
    {
        using var folder = new TemporaryFolder();
        string sheet = folder["class/ada.cs"];
        CommandRun written = CommandRun.Of("lab", "new", sheet);
        Assert.Equal((0, ""), (written.ExitCode, written.Error));
        Assert.Equal(Sheets.Template, File.ReadAllText(sheet));
        Assert.Equal([sheet], Directory.GetFiles(Path.GetDirectoryName(sheet)!));

        File.WriteAllText(sheet, "// work");
        CommandRun refused = CommandRun.Of("lab", "new", sheet);
        Assert.Equal((2, $"error: {sheet}: exists already; choose another name, or give --overwrite to replace it\n"), (refused.ExitCode, refused.Error));
        Assert.Equal("// work", File.ReadAllText(sheet));
        Assert.Equal(0, CommandRun.Of("lab", "new", sheet, "--overwrite").ExitCode);
        Assert.Equal(Sheets.Template, File.ReadAllText(sheet));
    }

    [Fact]
    public void The_template_runs_as_it_is_and_says_what_is_to_do()
    {
        CommandRun run = Repository.Run("dotnet", "run", "lab/template.cs");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.EndsWith("""

            Still to do:
              TODO 1: parameters
              TODO 2: hidden state update
              TODO 3: output layer
              TODO 4: back-propagation and SGD
              TODO 5: the test

            """, run.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.DoesNotContain("warning", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_template_filled_in_prints_the_labs_lines()
    {
        using var folder = new TemporaryFolder();
        string sheet = folder.Write("sheet.cs", Sheets.Solution);
        CSharpCompiler compiler = CSharpCompiler.Find();
        (string? program, string? error) = await compiler.Compile(sheet, folder.Root, TimeSpan.FromMinutes(2), CancellationToken.None);
        Assert.Null(error);
        SheetProcessEnd end = await SheetProcess.Run(new ProcessStartInfo(compiler.Host, ["exec", program!]), TimeSpan.FromMinutes(2), CancellationToken.None);
        Assert.Equal(LabCommandTests.Expected, end.Output.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("lab new sheet.txt", "sheet.txt: expected a file that ends in .cs, for dotnet run takes no other")]
    [InlineData("lab new", "unroll lab new: no FILE given, expected the sheet to write, a file that ends in .cs; see unroll lab new --help")]
    [InlineData("lab grade nowhere.cs", "nowhere.cs: no such file, expected a sheet; unroll lab new nowhere.cs writes one")]
    [InlineData("lab grade .", ".: a folder, expected sheets; name its files, as ./*.cs")]
    [InlineData("lab grade a.cs --csv --json", "unroll lab grade: --csv and --json, expected one of them; leave one out")]
    [InlineData("lab grade a.cs --timeout 0", "unroll lab grade: --timeout is 0, expected a whole number of at least 1; see unroll lab grade --help")]
    [InlineData("lab grad a.cs", "unroll lab: unexpected argument grad, expected new, grade, check or an option; see unroll lab --help")]
    public void Wrong_arguments_are_answered_in_one_line(string line, string expected)
    {
        CommandRun run = CommandRun.Of(line.Split(' '));
        Assert.Equal((2, "", $"error: {expected.Replace('/', Path.DirectorySeparatorChar)}\n"), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public void Without_an_sdk_there_is_one_line()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["dotnet"], "");
        InputException error = Assert.Throws<InputException>(() => CSharpCompiler.Find(RuntimeEnvironment.GetRuntimeDirectory(), [folder.Root]));
        Assert.Equal(
            $"unroll lab grade: no C# compiler in {folder.Root}, only the .NET runtime; expected the .NET 10 SDK, which builds the sheets: install it",
            error.Message);
    }

    [Fact]
    public void The_table_and_the_csv_hold_the_same_marks()
    {
        var marks = new SheetMarks("a, b.cs") { [Criterion.Parameters] = 5, [Criterion.Forward] = 3.5 };
        marks.Say(Criterion.Forward, "b is missing, \"b\"");
        using var table = new StringWriter { NewLine = "\n" };
        MarkSheet.WriteTable(table, [marks, new SheetMarks("=c.cs")]);
        Assert.Equal("""
            sheet    parameters  forward  update  prediction  total
            a, b.cs           5      3.5       0           0    8.5
              forward: b is missing, "b"
            =c.cs             0        0       0           0      0

            2 sheets, mean 4.25 of 20

            """, table.ToString());
        using var csv = new StringWriter();
        MarkSheet.WriteCsv(csv, [marks, new SheetMarks("=c.cs")]);
        Assert.Equal(""""
            sheet,parameters,forward,update,prediction,total,status,remarks
            "a, b.cs",5,3.5,0,0,8.5,marked,"b is missing, ""b"""
            "'=c.cs",0,0,0,0,0,marked,

            """", csv.ToString());
    }

    [Theory]
    [InlineData()]
    [InlineData("--hidden", "7", "--seed", "3")]
    public void Check_finds_hand_written_gradients_and_the_engines_steps_right(params string[] options)
    {
        CommandRun run = CommandRun.Of(["lab", "check", "--json", .. options]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        using JsonDocument json = JsonDocument.Parse(run.Output);
        Assert.True(json.RootElement.GetProperty("passes").GetBoolean());
        JsonProperty[] parameters = [.. json.RootElement.GetProperty("parameters").EnumerateObject()];
        Assert.Equal(["W", "U", "b", "W_out", "b_out"], parameters.Select(parameter => parameter.Name));
        Assert.All(parameters, parameter =>
        {
            Assert.InRange(parameter.Value.GetProperty("gradient").GetDouble(), 1e-3, 10);
            Assert.InRange(parameter.Value.GetProperty("absolute").GetDouble(), 0, 1e-8);
            Assert.InRange(parameter.Value.GetProperty("relative").GetDouble(), 0, 1e-4);
            Assert.InRange(parameter.Value.GetProperty("engine").GetDouble(), 0, 1e-5);
        });
        CommandRun text = CommandRun.Of(["lab", "check", .. options]);
        Assert.Equal(7, text.OutputLines.Length);
        Assert.StartsWith("right: ", text.OutputLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistaken_gradient_does_not_pass_finite_differences()
    {
        foreach (BackwardMistakes mistakes in BackwardMistakes.All.Where(m => m is { Count: 1, Uphill: false, NotReset: false, OutputFirst: false }))
            Assert.False(GradientCheck.Of(3, 42, mistakes).Passes, mistakes.ToString());
    }
}
