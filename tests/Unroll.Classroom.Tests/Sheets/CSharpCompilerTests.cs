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
        CompiledSheet compiled = await compiler.Compile(sheet, folder.Root, Limit, CancellationToken.None);
        Assert.Equal((null, 2), (compiled.Error, compiled.Sentences));
        var start = new ProcessStartInfo(compiler.Host, ["exec", compiled.Program!]);
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
    public void The_sheet_is_lab_template_cs_with_a_name_of_its_own()
    {
        Assert.Equal(StudentSheets.Template, SheetTemplate.For("template.cs"));
        Assert.Contains("dotnet run ada.cs\n", SheetTemplate.For("ada.cs"), StringComparison.Ordinal);
        Assert.DoesNotContain("template.cs", SheetTemplate.For("ada.cs"), StringComparison.Ordinal);
    }
}
