using System.Diagnostics;
using Unroll.Tests;

namespace Unroll.Packages.Tests;

/// <summary>
/// The packages, made once by the script, and a folder in which programs are built from them: with a cache of packages of its
/// own, so that no older one of the same version is taken.
/// </summary>
public sealed class PackedPackages : IDisposable
{
    /// <summary>The version of the packages that are tested.</summary>
    public const string Version = "0.0.1-test";

    private const string Switch = "UNROLL_PACKAGE_TESTS";

    private readonly TemporaryFolder _folder = new();

    public PackedPackages()
    {
        if (!IsWanted)
            return;
        (int exitCode, string output) = Run(RepositoryRoot.Path, "bash", "pack.sh", Packages, "--version", Version);
        if (exitCode != 0)
            throw new InvalidOperationException($"pack.sh failed: {output}");
        string machine = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        Directory.CreateDirectory(machine);
        _folder.Write("nuget.config", $"""
            <?xml version="1.0" encoding="utf-8"?>
            <configuration>
              <packageSources>
                <add key="packed" value="{Packages}" />
              </packageSources>
              <fallbackPackageFolders>
                <add key="machine" value="{machine}" />
              </fallbackPackageFolders>
            </configuration>
            """);
        CopyFolder(Path.Combine(RepositoryRoot.Path, "samples"), Samples);
        File.Delete(Path.Combine(Samples, "nuget.config"));
    }

    /// <summary>
    /// Whether packages are made at all: it takes minutes, so only where it is asked for; pack.sh is a script of bash.
    /// </summary>
    public static bool IsWanted => Environment.GetEnvironmentVariable(Switch) == "1" && !OperatingSystem.IsWindows();

    /// <summary>Why they are not.</summary>
    public static string Unwanted => $"packages take minutes to make; set {Switch}=1 for these tests";

    /// <summary>The folder of the packages.</summary>
    public string Packages => _folder["packages"];

    /// <summary>A copy of the samples that takes these packages.</summary>
    public string Samples => _folder["samples"];

    /// <summary>A folder for what tests make.</summary>
    public string this[string name] => _folder[name];

    /// <summary>Runs a program in a folder and waits for it.</summary>
    public (int ExitCode, string Output) Run(string folder, string program, params string[] args) =>
        Run(folder, input: null, program, args);

    /// <summary>Runs a program in a folder with something to read.</summary>
    public (int ExitCode, string Output) Run(string folder, string? input, string program, string[] args)
    {
        var start = new ProcessStartInfo(program, args)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (folder != RepositoryRoot.Path)
            start.Environment["NUGET_PACKAGES"] = _folder["cache"];
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["UnrollVersion"] = Version;
        // The build servers would outlive the test and hold its folder.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    public void Dispose() => _folder.Dispose();

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (string folder in Directory.GetDirectories(from))
        {
            if (Path.GetFileName(folder) is not ("bin" or "obj"))
                CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }
}
