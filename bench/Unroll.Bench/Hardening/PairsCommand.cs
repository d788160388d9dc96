using System.Diagnostics;
using System.Text.Json;
using Unroll.Models;

namespace Unroll.Bench.Hardening;

/// <summary>
/// <c>pairs</c>: two trainings of other settings begin into one folder at the same time. One ends whole, with its own settings
/// and metrics beside its model; the other is refused in one line.
/// </summary>
internal static class PairsCommand
{
    /// <summary>Runs pairs.</summary>
    /// <param name="count">How many.</param>
    /// <param name="output">Where the result goes.</param>
    /// <returns>The exit code.</returns>
    public static int Run(int count, TextWriter output)
    {
        string folder = Directory.CreateTempSubdirectory("unroll-pairs-").FullName;
        int[] wins = [0, 0];
        int faults = 0;
        try
        {
            string data = Path.Combine(folder, "rows.tsv");
            File.WriteAllText(
                data, "label\ttext\n" + string.Concat(Enumerable.Repeat("pos\ta fine film\nneg\ta dull film\n", 500)));
            for (int pair = 0; pair < count; pair++)
            {
                if (Winner(data, Path.Combine(folder, "model")) is { } winner)
                    wins[winner]++;
                else
                    faults++;
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        output.WriteLine($"{count} pairs with --overwrite: the first won {wins[0]}, the second {wins[1]}; {faults} faults.");
        return faults == 0 ? 0 : 1;
    }

    private static int? Winner(string data, string model)
    {
        Process[] both =
        [
            .. Enumerable.Range(6, 2).Select(hidden => UnrollProcess.Start(
                "train", data, "--out", model, "--overwrite", "--hidden", $"{hidden}", "--embedding", "8", "--epochs", "6",
                "--batch", "4", "--no-baselines")),
        ];
        Task<string>[] errors = [.. both.Select(process => process.StandardError.ReadToEndAsync())];
        foreach (Process process in both)
            process.WaitForExit();
        int winner = both[0].ExitCode == 0 ? 0 : 1;
        string refused = errors[1 - winner].Result;
        using JsonDocument settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(model, "train.json")));
        int hidden = SentenceClassifier.Load(model).Config.Hidden;
        bool isWhole = both[winner].ExitCode == 0 && both[1 - winner].ExitCode == 2
            && refused.StartsWith("error: ", StringComparison.Ordinal) && refused.Count(c => c == '\n') == 1
            && hidden == 6 + winner && settings.RootElement.GetProperty("hidden").GetInt32() == hidden
            && File.ReadAllLines(Path.Combine(model, "metrics.jsonl")).Length == 6
            && !Directory.GetFileSystemEntries(model).Any(path => Path.GetFileName(path) is ['.', ..] or "checkpoint");
        foreach (Process process in both)
            process.Dispose();
        if (isWhole)
            return winner;
        Console.Error.WriteLine($"{model}: hidden {hidden}; {string.Join(" | ", errors.Select(error => error.Result))}");
        return null;
    }
}
