using System.Text;
using System.Text.Json;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Training;

namespace Unroll.Cli.Runs;

/// <summary>
/// The folder of a training: <c>train.json</c> (its settings), <c>data.json</c> (the report of its rows), <c>metrics.jsonl</c>
/// and <c>gradients.jsonl</c> (a line an epoch), <c>checkpoint/</c> while it is not finished, then the files of the model,
/// <c>evaluation.json</c> (the dev rows) and <c>report.html</c>. Each is written whole or not at all, and the training holds the
/// folder while it runs.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    internal const string SettingsName = "train.json";
    internal const string MetricsName = "metrics.jsonl";
    internal const string GradientsName = "gradients.jsonl";
    internal const string DataName = "data.json";
    internal const string EvaluationName = "evaluation.json";
    internal const string ReportName = "report.html";

    private const string CheckpointName = "checkpoint";
    private const string StateName = "state.safetensors";

    private static readonly string[] Results = [DataName, MetricsName, GradientsName, EvaluationName, ReportName];

    private readonly FolderLock _held;

    private RunFolder(FolderLock held) => _held = held;

    /// <summary>The folder.</summary>
    public string Path => _held.Path;

    /// <summary>The settings that a resumed training goes on with.</summary>
    public string Settings => SettingsIn(Path);

    /// <summary>The file of the training's state.</summary>
    public string State => StateIn(Path);

    /// <summary>Whether a training began here and has not come to its end.</summary>
    public bool IsUnfinished => IsUnfinishedIn(Path);

    /// <summary>Whether the run measured on dev rows, and what it measured is missing.</summary>
    public bool LacksEvaluation =>
        (Epochs() is [.., { DevAccuracy: not null }] || IsLinearAlone(Path)) && !IsObject(PathOf(EvaluationName));

    /// <summary>Whether the page is missing or not whole.</summary>
    public bool LacksReport => !File.Exists(PathOf(ReportName))
        || !File.ReadAllText(PathOf(ReportName)).AsSpan().TrimEnd().EndsWith("</html>", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the run is that of a linear part alone, which is not trained in epochs.</summary>
    /// <param name="path">The folder.</param>
    public static bool IsLinearAlone(string path)
    {
        string settings = System.IO.Path.Combine(path, SettingsName);
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(settings));
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("cell", out JsonElement cell)
                && cell.ValueKind == JsonValueKind.String && cell.GetString() == TrainFlags.NoNetwork;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return false;
        }
    }

    /// <summary>The file of the settings of a training in a folder.</summary>
    /// <param name="path">The folder.</param>
    public static string SettingsIn(string path) => System.IO.Path.Combine(path, SettingsName);

    /// <summary>The file of the state of a training in a folder.</summary>
    /// <param name="path">The folder.</param>
    public static string StateIn(string path) => System.IO.Path.Combine(path, CheckpointName, StateName);

    /// <summary>Whether a training began in a folder and has not come to its end.</summary>
    /// <param name="path">The folder.</param>
    public static bool IsUnfinishedIn(string path) =>
        Directory.Exists(System.IO.Path.Combine(path, CheckpointName)) && File.Exists(System.IO.Path.Combine(path, SettingsName));

    /// <summary>Whether a training began here and the model is still that of before.</summary>
    /// <param name="path">The folder.</param>
    public static bool IsBeingReplaced(string path) => IsUnfinishedIn(path)
        && File.GetLastWriteTimeUtc(System.IO.Path.Combine(path, "config.json"))
            < File.GetLastWriteTimeUtc(System.IO.Path.Combine(path, SettingsName));

    /// <summary>Takes a folder to train in.</summary>
    /// <param name="path">The folder; it is made where there is none.</param>
    /// <param name="overwrite">Whether what is in it may be replaced.</param>
    /// <exception cref="InputException">
    /// Another process is training in it, it holds what may not be replaced, or it cannot be written to.
    /// </exception>
    public static RunFolder Take(string path, bool overwrite) => Hold(path, () => Require(path, overwrite));

    /// <summary>Takes the folder of a training that was stopped, or that is finished.</summary>
    /// <exception cref="InputException">There is none, or another process is training in it.</exception>
    public static RunFolder Resume(string path) => Hold(path, () => RequireTraining(path));

    /// <summary>Begins a training; a model that is in the folder stays until the new one is there.</summary>
    /// <param name="settings">JSON.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public void Begin(byte[] settings)
    {
        try
        {
            // A state without settings that fit it would never be used; settings without a state begin again.
            Directory.CreateDirectory(PathOf(CheckpointName));
            File.Delete(State);
            string[] old = [.. Results.Append(LabRun.SettingsName).Where(name => File.Exists(PathOf(name)))];
            if (old.Length > 0)
                _held.Update([(SettingsName, stream => stream.Write(settings))], old);
            else
                DurableFile.Replace(Settings, stream => stream.Write(settings));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"{Path}: cannot be written to ({WriteFailure.ReasonOf(e)}); choose another --out or make it writable", e);
        }
    }

    /// <summary>Begins the same training again; what is in the folder stays until it is replaced.</summary>
    public void BeginAgain() => Directory.CreateDirectory(PathOf(CheckpointName));

    /// <summary>Writes the report of the rows.</summary>
    public void WriteData(string json) => Write(DataName, json + "\n", flush: true);

    /// <summary>Writes what was measured on the dev rows.</summary>
    public void WriteEvaluation(string json) => Write(EvaluationName, json + "\n", flush: true);

    /// <summary>Adds the line of an epoch; lines of it and later ones, from before a resumed training, go.</summary>
    public void AddMetrics(EpochReport report) => AddLine(MetricsName, report.Epoch, EpochReportJson.Line(report));

    /// <summary>Adds how gradients flowed in an epoch, in the same way.</summary>
    public void AddGradients(GradientFlow flow) => AddLine(GradientsName, flow.Epoch, GradientFlowJson.Line(flow));

    /// <summary>The epochs that were trained; none where they cannot be read.</summary>
    public IReadOnlyList<EpochReport> Epochs()
    {
        try
        {
            var epochs = new List<EpochReport>();
            foreach (string line in File.ReadLines(PathOf(MetricsName)))
            {
                using JsonDocument document = JsonDocument.Parse(line);
                epochs.Add(EpochReportJson.Read(document.RootElement));
            }
            return epochs;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException
            or InvalidOperationException or FormatException)
        {
            return [];
        }
    }

    /// <summary>Writes the model's files.</summary>
    public void Save(SentenceClassifier classifier) => classifier.SaveInto(_held);

    /// <summary>Removes the state, which nothing needs any more. The settings stay: they say how the model was made.</summary>
    public void Finish()
    {
        if (Directory.Exists(PathOf(CheckpointName)))
            Directory.Delete(PathOf(CheckpointName), recursive: true);
    }

    /// <summary>Lets the folder go.</summary>
    public void Dispose() => _held.Dispose();

    private static RunFolder Hold(string path, Action require)
    {
        require();
        var held = FolderLock.Take(path);
        try
        {
            // Only now nobody else changes it.
            require();
            return new RunFolder(held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static void Require(string path, bool overwrite)
    {
        if (path.Length == 0)
            SentenceClassifier.RequireSavePath(path, overwrite);
        FolderLock.Recover(path);
        if (IsUnfinishedIn(path))
        {
            if (overwrite)
                return;
            throw new InputException(
                $"{path}: holds a training that is not finished; go on with --resume {path}, or give --overwrite to begin again");
        }
        // A training that was killed before its settings had their name has nothing to lose.
        string checkpoints = System.IO.Path.Combine(path, CheckpointName);
        bool neverBegan = Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path, "*", SearchOption.AllDirectories)
            .All(entry => entry == checkpoints || FolderLock.IsPassing(System.IO.Path.GetFileName(entry)));
        if (!neverBegan)
            SentenceClassifier.RequireSavePath(path, overwrite);
    }

    private static void RequireTraining(string path)
    {
        if (SentenceClassifier.IsModelFile(path))
        {
            throw new InputException(
                $"{path}: is a model in one file, which holds no run to go on with; give the folder of a run");
        }
        FolderLock.Recover(path);
        bool hasSettings = File.Exists(System.IO.Path.Combine(path, SettingsName));
        if (Directory.Exists(System.IO.Path.Combine(path, CheckpointName)) && !hasSettings)
        {
            throw new InputException(
                $"{path}: the training was stopped before it began; begin it again with unroll train DATA --out {path}");
        }
        if (!IsUnfinishedIn(path) && !(hasSettings && SentenceClassifier.IsModelFolder(path)))
        {
            throw new InputException(
                $"{path}: no training to go on with (no {SettingsName} of one); begin one with unroll train DATA --out {path}");
        }
    }

    private static bool IsObject(string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return false;
        }
    }

    private string PathOf(string name) => System.IO.Path.Combine(Path, name);

    private void Write(string name, string text, bool flush) =>
        DurableFile.Replace(PathOf(name), stream => stream.Write(Encoding.UTF8.GetBytes(text)), flush);

    private void AddLine(string name, int epoch, string line)
    {
        IEnumerable<string> before = File.Exists(PathOf(name)) ? File.ReadLines(PathOf(name)).Take(epoch - 1).ToArray() : [];
        Write(name, string.Concat(before.Append(line).Select(each => each + "\n")), flush: false);
    }
}
