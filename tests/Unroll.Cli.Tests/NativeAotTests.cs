using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Unroll.Data;
using Unroll.Models;
using Unroll.Tests;
using Unroll.Training;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>A program compiled ahead of time, by the build file that comes with the package.</summary>
public class NativeAotTests
{
    private const string Program = """
        using System.Diagnostics;
        using Unroll.Data;
        using Unroll.Models;
        using Unroll.Training;

        LabelledText[] rows = [.. Enumerable.Range(0, 400).Select(i => i % 2 == 0
            ? new LabelledText("pos", $"a good film about number {i}")
            : new LabelledText("neg", $"a bad film about number {i}"))];
        long started = Stopwatch.GetTimestamp();
        SentenceClassifier classifier = SentenceClassifier.Train(rows, new TrainingOptions { Epochs = 3 });
        Console.WriteLine(classifier.Predict("a good film").Label);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine(seconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
        """;

    [Fact]
    public void A_program_trains_as_fast_as_on_the_runtime_without_an_option()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            Assert.Skip("publishes for linux-x64");
        if (!File.Exists("/usr/bin/gcc") && !File.Exists("/usr/bin/clang"))
            Assert.Skip("needs a linker: apt-get install gcc zlib1g-dev");
        using var folder = new TemporaryFolder();
        (int exitCode, string output) = Run(
            "dotnet", "publish", Project(folder), "-c", "Release", "-r", "linux-x64", "-o", folder["out"]);
        Assert.True(exitCode == 0, output);
        Assert.DoesNotContain("UNROLL001", output, StringComparison.Ordinal);
        double native = Math.Min(SecondsOf(folder["out/native"]), SecondsOf(folder["out/native"]));
        double managed = Math.Min(ManagedSeconds(), ManagedSeconds());
        // Without the instruction set it takes thirty times as long.
        Assert.InRange(native, 0, 4 * managed);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("native", false)]
    [InlineData("x86-64-v4", false)]
    [InlineData("base,avx2,fma", false)]
    [InlineData("x86-64-v2", true)]
    public void A_build_without_fused_multiply_add_is_warned(string? instructionSet, bool isWarned)
    {
        using var folder = new TemporaryFolder();
        string[] set = instructionSet is null
            ? []
            : [$"-p:IlcInstructionSet={instructionSet.Replace(",", "%2c", StringComparison.Ordinal)}"];
        (int exitCode, string output) = Run(
            "dotnet", ["msbuild", Project(folder), "-t:UnrollCheckInstructionSet", "-p:RuntimeIdentifier=linux-x64", .. set]);
        Assert.True(exitCode == 0, output);
        Assert.Equal(isWarned, output.Contains("UNROLL001", StringComparison.Ordinal));
    }

    private static double SecondsOf(string program)
    {
        (int exitCode, string output) = Run(program);
        Assert.True(exitCode == 0, output);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("pos", lines[0]);
        return double.Parse(lines[1], CultureInfo.InvariantCulture);
    }

    private static double ManagedSeconds()
    {
        LabelledText[] rows =
        [
            .. Enumerable.Range(0, 400).Select(i => i % 2 == 0
                ? new LabelledText("pos", $"a good film about number {i}")
                : new LabelledText("neg", $"a bad film about number {i}")),
        ];
        long started = Stopwatch.GetTimestamp();
        SentenceClassifier.Train(rows, new TrainingOptions { Epochs = 3 });
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    // Assemblies as a package would bring them, with its build file.
    private static string Project(TemporaryFolder folder)
    {
        folder.Write("Program.cs", Program);
        folder.Write("Directory.Build.props", "<Project />");
        folder.Write("Directory.Packages.props", "<Project />");
        string targets = Path.Combine(Repository.Root, "src/Unroll.Engine/buildTransitive/Unroll.Engine.targets");
        return folder.Write("native.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <InvariantGlobalization>true</InvariantGlobalization>
                <PublishAot>true</PublishAot>
                <StripSymbols>false</StripSymbols>
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="{AppContext.BaseDirectory}Unroll.dll" />
                <Reference Include="{AppContext.BaseDirectory}Unroll.Engine.dll" />
              </ItemGroup>
              <Import Project="{targets}" />
            </Project>
            """);
    }

    private static (int ExitCode, string Output) Run(string program, params string[] arguments)
    {
        using Process process = Repository.Start(program, arguments);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}
