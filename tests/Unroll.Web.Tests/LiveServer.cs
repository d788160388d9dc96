using System.Diagnostics;
using Unroll.Tests;
using Xunit;

namespace Unroll.Web.Tests;

/// <summary>The folder of the live lab, made anew where it is older than its sources, and a server of it.</summary>
public sealed class LiveServer : IDisposable
{
    private static readonly string[] Sources =
        ["Unroll.Engine", "Unroll", "Unroll.Classroom", "Unroll.Live", "Unroll.Play", "Unroll.Web/client"];

    private static readonly string[] Made = ["bin", "obj", "node_modules", "dist", "wwwroot"];

    private static readonly Lazy<string?> Missing = new(Build);

    private readonly CancellationTokenSource _end = new();
    private readonly PlayServer _server;

    public LiveServer()
    {
        Assert.SkipUnless(Missing.Value is null, $"needs the live lab: {Missing.Value}");
        _server = new PlayServer(PlayFiles.Of(Folder), port: 0);
        _ = _server.Run(_end.Token);
    }

    /// <summary>Where <c>Play.proj</c> leaves the page.</summary>
    public static string Folder { get; } = Path.Combine(RepositoryRoot.Path, "src", "Unroll.Play", "bin", "play");

    public Uri Address => _server.Address;

    public void Dispose()
    {
        _end.Cancel();
        _server.Dispose();
        _end.Dispose();
    }

    // What keeps it from being made; null where it is there.
    private static string? Build()
    {
        string index = Path.Combine(Folder, "index.html.br");
        if (File.Exists(index) && Sources.SelectMany(Files).Max(File.GetLastWriteTimeUtc) < File.GetLastWriteTimeUtc(index))
            return null;
        var start = new ProcessStartInfo("dotnet", ["build", "src/Unroll.Play/Play.proj", "-nologo", "-v", "quiet"])
        {
            WorkingDirectory = RepositoryRoot.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Those of this test's own build would be taken for the other's.
        start.Environment.Remove("MSBUILDDISABLENODEREUSE");
        using Process build = Process.Start(start)!;
        Task<string> error = build.StandardError.ReadToEndAsync();
        string output = build.StandardOutput.ReadToEnd() + error.Result;
        build.WaitForExit();
        if (build.ExitCode == 0)
            return null;
        if (output.Contains("error NU", StringComparison.Ordinal))
            return "the packages of Microsoft.NET.Sdk.WebAssembly cannot be restored";
        if (output.Contains("npm", StringComparison.Ordinal) && output.Contains("MSB3073", StringComparison.Ordinal))
            return "it needs npm, or npm found its packages missing";
        throw new InvalidOperationException(output);
    }

    private static IEnumerable<string> Files(string project)
    {
        string folder = Path.Combine(RepositoryRoot.Path, "src", project);
        return Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Any(Made.Contains));
    }
}
