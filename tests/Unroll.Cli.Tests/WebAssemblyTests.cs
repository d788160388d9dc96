using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Unroll.Tests;
using Unroll.Wasm;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>The engine as WebAssembly in Node, interpreted: without a workload and a compiler ahead of time.</summary>
public class WebAssemblyTests
{
    // A training takes less than a second; a busy machine takes longer.
    private const double MostSeconds = 30;

    private const string LabLosses = "0.0848 0.0451 0.0309 0.0236 0.0191 0.0160";

    [Fact]
    public void Kernels_give_the_scalar_bits_and_trainings_the_native_bytes()
    {
        string[] trainings = ["lab", "readme", "gru", "lstm"];
        using var folder = new TemporaryFolder();
        string[] lines = Output(folder, ["check", .. trainings]);
        Assert.Contains("check 0 values differ", lines);
        foreach (string name in trainings)
        {
            // NAME SECONDS SECONDS SECONDS s RESULT
            string line = Assert.Single(lines, line => line.StartsWith(name + " ", StringComparison.Ordinal));
            string[] parts = line.Split(" s ", 2);
            Assert.Equal(SmallTrainings.Run(name), parts[1]);
            Assert.InRange(double.Parse(parts[0].Split(' ')[^1], CultureInfo.InvariantCulture), 0, MostSeconds);
        }
        Assert.StartsWith(LabLosses, SmallTrainings.Run("lab"), StringComparison.Ordinal);
    }

    // What the program prints; the test is skipped where it cannot be built or run.
    private static string[] Output(TemporaryFolder folder, string[] arguments)
    {
        if (!HasNode())
            Assert.Skip("needs Node 20 or newer");
        string project = Project(folder);
        // Restored apart: errors of packages that cannot be had are told from others.
        CommandRun restore = Repository.Run("dotnet", "restore", project, "-nologo");
        if (restore.ExitCode != 0 && restore.Output.Contains("error NU", StringComparison.Ordinal))
            Assert.Skip("needs the packages of Microsoft.NET.Sdk.WebAssembly, which could not be restored");
        CommandRun publish = Repository.Run(
            "dotnet", "publish", project, "-c", "Release", "-o", folder["out"], "--no-restore", "-nologo");
        Assert.True(publish.ExitCode == 0, publish.Output + publish.Error);
        CommandRun run = Repository.Run("node", [folder["out/wwwroot/main.mjs"], .. arguments]);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        return run.OutputLines;
    }

    // The project of bench beside the assemblies of this test, so that it builds nothing else.
    private static string Project(TemporaryFolder folder)
    {
        string source = Path.Combine(Repository.Root, "bench/Unroll.Wasm");
        foreach (string file in Directory.EnumerateFiles(source))
            folder.Write(Path.GetFileName(file), File.ReadAllText(file));
        Directory.CreateDirectory(folder["wwwroot"]);
        folder.Write("wwwroot/main.mjs", File.ReadAllText(Path.Combine(source, "wwwroot/main.mjs")));
        folder.Write("Directory.Packages.props", "<Project />");
        folder.Write("Directory.Build.props", $"""
            <Project>
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <InvariantGlobalization>true</InvariantGlobalization>
                <UnrollAssemblies>{AppContext.BaseDirectory}</UnrollAssemblies>
              </PropertyGroup>
            </Project>
            """);
        return folder["Unroll.Wasm.csproj"];
    }

    private static bool HasNode()
    {
        try
        {
            using Process process = Repository.Start("node", "--version");
            string version = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return version.StartsWith('v') && int.Parse(version[1..version.IndexOf('.')], CultureInfo.InvariantCulture) >= 20;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
