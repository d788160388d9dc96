using System.Diagnostics;
using System.Text.Json;

namespace Unroll.Bench;

/// <summary>Ours, oneDNN and PyTorch in turn, several rounds, each with every thread setting; a Markdown table of medians and ratios.</summary>
internal static class Comparison
{
    private static readonly (string Name, int Batch, int Time, int Input, int Hidden)[] Sizes =
    [
        ("XS", 1, 20, 50, 64), ("M", 32, 20, 100, 128), ("L", 64, 50, 128, 256), ("XL", 64, 100, 300, 512),
    ];

    private static readonly string[] Cells = ["rnn", "gru", "lstm"];

    public static int Run(int rounds, TextWriter output, TextWriter log)
    {
        string peers = FindPeers();
        string? oneDnn = BuildOneDnn(peers, log);
        bool torch = Start("/usr/bin/python3", ["-c", "import torch"], 1) is not null;
        if (!torch)
            log.WriteLine("PyTorch is left out: not installed (apt-get install python3-torch)");
        int most = Environment.ProcessorCount;
        int[] threads = most == 1 ? [1] : [1, most];

        output.WriteLine($"Machine: {Machine()}, {most} processors, kernels {Kernels.KernelRegistry.Current.Name}, .NET {Environment.Version}.");
        output.WriteLine($"Command: `dotnet run -c Release --project bench/Unroll.Bench -- compare {rounds}`, {DateTime.UtcNow:yyyy-MM-dd}. Medians of {rounds} rounds, GFLOP/s; a peer's best thread setting.");
        output.WriteLine();
        output.WriteLine($"| size | cell | ours, 1 thread | ours, {most} threads | oneDNN | ours / oneDNN | share of peak | {most} threads / 1 | whole step | PyTorch step | ours / PyTorch |");
        output.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        var ratios = new List<double>();
        foreach ((string name, int batch, int time, int input, int hidden) in Sizes)
        {
            foreach (string cell in Cells)
            {
                string[] size = [cell, $"{batch}", $"{time}", $"{input}", $"{hidden}"];
                var results = new Dictionary<string, List<double>>();
                for (int round = 0; round < rounds; round++)
                {
                    foreach (int n in threads)
                    {
                        Add(results, $"layer {n}", Own(["layer", .. size, "--threads", $"{n}", "--seconds", "1"], n), "train_gflops", $"peak {n}");
                        Add(results, $"step {n}", Own(["step", .. size, "--threads", $"{n}", "--seconds", "1"], n), "step_gflops");
                        if (oneDnn is not null)
                            Add(results, $"onednn {n}", Start(oneDnn, [.. size, "1"], n), "train_gflops");
                        if (torch)
                            Add(results, $"torch {n}", Start("/usr/bin/python3", [Path.Combine(peers, "torch_step.py"), .. size, "1"], n), "step_gflops");
                    }
                }
                double one = Best("layer", 1), all = Best("layer", most), ours = Math.Max(one, all);
                double peer = threads.Max(n => Best("onednn", n)), peak = Best("peak", all >= one ? most : 1);
                double step = threads.Max(n => Best("step", n)), torchStep = threads.Max(n => Best("torch", n));
                if (name != "XS" && peer > 0)
                    ratios.Add(ours / peer);
                output.WriteLine($"| {name} | {cell} | {one:F0} | {all:F0} | {Number(peer)} | {Ratio(ours, peer)} | {ours / peak:P0} | {all / one:F2} | {step:F0} | {Number(torchStep)} | {Ratio(step, torchStep)} |");
                output.Flush();

                double Best(string key, int n) => results.TryGetValue($"{key} {n}", out List<double>? values) ? Median(values) : 0;
            }
        }
        if (ratios.Count > 0)
            output.WriteLine($"\nours / oneDNN over M, L and XL: geometric mean {Math.Exp(ratios.Average(Math.Log)):F2}, smallest {ratios.Min():F2}.");
        return 0;
    }

    private static string Number(double value) => value > 0 ? $"{value:F0}" : "–";

    private static string Ratio(double ours, double peer) => peer > 0 ? $"{ours / peer:F2}" : "–";

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Add(Dictionary<string, List<double>> results, string key, string? json, string field, string? peakKey = null)
    {
        if (json is null)
            return;
        using JsonDocument document = JsonDocument.Parse(json);
        Get(key).Add(document.RootElement.GetProperty(field).GetDouble());
        if (peakKey is not null)
            Get(peakKey).Add(document.RootElement.GetProperty("peak_gflops").GetDouble());

        List<double> Get(string name)
        {
            if (!results.TryGetValue(name, out List<double>? values))
                results[name] = values = [];
            return values;
        }
    }

    // A process of its own for every figure, as the peers have.
    private static string? Own(string[] args, int threads) => Start(Environment.ProcessPath!, args, threads);

    private static string? Start(string program, string[] args, int threads)
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

    private static string? BuildOneDnn(string peers, TextWriter log)
    {
        string program = Path.Combine(Path.GetTempPath(), $"onednn_rnn_{Environment.ProcessId}");
        if (Start("g++", ["-O2", "-std=c++17", Path.Combine(peers, "onednn_rnn.cpp"), "-o", program, "-ldnnl"], 1) is not null)
            return program;
        log.WriteLine("oneDNN is left out: g++ or the library is not installed (apt-get install g++ libdnnl-dev)");
        return null;
    }

    private static string FindPeers()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Unroll.slnx")))
            folder = folder.Parent;
        return Path.Combine(folder?.FullName ?? ".", "bench", "peers");
    }

    private static string Machine()
    {
        const string cpuInfo = "/proc/cpuinfo";
        string? model = File.Exists(cpuInfo) ? File.ReadLines(cpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return model?.Split(':')[1].Trim() ?? System.Runtime.InteropServices.RuntimeInformation.OSArchitecture.ToString();
    }
}
