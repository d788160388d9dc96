using System.Diagnostics;
using System.Text.Json;

namespace Unroll.Bench.Hardening;

/// <summary>
/// <c>search-kills</c>: kills workers of searches at random moments, one worker by itself and one of two that share a folder, and
/// looks at the end whether every trial was done once, and to the bytes of a search that was left alone.
/// </summary>
/// <param name="seed">The seed of the moments.</param>
/// <param name="output">Where the table goes.</param>
internal sealed class SearchKillsCommand(int seed, TextWriter output)
{
    private const int MostKillsOfOneSearch = 10;
    private const int Trials = 9;

    private readonly Random _random = new(seed);
    private readonly string _folder = HardeningFolder.Create();

    /// <summary>Kills.</summary>
    /// <param name="count">How often, in all.</param>
    /// <returns>The exit code.</returns>
    public int Run(int count) => HardeningFolder.Run(_folder, output, () =>
    {
        string data = WriteRows();
        var watch = Stopwatch.StartNew();
        UnrollProcess.Run(Args(data, "whole"));
        int duration = (int)watch.ElapsedMilliseconds;
        output.WriteLine("| what is killed | kills | searches | state afterwards |");
        output.WriteLine("|---|---|---|---|");
        Alone(data, count / 2, duration);
        Beside(data, count - count / 2, duration);
    });

    private string[] Args(string data, string name) =>
    [
        "search", data, "--out", PathOf(name), "--space", PathOf("space.json"), "--trials", $"{Trials}", "--epochs", "9",
        "--rungs", "3", "--embedding", "8", "--batch", "4", "--threads", "1",
    ];

    private string PathOf(string name) => Path.Combine(_folder, name);

    private string WriteRows()
    {
        File.WriteAllText(
            PathOf("space.json"), """{"lr": {"from": 0.001, "to": 0.03, "log": true}, "hidden": {"from": 4, "to": 12}}""");
        string[] rows = ["pos\ta fine film", "neg\ta dull film", "pos\tfine and funny", "neg\tdull and slow"];
        string path = PathOf("rows.tsv");
        File.WriteAllText(
            path,
            "label\ttext\n" + string.Concat(
                Enumerable.Range(0, 100).SelectMany(i => rows.Select(row => $"{row} {i % 23} {i % 7}\n"))));
        return path;
    }

    // The only worker is killed, and the same command goes on.
    private void Alone(string data, int count, int duration)
    {
        int kills = 0;
        int searches = 0;
        for (; kills < count; searches++)
        {
            string name = $"alone{searches}";
            for (int i = 0; i < MostKillsOfOneSearch && kills < count; i++)
            {
                if (!UnrollProcess.IsKilled(_random.Next(duration), Args(data, name)))
                    break;
                kills++;
            }
            UnrollProcess.Run(Args(data, name));
            foreach (string file in (string[])["trials.jsonl", "model/model.safetensors"])
                Require(Bytes("whole", file).SequenceEqual(Bytes(name, file)), $"{name}: {file} has other bytes");
            RequireOnce(name);
        }
        output.WriteLine(
            $"| the only worker of `unroll search` | {kills} | {searches} | results of all trials and the model with the " +
            "bytes of a search left alone |");
    }

    // One of two is killed, and another takes its place, while the other goes on.
    private void Beside(string data, int count, int duration)
    {
        int kills = 0;
        int searches = 0;
        for (; kills < count; searches++)
        {
            string name = $"beside{searches}";
            using Process other = UnrollProcess.Start(Args(data, name));
            _ = other.StandardError.ReadToEndAsync();
            while (!other.HasExited && kills < count)
            {
                if (UnrollProcess.IsKilled(_random.Next(duration), Args(data, name)))
                    kills++;
            }
            other.WaitForExit();
            Require(other.ExitCode == 0, $"{name}: the worker that was left alone ended with {other.ExitCode}");
            RequireOnce(name);
            RequireSameTrials(name);
        }
        output.WriteLine(
            $"| one of two workers that share the folder | {kills} | {searches} | every trial done once, what both " +
            "searches trained with the same results |");
    }

    private void RequireOnce(string name)
    {
        string[] jobs =
            [.. Lines(name, "journal.jsonl").Where(line => line.GetProperty("kind").GetString() == "result").Select(KeyOf)];
        Require(jobs.Length == jobs.Distinct().Count(), $"{name}: a trial was done twice");
        Require(jobs.Count(job => job.EndsWith("/0", StringComparison.Ordinal)) == Trials, $"{name}: a trial was lost");
        Require(!Directory.Exists(Path.Combine(PathOf(name), "trials")), $"{name}: checkpoints are left");
    }

    // Several workers may promote others; who was trained reached the same.
    private void RequireSameTrials(string name)
    {
        var whole = Lines("whole", "trials.jsonl").ToDictionary(KeyOf, line => line.GetRawText());
        foreach (JsonElement line in Lines(name, "trials.jsonl"))
        {
            Require(
                !whole.TryGetValue(KeyOf(line), out string? expected) || expected == line.GetRawText(),
                $"{name}: {KeyOf(line)} has other results");
        }
    }

    private static string KeyOf(JsonElement line) => $"{line.GetProperty("trial")}/{line.GetProperty("rung")}";

    private IEnumerable<JsonElement> Lines(string name, string file) =>
        File.ReadLines(Path.Combine(PathOf(name), file)).Select(line => JsonDocument.Parse(line).RootElement);

    private byte[] Bytes(string name, string file) => File.ReadAllBytes(Path.Combine(PathOf(name), file));

    private static void Require(bool holds, string fault)
    {
        if (!holds)
            throw new InvalidOperationException(fault);
    }
}
