using System.Diagnostics;
using Unroll.Tests;

namespace Unroll.Cli.Tests;

/// <summary>The repository the tests were built from, and the labelled sentences beside it.</summary>
internal static class Repository
{
    public static string Root => RepositoryRoot.Path;

    /// <summary>A file of the benchmarks' labelled sentences; the test is skipped where they are not.</summary>
    public static string SharedData(string name) => global::Unroll.Tests.SharedData.File(name);

    /// <summary>Runs a program in the repository's root and waits for it.</summary>
    public static CommandRun Run(string program, params string[] args)
    {
        using Process process = Start(program, args);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new CommandRun(process.ExitCode, output, error.Result);
    }

    /// <summary>Starts a program in the repository's root; it is killed with the test that fails before its end.</summary>
    public static Process Start(string program, params string[] args)
    {
        var process = new ChildProcess
        {
            StartInfo = new ProcessStartInfo(program, args)
            {
                WorkingDirectory = Root,
                RedirectStandardOutput = true,
                RedirectStandardError = true
            },
        };
        process.Start();
        return process;
    }

    /// <summary>The built command as a program of its own.</summary>
    public static string Command =>
        Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Unroll.Cli.exe" : "Unroll.Cli");

    private sealed class ChildProcess : Process
    {
        protected override void Dispose(bool disposing)
        {
            if (disposing && !HasExited)
                Kill();
            base.Dispose(disposing);
        }
    }
}
