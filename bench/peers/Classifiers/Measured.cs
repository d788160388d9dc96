using System.Diagnostics;
using System.Globalization;

namespace Classifiers;

/// <summary>
/// What both programs do with their classifier: train one on a file and save it, or load it in a fresh process and measure it on
/// another. A line of JSON on standard output.
/// </summary>
internal static class Measured
{
    /// <summary>Runs <c>train TRAIN.tsv MODEL</c> or <c>measure MODEL TEST.tsv</c>.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="train">
    /// Trains on a file of tab-separated rows with a header, label and text, and saves a model at a path.
    /// </param>
    /// <param name="load">Loads it; what it gives answers a text with a label.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args, Action<string, string> train, Func<string, Func<string, string>> load)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        switch (args)
        {
            case ["train", var rows, var path]:
                var clock = Stopwatch.StartNew();
                train(rows, path);
                double peak = Process.GetCurrentProcess().PeakWorkingSet64 / 1e6;
                Console.WriteLine($"{{\"train_s\":{clock.Elapsed.TotalSeconds:F1},\"peak_mb\":{peak:F0}}}");
                return 0;
            case ["measure", var path, var rows]:
                Measure(load, path, rows);
                return 0;
            default:
                Console.Error.WriteLine("usage: train TRAIN.tsv MODEL | measure MODEL TEST.tsv");
                return 2;
        }
    }

    private static void Measure(Func<string, Func<string, string>> load, string path, string rows)
    {
        (string Label, string Text)[] test =
        [
            .. from line in File.ReadLines(rows).Skip(1)
               let parts = line.Split('\t', 2)
               select (parts[0], parts[1]),
        ];
        long start = Stopwatch.GetTimestamp();
        Func<string, string> predict = load(path);
        double loadTime = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        predict(test[0].Text);
        double firstAnswer = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        double accuracy = (double)test.Count(row => predict(row.Text) == row.Label) / test.Length;

        // One text at a time, on one thread, until everything is compiled; then the best of five rounds.
        string[] texts = [.. test.Take(500).Select(row => row.Text)];
        double best = double.PositiveInfinity;
        for (int round = 0; round < 8; round++)
        {
            long began = Stopwatch.GetTimestamp();
            foreach (string text in texts)
                predict(text);
            double microseconds = Stopwatch.GetElapsedTime(began).TotalMicroseconds / texts.Length;
            if (round >= 3)
                best = Math.Min(best, microseconds);
            Thread.Sleep(100);
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        foreach (string text in texts)
            predict(text);
        allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / texts.Length;
        Console.WriteLine(
            $"{{\"accuracy\":{accuracy:F4},\"load_ms\":{loadTime:F0},\"first_answer_ms\":{firstAnswer:F0},"
            + $"\"predict_us\":{best:F1},\"allocated_bytes\":{allocated}}}");
    }
}
