using System.Text.Json;
using System.Xml.Linq;
using Unroll.Classroom.Tests;
using Unroll.Cli.Verbs;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

public class LabVerbsTests
{
    [Fact]
    public void New_writes_the_template_and_replaces_nothing_unasked()
    {
        using var folder = new TemporaryFolder();
        string sheet = folder["class/ada.cs"];
        CommandRun written = CommandRun.Of("lab", "new", sheet);
        Assert.Equal((0, ""), (written.ExitCode, written.Error));
        string own = StudentSheets.Template.Replace("template.cs", "ada.cs", StringComparison.Ordinal);
        Assert.Equal(own, File.ReadAllText(sheet));
        Assert.Equal([sheet], Directory.GetFiles(Path.GetDirectoryName(sheet)!));

        File.WriteAllText(sheet, "// work");
        CommandRun refused = CommandRun.Of("lab", "new", sheet);
        Assert.Equal(
            (2, $"error: {sheet}: exists already; choose another name, or give --overwrite to replace it\n"),
            (refused.ExitCode, refused.Error));
        Assert.Equal("// work", File.ReadAllText(sheet));
        Assert.Equal(0, CommandRun.Of("lab", "new", sheet, "--overwrite").ExitCode);
        Assert.Equal(own, File.ReadAllText(sheet));
    }

