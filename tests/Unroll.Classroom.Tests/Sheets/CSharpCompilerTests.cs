using System.Diagnostics;
using System.Runtime.InteropServices;
using Unroll.Classroom.Sheets;
using Unroll.Tests;
using Xunit;

namespace Unroll.Classroom.Tests.Sheets;

public class CSharpCompilerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task The_template_filled_in_prints_the_labs_lines()
    {
        using var folder = new TemporaryFolder();
        string sheet = folder.Write("sheet.cs", StudentSheets.Solution);
        CSharpCompiler compiler = CSharpCompiler.Find();
        (string? program, string? error) = await compiler.Compile(sheet, folder.Root, Limit, CancellationToken.None);
        Assert.Null(error);
        var start = new ProcessStartInfo(compiler.Host, ["exec", program!]);
        SheetProcessResult result = await SheetProcess.Run(start, Limit, CancellationToken.None);
        Assert.Equal(LabOutput.Text, result.Output.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Without_an_sdk_there_is_one_line()
    {
        using var folder = new TemporaryFolder();
        folder.Write("dotnet", "");
        string framework = RuntimeEnvironment.GetRuntimeDirectory();
        InputException error = Assert.Throws<InputException>(() => CSharpCompiler.Find(framework, [folder.Root]));
        Assert.Equal(
            $"no C# compiler in {folder.Root}, only the .NET runtime; "
            + "expected the .NET 10 SDK, which builds the sheets: install it",
            error.Message);
    }

    [Fact]
    public void The_template_is_lab_template_cs()
    {
        using var reader = new StreamReader(SheetTemplate.Open());
        Assert.Equal(StudentSheets.Template, reader.ReadToEnd());
    }
}
