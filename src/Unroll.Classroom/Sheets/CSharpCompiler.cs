using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Unroll.Classroom.Sheets;

/// <summary>
/// The C# compiler of the .NET SDK, called directly. A sheet is compiled as a file-based program would be, but no project file,
/// package or Directory.Build.props of the folders around it takes part.
/// </summary>
internal sealed partial class CSharpCompiler
{
    private const int MajorVersion = 10;

    private const string GlobalUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;

        """;

    private const string RuntimeSettings = """
        {
          "runtimeOptions": {
            "tfm": "net10.0",
            "framework": { "name": "Microsoft.NETCore.App", "version": "10.0.0" },
            "configProperties": {
              "System.GC.Concurrent": false,
              "System.GC.HeapHardLimit": 1073741824,
              "System.Globalization.Invariant": true
            }
          }
        }

        """;

    // Sheets of one class are compiled by one process, which ends by itself this many seconds after the last of them.
    private const int ServerSeconds = 10;

    private readonly string _compiler;
    private readonly string _arguments;
    private readonly string _server = $"unroll-lab-{Guid.NewGuid():N}";

    private CSharpCompiler(string host, string compiler, string framework)
    {
        Host = host;
        _compiler = compiler;
        string[] references = [.. Directory.EnumerateFiles(framework, "*.dll").Where(IsReference)];
        string[] arguments =
        [
            "-nologo", "-target:exe", "-langversion:latest", "-nullable:enable", "-debug:portable", "-warn:0", "-nostdlib",
            "-utf8output", "-preferreduilang:en", "-features:FileBasedProgram",
            .. references.Select(reference => $"-reference:\"{reference}\""),
        ];
        _arguments = string.Join('\n', arguments);
    }

    /// <summary>The <c>dotnet</c> that runs the compiler and the sheets.</summary>
    public string Host { get; }

    /// <summary>Finds the SDK that belongs to the running .NET, or else to a <c>dotnet</c> on the path.</summary>
    /// <exception cref="InputException">There is no SDK.</exception>
    public static CSharpCompiler Find()
    {
        string framework = RuntimeEnvironment.GetRuntimeDirectory();
        string runtimeRoot = Path.GetFullPath(Path.Combine(framework, "..", "..", ".."));
        return Find(framework, [runtimeRoot, .. RootsOnPath()]);
    }

    /// <summary>Finds the newest SDK in the first folder that has one.</summary>
    /// <param name="framework">The folder of the .NET assemblies that sheets are compiled against.</param>
    /// <param name="roots">Folders that may hold <c>dotnet</c> and its SDKs.</param>
    /// <exception cref="InputException">There is no SDK.</exception>
    public static CSharpCompiler Find(string framework, IReadOnlyList<string> roots)
    {
        foreach (string root in roots)
        {
            string host = Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
            string sdks = Path.Combine(root, "sdk");
            if (!File.Exists(host) || !Directory.Exists(sdks))
                continue;
            string? newest = Directory.EnumerateDirectories(sdks)
                .Where(sdk => VersionOf(sdk)?.Major >= MajorVersion)
                .OrderByDescending(VersionOf)
                .Select(sdk => Path.Combine(sdk, "Roslyn", "bincore", "csc.dll"))
                .FirstOrDefault(File.Exists);
            if (newest is not null)
                return new CSharpCompiler(host, newest, framework);
        }
        throw new InputException(
            $"no C# compiler in {string.Join(" or ", roots.Take(2))}, only the .NET runtime; "
            + $"expected the .NET {MajorVersion} SDK, which builds the sheets: install it");
    }

    /// <summary>Compiles one sheet, with the template's class Report in place of its own.</summary>
    /// <param name="source">The sheet's file.</param>
    /// <param name="folder">Where the program goes.</param>
    /// <param name="limit">How long the compiler may take.</param>
    /// <param name="cancelled">Stops the compiler.</param>
    public async Task<CompiledSheet> Compile(string source, string folder, TimeSpan limit, CancellationToken cancelled)
    {
        string text = await File.ReadAllTextAsync(source, cancelled).ConfigureAwait(false);
        var prepared = SheetSource.OfCSharp(text, changesSentences: true);
        CompiledSheet compiled = await Compile(prepared, folder, limit, cancelled).ConfigureAwait(false);
        if (compiled.Program is not null || compiled.IsTimedOut)
            return compiled;
        // A sentence may stand where only a plain text may.
        if (prepared.Sentences > 0)
            compiled = await Compile(SheetSource.OfCSharp(text, false), folder, limit, cancelled).ConfigureAwait(false);
        if (compiled.Program is not null || !SheetSource.DeclaresReport(text))
            return compiled;
        CompiledSheet asItIs = await Compile(null, folder, limit, cancelled, text).ConfigureAwait(false);
        return asItIs.Program is null
            ? compiled
            : compiled with { Error = $"with the template's class Report, which is to stay as it was: {compiled.Error}" };
    }

    private async Task<CompiledSheet> Compile(
        SheetSource? prepared, string folder, TimeSpan limit, CancellationToken cancelled, string text = "")
    {
        string build = Directory.CreateDirectory(Path.Combine(folder, "build")).FullName;
        string program = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "program")).FullName, "sheet.dll");
        File.Delete(program);
        var files = new Dictionary<string, string> { ["sheet.cs"] = prepared?.Text ?? text, ["usings.cs"] = GlobalUsings };
        if (prepared is not null)
        {
            files["report.cs"] = SheetTemplate.ReportClass;
            files["again.cs"] = SheetTemplate.Again;
        }
        string sources = string.Join('\n', files.Keys.Select(name => $"\"{Path.Combine(build, name)}\""));
        files["sheet.rsp"] = $"{_arguments}\n-out:\"{program}\"\n{sources}\n";
        foreach ((string name, string content) in files)
            await File.WriteAllTextAsync(Path.Combine(build, name), content, cancelled).ConfigureAwait(false);
        string settings = Path.ChangeExtension(program, ".runtimeconfig.json");
        await File.WriteAllTextAsync(settings, RuntimeSettings, cancelled).ConfigureAwait(false);
        string[] arguments =
        [
            "exec", _compiler, $"-shared:{_server}", $"-keepalive:{ServerSeconds}", "-noconfig",
            $"@{Path.Combine(build, "sheet.rsp")}",
        ];
        var start = new ProcessStartInfo(Host, arguments) { WorkingDirectory = build };
        SheetProcessResult result = await SheetProcess.Run(start, limit, cancelled).ConfigureAwait(false);
        if (result.ExitCode == 0 && File.Exists(program))
            return new CompiledSheet(program, null, prepared?.Sentences ?? 0);
        return result.IsTimedOut
            ? new CompiledSheet(null, "the compiler was stopped at the time limit", 0) { IsTimedOut = true }
            : new CompiledSheet(null, FirstError(result.Output + result.Error), 0);
    }

    private static string FirstError(string output)
    {
        Match error = ErrorLine().Match(output);
        if (error.Success)
        {
            string text = error.Groups["text"].Value.Trim().TrimEnd('.');
            return Wording.OneLine($"line {error.Groups["line"].Value}: {text} ({error.Groups["code"].Value})");
        }
        string first = output.Split('\n', 2)[0];
        return first.Length == 0 ? "the compiler failed" : Wording.OneLine(first);
    }

    private static bool IsReference(string path)
    {
        string name = Path.GetFileName(path);
        return !name.Contains("Native", StringComparison.Ordinal)
            && (name.StartsWith("System", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal)
                || name is "mscorlib.dll" or "netstandard.dll");
    }

    private static Version? VersionOf(string folder) =>
        Version.TryParse(Path.GetFileName(folder).Split('-')[0], out Version? version) ? version : null;

    private static IEnumerable<string> RootsOnPath()
    {
        string name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        string path = Environment.GetEnvironmentVariable("PATH") ?? "";
        foreach (string folder in path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            var host = new FileInfo(Path.Combine(folder, name));
            if (host.Exists)
                yield return (host.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? host).DirectoryName!;
        }
    }

    [GeneratedRegex(@"\((?<line>\d+),\d+\): error (?<code>\w+): (?<text>[^\n]*)")]
    private static partial Regex ErrorLine();
}

/// <summary>What the compiler made of a sheet.</summary>
/// <param name="Program">The program; null if it does not compile.</param>
/// <param name="Error">The first error.</param>
/// <param name="Sentences">How many sentences stand in it that can be others when it runs again.</param>
internal sealed record CompiledSheet(string? Program, string? Error, int Sentences)
{
    /// <summary>Whether the compiler was stopped.</summary>
    public bool IsTimedOut { get; init; }
}
