using System.Diagnostics;
using Unroll.Models;

namespace Unroll.Bench.Hardening;

/// <summary>
/// <c>kills</c>: kills trainings, resumed trainings, replacements of models and exports at random moments, and looks after each
/// what is there: a training goes on to the bytes of one that was left alone, and a model or a file is the old one or the new.
/// </summary>
/// <param name="seed">The seed of the moments.</param>
/// <param name="output">Where the table goes.</param>
internal sealed class KillsCommand(int seed, TextWriter output)
{
    private const int MostKillsOfOneTraining = 10;

    private static readonly string[] ModelFiles = ["config.json", "vocabulary.txt", "model.safetensors"];

    private readonly Random _random = new(seed);
    private readonly string _folder = HardeningFolder.Create();

    /// <summary>Kills.</summary>
    /// <param name="count">How often, in all.</param>
    /// <returns>The exit code.</returns>
    public int Run(int count) => HardeningFolder.Run(_folder, output, () =>
    {
        string data = WriteRows();
        output.WriteLine("| what is killed | kills | state afterwards |");
        output.WriteLine("|---|---|---|");
        Trainings(data, count * 2 / 5);
        Replacements("unroll lab --overwrite", count / 5, hidden =>
            ["lab", "--epochs", "3", "--out", PathOf("lab"), "--overwrite", "--hidden", $"{hidden}"], PathOf("lab"));
        Replacements("unroll train --overwrite", count / 5, hidden =>
            ["train", data, "--out", PathOf("again"), "--overwrite", .. Settings(hidden, epochs: 2)], PathOf("again"));
        Exports(count - count * 2 / 5 - 2 * (count / 5));
    });

    private static string[] Settings(int hidden, int epochs) =>
    [
        "--cell", "gru", "--embedding", "8", "--hidden", $"{hidden}", "--dropout", "0.2", "--epochs", $"{epochs}", "--batch", "2",
        "--checkpoint-steps", "25", "--no-baselines",
    ];

    private string PathOf(string name) => Path.Combine(_folder, name);

    private string WriteRows()
    {
        string[] rows = ["pos\ta fine film", "neg\ta dull film", "pos\tfine and funny", "neg\tdull and slow"];
        string path = PathOf("rows.tsv");
        File.WriteAllText(path, "label\ttext\n" + string.Concat(Enumerable.Repeat(string.Join('\n', rows) + "\n", 60)));
        return path;
    }

    private void Trainings(string data, int count)
    {
        string[] settings = Settings(8, epochs: 6);
        int duration = Milliseconds(() => UnrollProcess.Run(["train", data, "--out", PathOf("whole"), .. settings]));
        int kills = 0;
        int trainings = 0;
        for (; kills < count; trainings++)
        {
            string path = PathOf($"killed{trainings}");
            string[] args = ["train", data, "--out", path, .. settings];
            bool ended = false;
            for (int i = 0; i < MostKillsOfOneTraining && kills < count && !ended; i++)
            {
                ended = !UnrollProcess.IsKilled(_random.Next(duration), args);
                kills += ended ? 0 : 1;
                if (File.Exists(Path.Combine(path, "train.json")))
                    args = ["train", "--resume", path];
            }
            if (!ended)
                UnrollProcess.Run(args);
            RequireSame(path);
        }
        output.WriteLine(
            $"| unroll train, then --resume | {kills} | {trainings} models and their results with the bytes of one left alone |");
    }

    private void RequireSame(string path)
    {
        foreach (string name in ModelFiles)
            Require(Bytes(PathOf("whole"), name).SequenceEqual(Bytes(path, name)), $"{path}: {name} has other bytes");
        foreach (string name in (string[])["evaluation.json", "gradients.jsonl", "data.json"])
            Require(Bytes(PathOf("whole"), name).SequenceEqual(Bytes(path, name)), $"{path}: {name} has other bytes");
        RequireNothingLeft(path);
    }

    private static byte[] Bytes(string folder, string name) => File.ReadAllBytes(Path.Combine(folder, name));

    private void Replacements(string what, int count, Func<int, string[]> args, string path)
    {
        UnrollProcess.Run(args(4));
        int duration = Milliseconds(() => UnrollProcess.Run(args(4)));
        int replaced = 0;
        int kills = 0;
        for (int hidden = 5; kills < count; hidden = hidden % 60 + 5)
        {
            int before = SentenceClassifier.Load(path).Config.Hidden;
            // Most of the time goes by before anything is written.
            if (UnrollProcess.IsKilled(_random.Next(duration / 2, duration + 20), args(hidden)))
                kills++;
            int after = SentenceClassifier.Load(path).Config.Hidden;
            Require(after == before || after == hidden, $"{path}: neither the old nor the new model");
            replaced += after == hidden ? 1 : 0;
        }
        UnrollProcess.Run(args(4));
        Require(SentenceClassifier.Load(path).Config.Hidden == 4, $"{path}: not the last model");
        RequireNothingLeft(path);
        output.WriteLine($"| {what} | {kills} | the old model or the new one ({replaced} times); nothing beside it at the end |");
    }

    private void Exports(int count)
    {
        string file = PathOf("model.onnx");
        string[] args = ["export", PathOf("whole"), "--onnx", file, "--overwrite"];
        int duration = Milliseconds(() => UnrollProcess.Run(args));
        byte[] whole = File.ReadAllBytes(file);
        int kills = 0;
        while (kills < count)
        {
            File.WriteAllText(file, "old");
            if (UnrollProcess.IsKilled(_random.Next(duration / 2, duration + 20), args))
                kills++;
            byte[] found = File.ReadAllBytes(file);
            Require(found.SequenceEqual("old"u8) || found.SequenceEqual(whole), $"{file}: neither the old file nor the new one");
        }
        UnrollProcess.Run(args);
        Require(File.ReadAllBytes(file).SequenceEqual(whole), $"{file}: other bytes");
        RequireNothingLeft(_folder);
        output.WriteLine($"| unroll export --overwrite | {kills} | the old file or the new one |");
    }

    private static void RequireNothingLeft(string folder)
    {
        string[] left =
        [
            .. Directory.GetFileSystemEntries(folder).Select(path => Path.GetFileName(path))
                .Where(name => name.StartsWith('.') || name == "checkpoint"),
        ];
        Require(left.Length == 0, $"{folder}: {string.Join(", ", left)} is left");
    }

    private static void Require(bool holds, string fault)
    {
        if (!holds)
            throw new InvalidOperationException(fault);
    }

    private static int Milliseconds(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return (int)watch.ElapsedMilliseconds;
    }
}
