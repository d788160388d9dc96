using System.Text.Json;
using Unroll.Engine.Kernels;

namespace Unroll.Bench;

/// <summary>
/// Ours, oneDNN and PyTorch in turn, several rounds, each with every thread setting; a Markdown table of medians and ratios.
/// </summary>
internal static class Comparison
{
    private static readonly (string Name, int Batch, int Time, int Input, int Hidden)[] Sizes =
    [
        ("XS", 1, 20, 50, 64), ("M", 32, 20, 100, 128), ("L", 64, 50, 128, 256), ("XL", 64, 100, 300, 512),
    ];

    private static readonly string[] Cells = ["rnn", "gru", "lstm"];

    /// <summary>Prints the table.</summary>
    /// <param name="rounds">How often each figure is taken.</param>
    /// <param name="only">Names of sizes and cells to look at; empty for all.</param>
    /// <param name="output">Where the table goes.</param>
    /// <param name="log">Where it is said what is left out.</param>
    public static int Run(int rounds, string[] only, TextWriter output, TextWriter log)
    {
        string[] cells = [.. Cells.Where(only.Contains)];
        string[] sizes = [.. Sizes.Select(size => size.Name).Where(only.Contains)];
        string peers = Peer.Folder;
        string? oneDnn = BuildOneDnn(peers, log);
        bool torch = Peer.HasTorch(log);
        int most = Environment.ProcessorCount;
        int[] threads = most == 1 ? [1] : [1, most];

        output.WriteLine(
            $"Machine: {Peer.Machine()}, {most} processors, kernels {KernelRegistry.Current.Name}, .NET {Environment.Version}.");
        output.WriteLine(
            $"Command: `dotnet run -c Release --project bench/Unroll.Bench -- compare "
                + $"{string.Join(' ', [$"{rounds}", .. only])}`, {DateTime.UtcNow:yyyy-MM-dd}. Medians of {rounds} rounds, "
                + $"GFLOP/s; a peer's best thread setting.");
        output.WriteLine();
        output.WriteLine(
            $"| size | cell | ours, 1 thread | ours, {most} threads | oneDNN | ours / oneDNN | share of peak | {most} threads "
                + $"/ 1 | whole step | PyTorch step | ours / PyTorch |");
        output.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        var ratios = new List<double>();
        foreach ((string name, int batch, int time, int input, int hidden) in Sizes.Where(
            size => sizes is [] || sizes.Contains(size.Name)))
        {
            foreach (string cell in cells is [] ? Cells : cells)
            {
                string[] size = [cell, $"{batch}", $"{time}", $"{input}", $"{hidden}"];
                var results = new Dictionary<string, List<double>>();
                for (int round = 0; round < rounds; round++)
                {
                    foreach (int n in threads)
                    {
                        Add(results, $"layer {n}", Peer.Own(
                            ["layer", .. size, "--threads", $"{n}", "--seconds", "1"], n), "train_gflops", $"peak {n}");
                        Add(results, $"step {n}", Peer.Own(
                            ["step", .. size, "--threads", $"{n}", "--seconds", "1"], n), "step_gflops");
                        if (oneDnn is not null)
                            Add(results, $"onednn {n}", Peer.Start(oneDnn, [.. size, "1"], n), "train_gflops");
                        if (torch)
                            Add(results, $"torch {n}", Peer.Start(
                                Peer.Python, [Path.Combine(peers, "torch_step.py"), .. size, "1"], n), "step_gflops");
                    }
                }
                double one = Best("layer", 1), all = Best("layer", most), ours = Math.Max(one, all);
                double peer = threads.Max(n => Best("onednn", n)), peak = Best("peak", all >= one ? most : 1);
                double step = threads.Max(n => Best("step", n)), torchStep = threads.Max(n => Best("torch", n));
                if (name != "XS" && peer > 0)
                    ratios.Add(ours / peer);
                output.WriteLine(
                    $"| {name} | {cell} | {one:F0} | {all:F0} | {Number(peer)} | {Ratio(ours, peer)} | {ours / peak:P0} | "
                        + $"{all / one:F2} | {step:F0} | {Number(torchStep)} | {Ratio(step, torchStep)} |");
                output.Flush();

                double Best(string key, int n) =>
                    results.TryGetValue($"{key} {n}", out List<double>? values) ? Peer.Median(values) : 0;
            }
        }
        if (ratios.Count > 0)
            output.WriteLine(
                $"\nours / oneDNN over M, L and XL: geometric mean {Math.Exp(ratios.Average(Math.Log)):F2}, smallest "
                    + $"{ratios.Min():F2}.");
        return 0;
    }

    private static string Number(double value) => value > 0 ? $"{value:F0}" : "–";

    private static string Ratio(double ours, double peer) => peer > 0 ? $"{ours / peer:F2}" : "–";

    private static void Add(
        Dictionary<string, List<double>> results, string key, string? json, string field, string? peakKey = null)
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

    private static string? BuildOneDnn(string peers, TextWriter log)
    {
        string program = Path.Combine(Path.GetTempPath(), $"onednn_rnn_{Environment.ProcessId}");
        if (Peer.Start(
            "g++", ["-O2", "-std=c++17", Path.Combine(peers, "onednn_rnn.cpp"), "-o", program, "-ldnnl"], 1) is not null)
            return program;
        log.WriteLine("oneDNN is left out: g++ or the library is not installed (apt-get install g++ libdnnl-dev)");
        return null;
    }
}
