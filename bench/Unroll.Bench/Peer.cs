using System.Diagnostics;

namespace Unroll.Bench;

/// <summary>What comparisons share: each figure comes from a process of its own, ours as the peers'.</summary>
internal static class Peer
{
    public const string Python = "/usr/bin/python3";

    /// <summary>The repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The folder of the peers' programs.</summary>
    public static string Folder => Path.Combine(Root, "bench", "peers");

    /// <summary>Whether PyTorch can be measured; says so if not.</summary>
    public static bool HasTorch(TextWriter log)
    {
        if (Start(Python, ["-c", "import torch"], 1) is not null)
            return true;
        log.WriteLine("PyTorch is left out: not installed (apt-get install python3-torch)");
        return false;
    }

    /// <summary>The processor's name.</summary>
    public static string Machine()
    {
        const string cpuInfo = "/proc/cpuinfo";
        string? model = File.Exists(cpuInfo)
            ? File.ReadLines(cpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return model?.Split(':')[1].Trim() ?? System.Runtime.InteropServices.RuntimeInformation.OSArchitecture.ToString();
    }

    public static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>Runs this program with other arguments.</summary>
    /// <returns>Its output; null if it failed.</returns>
    public static string? Own(string[] args, int threads) => Start(Environment.ProcessPath!, args, threads);

    /// <summary>Runs a program.</summary>
    /// <returns>Its output; null if it is not there or failed.</returns>
    public static string? Start(string program, string[] args, int threads)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OMP_NUM_THREADS"] = $"{threads}";
        start.Environment["OPENBLAS_NUM_THREADS"] = $"{threads}";
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            _ = error.Result;
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Unroll.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? ".";
    }
}
