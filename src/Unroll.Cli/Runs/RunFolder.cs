using Unroll.Models;
using Unroll.Storage;
using Unroll.Training;

namespace Unroll.Cli.Runs;

/// <summary>
/// The folder of a training: <c>train.json</c> (its settings), <c>data.json</c> (the report of its rows), <c>metrics.jsonl</c>
/// and
/// <c>gradients.jsonl</c> (a line an epoch), <c>checkpoint/</c> while it is not finished, then <c>evaluation.json</c> (the dev
/// rows),
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

    /// <summary>Whether a training began here and has not come to its end.</summary>
    public bool IsUnfinished => Directory.Exists(Checkpoints) && File.Exists(Settings);

    private string Checkpoints => System.IO.Path.GetDirectoryName(State)!;

    /// <summary>Refuses a path that <see cref="Begin"/> would refuse.</summary>
    public static void Require(string path, bool overwrite)
    {
        var folder = new RunFolder(path);
        if (folder.IsUnfinished && !overwrite)
        {
            throw new InputException(
                $"{path}: holds a training that is not finished; go on with --resume {path}, or give --overwrite to begin again");
        }
        // A training that was killed before its settings had their name has nothing to lose.
        bool neverBegan = Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path, "*", SearchOption.AllDirectories)
            .All(entry => entry == folder.Checkpoints || entry == DurableFile.Temporary(folder.Settings));
        if (neverBegan || folder.IsUnfinished)
            return;
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
            // Old settings go first and new ones come last, so that a kill in between never pairs a state with another training's
            // settings.
            if (Directory.Exists(path))
                File.Delete(folder.Settings);
            Directory.CreateDirectory(folder.Checkpoints);
            File.Delete(folder.State);
            foreach (string name in (string[])
                [DataName, MetricsName, GradientsName, EvaluationName, ReportName, LabRun.SettingsName])
            {
                File.Delete(System.IO.Path.Combine(path, name));
            }
            DurableFile.Replace(folder.Settings, stream => stream.Write(settings));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"{path}: cannot be written to ({e.Message.TrimEnd('.')}); choose another --out or make it writable", e);
        }
        return folder;
    }

    /// <summary>Finds the folder of a training that was stopped.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static RunFolder Resume(string path)
    {
        var folder = new RunFolder(path);
        if (Directory.Exists(folder.Checkpoints) && !File.Exists(folder.Settings))
        {
            throw new InputException(
                $"{path}: the training was stopped before it began; begin it again with unroll train DATA --out {path}");
        }
        if (!folder.IsUnfinished && !(File.Exists(folder.Settings) && SentenceClassifier.IsModelFolder(path)))
        {
            throw new InputException(
                $"{path}: no training to go on with (no {SettingsName} of one); begin one with unroll train DATA --out {path}");
        }
        return folder;
    }

    /// <summary>Writes the report of the rows.</summary>
    public void WriteData(string json) => File.WriteAllText(System.IO.Path.Combine(Path, DataName), json + "\n");

    /// <summary>Writes what was measured on the dev rows.</summary>
    public void WriteEvaluation(string json) => File.WriteAllText(System.IO.Path.Combine(Path, EvaluationName), json + "\n");

    /// <summary>Adds the line of an epoch; lines of it and later ones, from before a resumed training, go.</summary>
    public void AddMetrics(EpochReport report) => AddLine(MetricsName, report.Epoch, EpochReportJson.Line(report));

    /// <summary>Adds how gradients flowed in an epoch, in the same way.</summary>
    public void AddGradients(GradientFlow flow) => AddLine(GradientsName, flow.Epoch, GradientFlowJson.Line(flow));

    /// <summary>Writes the model's files.</summary>
    public void Save(SentenceClassifier classifier) => classifier.SaveInto(Path);

    /// <summary>Removes the state, which nothing needs any more. The settings stay: they say how the model was made.</summary>
    public void Finish()
    {
        File.Delete(State);
        Directory.Delete(Checkpoints);
    }

    private void AddLine(string name, int epoch, string line)
    {
        string path = System.IO.Path.Combine(Path, name);
        IEnumerable<string> before = File.Exists(path) ? File.ReadLines(path).Take(epoch - 1).ToArray() : [];
        File.WriteAllText(path + ".tmp", string.Concat(before.Append(line).Select(each => each + "\n")));
        File.Move(path + ".tmp", path, overwrite: true);
    }
}
