using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Channels;
using Unroll.Models;

namespace Unroll.Bench.Load;

/// <summary>
/// Load on a server: texts of 20 words to <c>/v1/classify</c>, over some connections. With a rate, requests begin when they are
/// due whether others have been answered or not, and their times count from then; without one each connection sends its next
/// request when it has the answer. Every answer is compared with what the models say in this process.
/// </summary>
internal static class LoadCommand
{
    private const int Words = 20;
    private const int Texts = 200;

    private sealed record Tally(ConcurrentDictionary<int, int> Statuses, ConcurrentBag<double> Milliseconds)
    {
        public int Wrong;
    }

    /// <summary>Runs it.</summary>
    /// <param name="args">Address, rows of text, then options.</param>
    /// <param name="output">Where a line of JSON goes.</param>
    /// <returns>1 if an answer was neither right nor 429.</returns>
    public static int Run(string[] args, TextWriter output)
    {
        var address = new Uri(args[1]);
        string[] words = [.. File.ReadLines(args[2]).Skip(1).SelectMany(line => line.Split('\t', 2)[1].Split(' '))];
        string[] texts = [.. words.Chunk(Words).Take(Texts).Select(chunk => string.Join(' ', chunk))];
        int connections = Option(args, "--connections", 8);
        int rate = Option(args, "--rate", 0);
        int seconds = Option(args, "--seconds", 5);
        string[] folders = [.. args.Zip(args.Skip(1)).Where(pair => pair.First == "--model").Select(pair => pair.Second)];
        HashSet<string>[] labels = [.. texts.Select(_ => new HashSet<string>())];
        foreach (SentenceClassifier model in folders.Select(SentenceClassifier.Load))
        {
            for (int i = 0; i < texts.Length; i++)
                labels[i].Add(model.Predict(texts[i]).Label);
        }
        byte[][] requests =
            [.. texts.Select(text => LoadConnection.Request(address, $"{{\"input\":{JsonSerializer.Serialize(text)}}}"))];
        var tally = new Tally([], []);
        LoadAsync(address, requests, labels, connections, rate, seconds, tally).GetAwaiter().GetResult();

        double[] times = [.. tally.Milliseconds.Order()];
        double At(double share) => times.Length == 0 ? double.NaN : times[(int)Math.Min(times.Length - 1, share * times.Length)];
        int ok = tally.Statuses.GetValueOrDefault(200);
        string statuses = string.Join(
            ',', tally.Statuses.OrderBy(status => status.Key).Select(status => $"\"{status.Key}\":{status.Value}"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"connections\":{connections},\"rate\":{rate},\"per_second\":{ok / (double)seconds:F0},\"p50_ms\":{At(0.5):F2}," +
            $"\"p99_ms\":{At(0.99):F2},\"most_ms\":{At(1):F1},\"statuses\":{{{statuses}}},\"wrong\":{tally.Wrong}}}"));
        return tally.Wrong == 0 && tally.Statuses.Keys.All(status => status is 200 or 429) ? 0 : 1;
    }

    private static async Task LoadAsync(
        Uri address, byte[][] requests, HashSet<string>[] labels, int connections, int rate, int seconds, Tally tally)
    {
        // One request on each connection first: what is compiled then is not measured.
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => WarmAsync(address, requests[0]))).ConfigureAwait(false);
        long start = Stopwatch.GetTimestamp();
        int next = -1;
        var due = Channel.CreateUnbounded<int>();
        if (rate > 0)
            new Thread(() => Pace(due.Writer, start, rate, seconds)) { IsBackground = true }.Start();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(rate > 0 ? OnTimeAsync : InTurnAsync)))
            .ConfigureAwait(false);

        async Task InTurnAsync()
        {
            await using var connection = new LoadConnection(address);
            while (Stopwatch.GetElapsedTime(start).TotalSeconds is var now && now < seconds)
                await SendAsync(connection, Interlocked.Increment(ref next), now).ConfigureAwait(false);
        }

        // That no connection was free when a request was due counts as its time.
        async Task OnTimeAsync()
        {
            await using var connection = new LoadConnection(address);
            await foreach (int number in due.Reader.ReadAllAsync().ConfigureAwait(false))
                await SendAsync(connection, number, (double)number / rate).ConfigureAwait(false);
        }

        async Task SendAsync(LoadConnection connection, int number, double began)
        {
            (int status, string body) = await connection.SendAsync(requests[number % requests.Length]).ConfigureAwait(false);
            double milliseconds = 1000 * (Stopwatch.GetElapsedTime(start).TotalSeconds - began);
            tally.Statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
            if (status != 200)
                return;
            tally.Milliseconds.Add(milliseconds);
            HashSet<string> right = labels[number % labels.Length];
            if (right.Count > 0 && !right.Any(label => body.Contains($"\"label\":\"{label}\"", StringComparison.Ordinal)))
                Interlocked.Increment(ref tally.Wrong);
        }
    }

    // Timers of .NET come in bursts of a millisecond, and a burst is a queue of its own; sleeps of the system are finer.
    private static void Pace(ChannelWriter<int> due, long start, int rate, int seconds)
    {
        for (int number = 0; number < rate * seconds; number++)
        {
            double wait = (double)number / rate - Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (wait > 0)
                _ = Sleep((uint)(1e6 * wait));
            due.TryWrite(number);
        }
        due.Complete();
    }

    [DllImport("libc", EntryPoint = "usleep")]
    private static extern int Sleep(uint microseconds);

    private static async Task WarmAsync(Uri address, byte[] request)
    {
        await using var connection = new LoadConnection(address);
        await connection.SendAsync(request).ConfigureAwait(false);
    }

    private static int Option(string[] args, string name, int otherwise)
    {
        int at = Array.IndexOf(args, name);
        return at < 0 ? otherwise : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
    }
}
