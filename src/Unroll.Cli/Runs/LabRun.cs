using System.Globalization;
using System.Text;
using System.Text.Json;
using Unroll.Classroom;
using Unroll.Storage;
using Unroll.Training;

namespace Unroll.Cli.Runs;

/// <summary>
/// What the lab leaves beside its model: <c>lab.json</c> (its settings), <c>metrics.jsonl</c> with the lab's total losses, and
/// <c>gradients.jsonl</c>, how far the gradient reaches back.
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

    /// <summary>The names of the files and what writes them.</summary>
    public static IReadOnlyList<(string Name, Action<Stream> Write)> Files(
        Action<Utf8JsonWriter> writeSettings, IReadOnlyList<EpochReport> reports, IReadOnlyList<GradientFlow> gradients)
    {
        string settings = JsonLine.Of(writeSettings) + "\n";
        IEnumerable<string> lines = reports.Select(
            report => EpochReportJson.Line(report with { TrainLoss = report.TrainLoss * LabExercise.Samples.Count }));
        string metrics = string.Concat(lines.Select(line => line + "\n"));
        string flows = string.Concat(gradients.Select(flow => GradientFlowJson.Line(flow) + "\n"));
        return
        [
            (SettingsName, Writes(settings)), (RunFolder.MetricsName, Writes(metrics)), (RunFolder.GradientsName, Writes(flows)),
        ];

        static Action<Stream> Writes(string text) => stream => stream.Write(Encoding.UTF8.GetBytes(text));
    }
}
