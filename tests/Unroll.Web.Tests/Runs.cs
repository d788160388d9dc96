using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Unroll.Cli.Tests;
using Unroll.Tests;

namespace Unroll.Web.Tests;

/// <summary>Two trainings and their pages, made once.</summary>
public sealed class Runs : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public Runs()
    {
        Browser.Require();
        string data = Path.Combine(RepositoryRoot.Path, "samples", "reviews.tsv");
        First = Train(
            data, "first", [.. Plain, "--cell", "rnn", "--epochs", "5", "--hidden", "8", "--embedding", "8", "--lr", "0.01"]);
        Second = Train(data, "second", [.. Plain, "--epochs", "4", "--hidden", "8", "--embedding", "8", "--cell", "lstm"]);
    }

    private static string[] Plain => ["--bidirectional=false", "--pooling", "last"];

    public string First { get; }

    public string Second { get; }

    public string this[string name] => _folder[name];

    /// <summary>A line of a run's file for each epoch.</summary>
    public static JsonElement[] Lines(string run, string file) =>
        [.. File.ReadLines(Path.Combine(run, file)).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>A run's file.</summary>
    public static JsonElement Json(string run, string file) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(run, file))).RootElement;

    /// <summary>The settings of a run as its page has them: files by their names alone.</summary>
    public static string SettingsInPage(string run) => Regex.Replace(
        File.ReadAllText(Path.Combine(run, "train.json")), "\"(data|dev|test|vectors)\": \"[^\"]*/([^\"/]+)\"", "\"$1\": \"$2\"");

    /// <summary>The page of some runs.</summary>
    public string Report(params string[] runs)
    {
        string file = this[$"{Guid.NewGuid():N}.html"];
        CommandRun run = CommandRun.Of(["report", .. runs, "--out", file]);
        return run.ExitCode == 0 ? file : throw new InvalidOperationException(run.Error);
    }

    /// <summary>
    /// A run with gradients that are known beforehand: at distance k in epoch e ‖dL/dh‖ is 0.5 (0.5 + e/10)^k, the product of
    /// Jacobians (0.4 + e/10)^k.
    /// </summary>
    public string WithGradients(int epochs = 3, int steps = 12)
    {
        string copy = Directory.CreateDirectory(this[$"gradients-{Guid.NewGuid():N}"]).FullName;
        foreach (string file in Directory.GetFiles(First))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        IEnumerable<string> lines = Enumerable.Range(1, epochs).Select(e =>
        {
            string[] norms = Powers(0.5, 0.5 + e / 10.0);
            string[] jacobians = Powers(1, 0.4 + e / 10.0);
            return $$"""
                {"epoch":{{e}},"samples":8,"hidden_norm":[{{string.Join(",", norms)}}],
                "by_step":[{{string.Join(",", norms.Reverse())}}],"spectral_norm":0.{{e + 6}},"spectral_radius":0.{{e + 4}},
                "jacobian_samples":4,"jacobian_norm":[{{string.Join(",", jacobians)}}]}
                """.ReplaceLineEndings("");
        });
        File.WriteAllLines(Path.Combine(copy, "gradients.jsonl"), lines);
        return copy;

        string[] Powers(double first, double factor) =>
            [.. Enumerable.Range(0, steps).Select(
                k => (first * Math.Pow(factor, k)).ToString("R", CultureInfo.InvariantCulture))];
    }

    public void Dispose() => _folder.Dispose();

    private string Train(string data, string name, params string[] options)
    {
        CommandRun run = CommandRun.Of(["train", data, "--out", this[name], .. options]);
        return run.ExitCode == 0 ? this[name] : throw new InvalidOperationException(run.Error);
    }
}
