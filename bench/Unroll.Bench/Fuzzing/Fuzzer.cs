using System.Diagnostics;

namespace Unroll.Bench.Fuzzing;

/// <summary>
/// Gives changed files to a reader. A file is read or refused with <see cref="InputException"/> in one line, in bounded time and
/// memory; what else happens is a fault, and its file is kept.
/// </summary>
/// <param name="target">The reader.</param>
/// <param name="seed">The seed of the changes.</param>
/// <param name="keep">The folder that files of faults go into.</param>
internal sealed class Fuzzer(FuzzTarget target, int seed, string keep)
{
    private const int MostFaults = 20;
    private const long MostBytes = 1L << 29;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(10);

    private readonly List<string> _faults = [];

    /// <summary>Tries changed files.</summary>
    /// <param name="count">How many.</param>
    public FuzzResult Run(int count)
    {
        var random = new Random(seed);
        var mutator = new Mutator(random);
        int read = 0;
        int refused = 0;
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < count && _faults.Count < MostFaults; i++)
        {
            byte[] one = target.Seeds[random.Next(target.Seeds.Count)];
            byte[] file = mutator.Mutate(one, target.Seeds[random.Next(target.Seeds.Count)]);
            if (Try(file, i))
                read++;
            else
                refused++;
        }
        return new FuzzResult(target.Name, read, refused, _faults, Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    private bool Try(byte[] file, int number)
    {
        long started = Stopwatch.GetTimestamp();
        long allocated = GC.GetTotalAllocatedBytes();
        bool isRead = false;
        // What hangs never comes back to be counted.
        using var watchdog = new Timer(_ => Hangs(file, number), null, 6 * MostTime, Timeout.InfiniteTimeSpan);
        try
        {
            target.Read(file);
            isRead = true;
        }
        catch (InputException e)
        {
            if (e.Message.AsSpan().IndexOfAny("\n\r\u0085\u2028\u2029") >= 0)
                Add(file, number, $"a message of more than one line: {e.Message.ReplaceLineEndings("⏎")}");
        }
#pragma warning disable CA1031 // Every other exception is what is looked for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            string[] calls = e.StackTrace?.Split('\n') ?? [];
            string? place = Array.Find(calls, call => call.Contains("Unroll", StringComparison.Ordinal));
            Add(file, number, $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")} {place?.Trim()}");
        }
        if (Stopwatch.GetElapsedTime(started) > MostTime)
            Add(file, number, $"took {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s");
        if (GC.GetTotalAllocatedBytes() - allocated > MostBytes)
            Add(file, number, $"took {(GC.GetTotalAllocatedBytes() - allocated) >> 20} MB");
        return isRead;
    }

    private void Hangs(byte[] file, int number)
    {
        Add(file, number, $"hangs for {6 * MostTime.TotalSeconds} s");
        Console.Error.WriteLine($"{target.Name}: {_faults[^1]}");
        Environment.Exit(1);
    }

    private void Add(byte[] file, int number, string fault)
    {
        Directory.CreateDirectory(keep);
        string path = Path.Combine(keep, $"{target.Name.Replace(' ', '-')}-{seed}-{number}.bin");
        File.WriteAllBytes(path, file);
        _faults.Add($"{fault} ({path})");
    }
}