    [Fact]
    public void A_new_sheet_runs_inside_the_repository_too()
    {
        string folder = Path.Combine(RepositoryRoot.Path, "tests", $"sheet-{Guid.NewGuid():N}");
        try
        {
            CommandRun written = CommandRun.Of("lab", "new", Path.Combine(folder, "ada.cs"));
            Assert.Equal((0, ""), (written.ExitCode, written.Error));
            CommandRun run = Repository.Run("dotnet", "run", Path.Combine(folder, "ada.cs"));
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            Assert.Contains("Still to do:", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
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

    [Theory]
    [InlineData("lab new sheet.txt",
        "sheet.txt: expected a file that ends in .cs, for dotnet run takes no other")]
    [InlineData("lab new",
        "unroll lab new: no FILE given, expected the sheet to write, a file that ends in .cs; see unroll lab new --help")]
    [InlineData("lab grade nowhere.cs",
        "nowhere.cs: no such file, expected a sheet; unroll lab new nowhere.cs writes one")]
    [InlineData("lab grade .", ".: a folder, expected sheets; name its files, as ./*.cs")]
    [InlineData("lab grade a.cs --csv --json",
        "unroll lab grade: --csv and --json, expected one of them; leave one out")]
    [InlineData("lab grade a.cs --csv --format json",
        "unroll lab grade: --csv and --format, expected one of them; leave one out")]
    [InlineData("lab grade a.cs --format xml",
        "unroll lab grade: --format is xml, expected table or csv or json or junit or gradescope; see unroll lab grade --help")]
    [InlineData("lab grade a.cs --timeout 0",
        "unroll lab grade: --timeout is 0, expected a whole number of at least 1; see unroll lab grade --help")]
    [InlineData("lab grad a.cs",
        "unroll lab: unexpected argument grad, expected new, grade, check or an option; see unroll lab --help")]
    public void Wrong_arguments_are_answered_in_one_line(string line, string expected)
    {
        CommandRun run = CommandRun.Of(line.Split(' '));
        string error = $"error: {expected.Replace('/', Path.DirectorySeparatorChar)}\n";
        Assert.Equal((2, "", error), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public void Check_of_all_cells_prints_the_largest_relative_difference_of_each()
    {
        CommandRun run = CommandRun.Of("lab", "check", "--all-cells", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        using JsonDocument json = JsonDocument.Parse(run.Output);
        Assert.True(json.RootElement.GetProperty("passes").GetBoolean());
        JsonElement layers = json.RootElement.GetProperty("layers");
        string[] lines = CommandRun.Of("lab", "check", "--all-cells").OutputLines;
        foreach (Cell cell in Enum.GetValues<Cell>())
        {
            string name = cell.ToString().ToLowerInvariant();
            Assert.InRange(layers.GetProperty(name).GetProperty("relative").GetDouble(), 0, 1e-6);
            Assert.InRange(layers.GetProperty(name).GetProperty("engine").GetDouble(), 0, 1e-5);
            Assert.Contains(lines, line => line.StartsWith(name + " ", StringComparison.Ordinal));
        }
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
    public void Grade_prints_a_table_csv_or_json()
    {
        using var folder = new TemporaryFolder();
        string right = folder.Write("ada.cs", StudentSheets.Solution);
        string broken = folder.Write("bob.cs", StudentSheets.EditSolution(("p = Softmax(y);", "p = Softmax(y)")));
        string[] lines = File.ReadAllLines(broken);
        int line = Array.FindIndex(lines, text => text.EndsWith("p = Softmax(y)", StringComparison.Ordinal)) + 1;

        CommandRun table = CommandRun.Of("lab", "grade", right, broken);
        string heading = "sheet".PadRight(right.Length);
        Assert.Equal((0, ""), (table.ExitCode, table.Error));
        Assert.Equal(
            [
                $"{heading}  parameters  forward  update  prediction  total",
                $"{right}           5        5       5           5     20",
                $"{broken}           0        0       0           0      0",
                $"  does not compile: line {line}: ; expected (CS1002)",
                "2 sheets, mean 10 of 20",
            ],
            table.OutputLines[..^1]);
        Assert.StartsWith("run with", table.OutputLines[^1], StringComparison.Ordinal);
        Assert.EndsWith(
            "; limits: 60 s, 1536 MiB of memory, 32 processes, 16 million characters", table.OutputLines[^1],
            StringComparison.Ordinal);

        CommandRun junit = CommandRun.Of("lab", "grade", right, broken, "--format", "junit");
        Assert.Equal((0, ""), (junit.ExitCode, junit.Error));
        XElement[] suites = [.. XDocument.Parse(junit.Output).Root!.Elements("testsuite")];
        Assert.Equal(["0 0", "4 1"], suites.Select(
            suite => $"{(string?)suite.Attribute("failures")} {(string?)suite.Attribute("errors")}"));

        CommandRun gradescope = CommandRun.Of("lab", "grade", right, "--format", "gradescope");
        using JsonDocument results = JsonDocument.Parse(gradescope.Output);
        Assert.Equal(20, Number(results, "score"));
        Assert.Equal(
            ["parameters", "forward", "update", "prediction"],
            results.RootElement.GetProperty("tests").EnumerateArray().Select(test => test.GetProperty("name").GetString()));

        CommandRun csv = CommandRun.Of("lab", "grade", right, broken, "--csv");
        Assert.Equal((0, ""), (csv.ExitCode, csv.Error));
        Assert.Equal(
            [
                "sheet,parameters,forward,update,prediction,total,status,remarks",
                $"{right},5,5,5,5,20,marked,",
                $"{broken},0,0,0,0,0,not compiled,does not compile: line {line}: ; expected (CS1002)",
            ],
            csv.OutputLines);

        CommandRun json = CommandRun.Of("lab", "grade", right, broken, "--json");
        Assert.Equal((0, ""), (json.ExitCode, json.Error));
        Assert.Equal(2, json.OutputLines.Length);
        using JsonDocument first = JsonDocument.Parse(json.OutputLines[0]), second = JsonDocument.Parse(json.OutputLines[1]);
        Assert.Equal(
            (right, "marked", 20, 2),
            (Text(first, "sheet"), Text(first, "status"), Number(first, "total"), Number(first, "hidden")));
        Assert.Equal((broken, "not compiled", 0), (Text(second, "sheet"), Text(second, "status"), Number(second, "total")));
    }

    [Fact]
    public void Grade_without_an_sdk_names_the_command()
    {
        InputException error = Assert.Throws<InputException>(
            () => LabGradeCommand.CreateGrader(() => throw new InputException("no C# compiler in /usr/share/dotnet")));
        Assert.Equal("unroll lab grade: no C# compiler in /usr/share/dotnet", error.Message);
    }

    private static string Text(JsonDocument json, string name) => json.RootElement.GetProperty(name).GetString()!;

    private static double Number(JsonDocument json, string name) => json.RootElement.GetProperty(name).GetDouble();
}
