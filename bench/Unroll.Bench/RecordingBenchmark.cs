using System.Diagnostics;
using Unroll.Data;
using Unroll.Models;
using Unroll.Training;

namespace Unroll.Bench;

/// <summary>
/// What recording how gradients flow costs a training: epochs with it and without it in turn, in one process on one thread.
/// </summary>
internal static class RecordingBenchmark
{
    private const int Rows = 20_000;

    public static int Run(int rounds, TextWriter output, TextWriter log)
    {
        string path = Path.Combine(FindRoot(), "..", "shared", "data", "sst2-glue", "train.tsv");
        if (!File.Exists(path))
        {
            log.WriteLine($"no {path}");
            return 2;
        }
        LabelledText[] rows = [.. DataFile.Read(path).Take(Rows)];
        output.WriteLine(
            $"| {Rows} rows of sst2-glue, 1 thread, {rounds} rounds | s without | s with | least | median of ratios |");
        output.WriteLine("|---|---|---|---|---|");
        Measure("default: bidirectional GRU 128", new TrainingOptions());
        Measure("LSTM 128", Plain(Cell.Lstm, 128));
        Measure("RNN 64", Plain(Cell.Rnn, 64));
        return 0;

        void Measure(string name, TrainingOptions model)
        {
            TrainingOptions options = model with { Epochs = 1, Threads = 1, DevShare = 0 };
            var without = new List<double>();
            var with = new List<double>();
            for (int round = -1; round < rounds; round++)
            {
                double plain = Seconds(options), recorded = Seconds(options with { GradientFlow = new Nobody() });
                if (round < 0)
                    continue;
                without.Add(plain);
                with.Add(recorded);
            }
            double[] ratios = [.. without.Zip(with, (plain, recorded) => recorded / plain).Order()];
            output.WriteLine(
                $"| {name} | {without.Min():F3} | {with.Min():F3} | {100 * (with.Min() / without.Min() - 1):+0.0;-0.0} % | "
                    + $"{100 * (ratios[ratios.Length / 2] - 1):+0.0;-0.0} % |");
        }

        double Seconds(TrainingOptions options)
        {
            TimeSpan began = Process.GetCurrentProcess().TotalProcessorTime;
            SentenceClassifier.Train(rows, options);
            return (Process.GetCurrentProcess().TotalProcessorTime - began).TotalSeconds;
        }
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Unroll.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? ".";
    }

    private static TrainingOptions Plain(Cell cell, int hidden) =>
        new()
        {
            Cell = cell,
            Hidden = hidden,
            Embedding = 100,
            Adversarial = 0,
            Bidirectional = false,
            Pooling = Pooling.Last,
            Dropout = 0
        };

    private sealed class Nobody : IProgress<GradientFlow>
    {
        public void Report(GradientFlow value)
        {
        }
    }
}
