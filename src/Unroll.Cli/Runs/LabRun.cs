using System.Globalization;
using System.Text.Json;
using Unroll.Classroom;
using Unroll.Storage;
using Unroll.Training;

namespace Unroll.Cli.Runs;

/// <summary>
/// What the lab leaves beside its model: <c>lab.json</c> (its settings) and <c>metrics.jsonl</c> with the lab's total losses.
/// </summary>
internal static class LabRun
{
    /// <summary>The name of the file of settings.</summary>
    public const string SettingsName = "lab.json";

    /// <summary>The setting with the sentences that were tested instead of the lab's two.</summary>
    public const string TestKey = "test";

    /// <summary>Settings that nobody has to give.</summary>
    public static readonly (string Name, string Value)[] Defaults =
    [
        ("seed", "42"), ("epochs", $"{LabExercise.Epochs}"),
        ("lr", LabExercise.LearningRate.ToString(CultureInfo.InvariantCulture)), ("hidden", $"{LabExercise.Hidden}"),
    ];

    public static void WriteFiles(string folder, Action<Utf8JsonWriter> writeSettings, IReadOnlyList<EpochReport> reports)
    {
        File.WriteAllText(Path.Combine(folder, SettingsName), JsonLine.Of(writeSettings) + "\n");
        IEnumerable<string> lines = reports.Select(
            report => EpochReportJson.Line(report with { TrainLoss = report.TrainLoss * LabExercise.Samples.Count }));
        File.WriteAllText(Path.Combine(folder, RunFolder.MetricsName), string.Concat(lines.Select(line => line + "\n")));
    }
}
