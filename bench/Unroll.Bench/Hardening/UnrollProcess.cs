using System.Diagnostics;

namespace Unroll.Bench.Hardening;

/// <summary>The command as a process of its own, which may be killed.</summary>
internal static class UnrollProcess
{
    private static string Command =>
        Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Unroll.Cli.exe" : "Unroll.Cli");

    /// <summary>Starts it.</summary>
    public static Process Start(params string[] args)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(Command, args) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.Start();
        _ = process.StandardOutput.ReadToEndAsync();
        return process;
    }

    /// <summary>Runs it to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static void Run(params string[] args)
    {
        using Process process = Start(args);
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"unroll {string.Join(' ', args)} ended with {process.ExitCode}: {error}");
    }

    /// <summary>Runs it and kills it if it takes longer.</summary>
    /// <returns>Whether it was killed.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static bool IsKilled(int milliseconds, params string[] args)
    {
        using Process process = Start(args);
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(milliseconds))
        {
            process.Kill();
            process.WaitForExit();
            return true;
        }
        if (process.ExitCode == 0)
            return false;
        throw new InvalidOperationException($"unroll {string.Join(' ', args)} ended with {process.ExitCode}: {error.Result}");
    }
}
