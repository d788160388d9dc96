using System.Text.Json;
using Unroll.Engine.Kernels;

namespace Unroll.Bench;

/// <summary>
/// Whole trainings on shared sets beside PyTorch: the command as it is shipped, the same model, batch and epochs; a Markdown
/// table of tokens a second and peak memory. PyTorch runs padded and packed with every thread setting, in turn with ours.
/// </summary>
internal static class ClassifierComparison
{
    private const int Epochs = 2;

    private static readonly string[] Sets = ["sst2-glue", "ag_news"];

    // Each in the peer's words and in ours; the dropout, tokens and first values that the peer has.
    private static readonly string[] Model = [
        "--cell", "lstm", "--embedding", "100", "--hidden", "128", "--batch", "32", "--epochs", $"{Epochs}"];

    private static readonly string[] OwnModel =
    [
        .. Model, "--bidirectional", "false", "--keep-case", "false", "--pooling", "last", "--dropout", "0", "--word-dropout",
            "0", "--adversarial", "0", "--tokens", "whitespace",
        "--min-count", "1", "--embedding-deviation", "1", "--optimizer", "adam", "--lr", "0.001", "--schedule", "constant",
        "--weight-decay", "0", "--label-smoothing", "0", "--clip", "1", "--no-baselines", "--json",
    ];

    public static int Run(int rounds, TextWriter output, TextWriter log)
    {
        string data = Path.Combine(Peer.Root, "..", "shared", "data");
        bool torch = Peer.HasTorch(log);
        int most = Environment.ProcessorCount;
        int[] threads = most == 1 ? [1] : [1, most];
        output.WriteLine(
            $"Machine: {Peer.Machine()}, {most} processors, kernels {KernelRegistry.Current.Name}, .NET {Environment.Version}.");
        output.WriteLine(
            $"Command: `dotnet run -c Release --project bench/Unroll.Bench -- classifier {rounds}`, "
                + $"{DateTime.UtcNow:yyyy-MM-dd}. Medians of {rounds} rounds, last epoch of {Epochs}.");
        output.WriteLine($"Model: {string.Join(' ', Model)}.");
        output.WriteLine();
        output.WriteLine("| data | program | threads | tokens/s | peak MB |");
        output.WriteLine("|---|---|---|---|---|");
        var summaries = new List<string>();
        foreach (string set in Sets)
        {
            string train = Path.Combine(data, set, "train.tsv"), test = Path.Combine(data, set, "test.tsv");
            if (!File.Exists(train))
            {
                log.WriteLine($"{set} is left out: no {train}");
                continue;
            }
            var runs = new List<Program>();
            foreach (int n in threads)
            {
                runs.Add(new Program(
                    "Unroll", n,
                    () => Peer.Start(
                        "dotnet", [OwnCommand, "train", train, "--dev", test, .. OwnModel, "--threads", $"{n}"], n)));
                foreach (string[] packed in torch ? (string[][])[[], ["--packed"]] : [])
                {
                    runs.Add(new Program($"PyTorch {(packed.Length > 0 ? "packed" : "padded")}", n, () => Peer.Start(
                        Peer.Python, [
                            Path.Combine(Peer.Folder, "torch_classifier.py"), train, test, .. Model, "--threads", $"{n}",
                            .. packed], n)));
                }
            }
            for (int round = 0; round < rounds; round++)
            {
                foreach (Program run in runs)
                    run.Measure(log);
            }
            foreach (Program run in runs.Where(run => run.Succeeded))
            {
                output.WriteLine($"| {set} | {run.Name} | {run.Threads} | {run.Speed:N0} | {run.Memory:F0} |");
                output.Flush();
            }
            Program[] peers = [.. runs.Where(run => run.Name != "Unroll" && run.Succeeded)];
            Program? own = runs.FindLast(run => run.Name == "Unroll" && run.Succeeded);
            if (own is null || peers.Length == 0)
                continue;
            Program fastest = peers.MaxBy(run => run.Speed)!, smallest = peers.MinBy(run => run.Memory)!;
            summaries.Add(
                $"{set}: {own.Speed / fastest.Speed:F1} times the tokens a second of the fastest ({fastest.Name}, "
                    + $"{fastest.Threads} threads), {own.Memory / fastest.Memory:F2} of its peak memory, "
                    + $"{own.Memory / smallest.Memory:F2} of the smallest peak ({smallest.Name}, {smallest.Threads} threads).");
        }
        output.WriteLine();
        foreach (string summary in summaries)
            output.WriteLine($"- {summary}");
        return 0;
    }

    private static string OwnCommand => Path.Combine(AppContext.BaseDirectory, "Unroll.Cli.dll");

    private sealed record Program(string Name, int Threads, Func<string?> Start)
    {
        private readonly List<double> _speeds = [];
        private readonly List<double> _peaks = [];

        public bool Succeeded => _speeds.Count > 0;

        public double Speed => Peer.Median(_speeds);

        public double Memory => Peer.Median(_peaks);

        public void Measure(TextWriter log)
        {
            string? line = Start()?.Split('\n').LastOrDefault(text => text.Contains("\"epoch\":", StringComparison.Ordinal));
            if (line is null)
            {
                log.WriteLine($"{Name}, {Threads} threads: failed");
                return;
            }
            using JsonDocument document = JsonDocument.Parse(line);
            _speeds.Add(document.RootElement.GetProperty("tokens_per_second").GetDouble());
            _peaks.Add(document.RootElement.GetProperty("peak_mb").GetDouble());
        }
    }
}
