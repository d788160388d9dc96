using System.Diagnostics;
using System.Text.Json;
using Unroll.Tests;
using Xunit;

namespace Unroll.Onnx.Tests;

/// <summary>onnxruntime, by way of Node.js: one process runs any number of models.</summary>
internal static class OnnxRuntime
{
    private static readonly string Folder = Path.Combine(RepositoryRoot.Path, "tests", "Unroll.Onnx.Tests", "runtime");

    /// <summary>Why no model can be run here; null where one can.</summary>
    public static string? Missing { get; } = FindMissing();

    /// <summary>Runs models; the JSON of runtime/run.js in and out.</summary>
    public static JsonElement Run(TemporaryFolder folder, Action<Utf8JsonWriter> writeRuns)
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        string runs = folder["runs.json"];
        using (FileStream stream = File.Create(runs))
        using (var json = new Utf8JsonWriter(stream))
            writeRuns(json);
        using Process process = Start("run.js", runs);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"run.js ended with {process.ExitCode}: {error.Result}");
        using JsonDocument document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }

    private static string? FindMissing()
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "onnxruntime-node")))
            return "needs onnxruntime-node: run npm ci --ignore-scripts in tests/Unroll.Onnx.Tests/runtime (test.sh does "
                + "where npm is)";
        try
        {
            using Process process = Start("--version");
            process.WaitForExit();
            return process.ExitCode == 0 ? null : "needs Node.js, and node --version fails";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "needs Node.js: no program node";
        }
    }

    private static Process Start(params string[] args) =>
        Process.Start(new ProcessStartInfo("node", args)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
