using Unroll.Models;
using Unroll.Training;

namespace Unroll.Cli.Train;

/// <summary>
/// The folder of a training: <c>train.json</c> (its settings), <c>data.json</c> (the report of its rows), <c>metrics.jsonl</c> and
/// <c>gradients.jsonl</c> (a line an epoch), <c>checkpoint/</c> while it is not finished, then <c>evaluation.json</c> (the dev rows),
/// <c>report.html</c>, and the files of the model.
/// </summary>
internal sealed class RunFolder
{
    internal const string SettingsName = "train.json";
    internal const string MetricsName = "metrics.jsonl";
    internal const string GradientsName = "gradients.jsonl";
    internal const string DataName = "data.json";
    internal const string EvaluationName = "evaluation.json";
    internal const string ReportName = "report.html";

    private const string CheckpointName = "checkpoint";
    private const string StateName = "state.safetensors";

    private RunFolder(string path) => Path = path;


    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The settings that a resumed training goes on with.</summary>
    public string Settings => System.IO.Path.Combine(Path, SettingsName);

    /// <summary>The file of the training's state.</summary>
    public string State => System.IO.Path.Combine(Path, CheckpointName, StateName);

    /// <summary>Whether the training has not come to its end.</summary>
    public bool IsUnfinished => Directory.Exists(System.IO.Path.GetDirectoryName(State));

    /// <summary>Refuses a path that <see cref="Begin"/> would refuse.</summary>
    public static void Require(string path, bool overwrite)
    {
        if (overwrite && new RunFolder(path) is { } folder && (folder.IsUnfinished || File.Exists(folder.Settings)))
            return;
        if (!overwrite && new RunFolder(path).IsUnfinished)
            throw new InputException($"{path}: holds a training that is not finished; go on with --resume {path}, or give --overwrite to begin again");
        SentenceClassifier.RequireSavePath(path, overwrite);
    }

    /// <summary>Begins a training; a model that is in the folder stays until the new one is there.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="settings">JSON.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static RunFolder Begin(string path, byte[] settings)
    {
        var folder = new RunFolder(path);
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(folder.State)!);
            File.Delete(folder.State);
            foreach (string name in (string[])[MetricsName, GradientsName, EvaluationName, ReportName])
                File.Delete(System.IO.Path.Combine(path, name));
            File.WriteAllBytes(folder.Settings, settings);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be written to ({e.Message.TrimEnd('.')}); choose another --out or make it writable", e);
        }
        return folder;
    }

    /// <summary>Finds the folder of a training that was stopped.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static RunFolder Resume(string path)
    {
        var folder = new RunFolder(path);
        if (!File.Exists(folder.Settings))
            throw new InputException($"{path}: no training to go on with (no {SettingsName}); begin one with unroll train DATA --out {path}");
        return folder;
    }

    /// <summary>Writes the report of the rows.</summary>
    public void WriteData(string json) => File.WriteAllText(System.IO.Path.Combine(Path, DataName), json + "\n");

    /// <summary>Writes what was measured on the dev rows.</summary>
    public void WriteEvaluation(string json) => File.WriteAllText(System.IO.Path.Combine(Path, EvaluationName), json + "\n");

    /// <summary>Adds the line of an epoch; lines of it and later ones, from before a resumed training, go.</summary>
    public void AddMetrics(EpochReport report) => AddLine(MetricsName, report.Epoch, EpochJson.Line(report));

    /// <summary>Adds how gradients flowed in an epoch, in the same way.</summary>
    public void AddGradients(GradientFlow flow) => AddLine(GradientsName, flow.Epoch, GradientJson.Line(flow));

    /// <summary>Writes the model's files.</summary>
    public void Save(SentenceClassifier classifier) => classifier.SaveInto(Path);

    /// <summary>Removes the state, which nothing needs any more. The settings stay: they say how the model was made.</summary>
    public void Finish()
    {
        File.Delete(State);
        Directory.Delete(System.IO.Path.GetDirectoryName(State)!, recursive: true);
    }

    private void AddLine(string name, int epoch, string line)
    {
        string path = System.IO.Path.Combine(Path, name);
        IEnumerable<string> before = File.Exists(path) ? File.ReadLines(path).Take(epoch - 1).ToArray() : [];
        File.WriteAllText(path + ".tmp", string.Concat(before.Append(line).Select(each => each + "\n")));
        File.Move(path + ".tmp", path, overwrite: true);
    }
}
