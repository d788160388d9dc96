using System.Text;
using System.Text.Json;
using Unroll.Classroom;
using Unroll.Inspection;
using Unroll.Models;
using Unroll.Storage;

namespace Unroll.Cli.Runs;

/// <summary>The files of one run, as the page takes them.</summary>
internal sealed class RunFiles
{
    private const string ConfigName = "config.json";

    private readonly string _folder;

    private RunFiles(string folder) => _folder = folder;

    /// <summary>Finds a run.</summary>
    /// <exception cref="InputException">The folder holds none.</exception>
    public static RunFiles Open(string folder)
    {
        FolderLock.Recover(folder);
        bool isLinearAlone = RunFolder.IsLinearAlone(folder) && SentenceClassifier.IsModelFolder(folder);
        if (!File.Exists(Path.Combine(folder, RunFolder.MetricsName)) && !isLinearAlone)
        {
            if (RunFolder.IsUnfinishedIn(folder))
            {
                throw new InputException(
                    $"{folder}: no epoch of the training has ended yet, and there is nothing to show; " +
                    $"go on with unroll train --resume {folder} if it was stopped");
            }
            string found = SentenceClassifier.IsModelFile(folder) ? "is a model in one file, which holds no run"
                : File.Exists(folder) ? "is a file"
                : Directory.Exists(folder) ? $"no {RunFolder.MetricsName} in it"
                : "no such folder";
            throw new InputException(
                $"{folder}: {found}, expected the folder of a run; make one with unroll train DATA --out {folder}");
        }
        return new RunFiles(folder);
    }

    /// <summary>What is to be told of a training that has not ended, in one line; null for others.</summary>
    public static string? NoteOf(string folder)
    {
        if (!RunFolder.IsUnfinishedIn(folder))
            return null;
        string without = RunFolder.IsBeingReplaced(folder)
            ? ", without the old model in the folder, which is of another training"
            : "";
        return $"{folder}: the training has not ended, and the page shows its epochs so far{without}; " +
            $"go on with unroll train --resume {folder} if it was stopped";
    }

    /// <summary>What the run is called: its folder.</summary>
    public string Name => NameOf(_folder);

    /// <summary>The name of a folder, without those above it.</summary>
    public static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    /// <summary>The name of a file without the folders above it, of whichever system they are.</summary>
    public static string FileNameOf(string path) => path[(path.LastIndexOfAny(['/', '\\']) + 1)..];

    /// <summary>Names of runs that tell them apart: of each folder as many parts as it takes, from the last.</summary>
    public static string[] NamesOf(IReadOnlyList<string> folders)
    {
        string[] full = [.. folders.Select(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))];
        int different = full.Distinct().Count();
        for (int count = 1; ; count++)
        {
            string[] names = [
                .. full.Select(folder => string.Join('/', folder.Split(Path.DirectorySeparatorChar).TakeLast(count)))];
            if (names.Distinct().Count() == different)
                return names;
        }
    }

    private bool IsLab => File.Exists(Path.Combine(_folder, LabRun.SettingsName));

    /// <summary>The sentences that the lab tested, word by word; none of other runs.</summary>
    /// <exception cref="InputException">The lab's model is damaged.</exception>
    public IReadOnlyList<TextInspection> Sentences()
    {
        if (!IsLab || !SentenceClassifier.IsModelFolder(_folder))
            return [];
        using JsonDocument settings = Parse(LabRun.SettingsName)!;
        string[] texts = settings.RootElement.TryGetProperty(LabRun.TestKey, out JsonElement given)
            ? TextsOf(given)
            : [.. LabExercise.TestSentences];
        SentenceClassifier classifier = SentenceClassifier.Load(_folder);
        return [.. texts.Select(text => Inspector.Inspect(classifier, text))];
    }

    // What the page says of the lab alone: its loss, and what its labels mean.
    private static void WriteLabFields(Utf8JsonWriter json)
    {
        json.WriteString("loss", "cross-entropy, both sentences together (nats)");
        json.WriteStartObject("label_names");
        for (int label = 0; label < LabExercise.LabelNames.Count; label++)
            json.WriteString($"{label}", LabExercise.LabelNames[label]);
        json.WriteEndObject();
    }

    private string[] TextsOf(JsonElement given) =>
        given.ValueKind == JsonValueKind.Array && given.EnumerateArray().All(text => text.ValueKind == JsonValueKind.String)
            ? [.. given.EnumerateArray().Select(text => text.GetString()!)]
            : throw new InputException(
                $"{Path.Combine(_folder, LabRun.SettingsName)}: {LabRun.TestKey} is {given.ValueKind}, " +
                "expected an array of texts; restore it or run the lab again");

    /// <summary>Writes the run as one object.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="name">What it is called in the page.</param>
    public void Write(Utf8JsonWriter json, string name)
    {
        bool isLab = IsLab;
        using JsonDocument? settings = isLab ? Parse(LabRun.SettingsName) : WithFileNames(Parse(RunFolder.SettingsName));
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("command", settings is null ? "" : isLab
            ? RepeatingCommand.OfLab(settings.RootElement, Name)
            : RepeatingCommand.OfTraining(settings.RootElement, Name));
        if (isLab)
            WriteLabFields(json);
        // A model that is about to be replaced is not of this run.
        JsonDocument? config = RunFolder.IsBeingReplaced(_folder) ? null : Parse(ConfigName);
        // A cell that this build does not know has no description.
        if (config is not null && config.RootElement.TryGetProperty("cell", out JsonElement cell)
            && cell.ValueKind == JsonValueKind.String
            && Enum.TryParse(cell.GetString(), ignoreCase: true, out Cell known) && Enum.IsDefined(known))
            CellJson.Write(json, "cell", known);
        WriteObject("config", config);
        WriteObject("settings", settings);
        WriteLines("metrics", RunFolder.MetricsName);
        if (Parse(RunFolder.DataName) is { } data)
        {
            using (data)
            {
                if (data.RootElement.TryGetProperty("data", out JsonElement report))
                    WriteProperty("data", report);
            }
        }
        if (Parse(RunFolder.EvaluationName) is { } evaluation)
            WriteObject("evaluation", evaluation);
        if (File.Exists(Path.Combine(_folder, RunFolder.GradientsName)))
            WriteLines("gradients", RunFolder.GradientsName);
        json.WriteEndObject();

        void WriteProperty(string key, JsonElement value)
        {
            json.WritePropertyName(key);
            value.WriteTo(json);
        }

        void WriteObject(string key, JsonDocument? document)
        {
            using (document)
            {
                if (document is not null)
                {
                    WriteProperty(key, document.RootElement);
                    return;
                }
            }
            json.WriteStartObject(key);
            json.WriteEndObject();
        }

        void WriteLines(string key, string file)
        {
            json.WriteStartArray(key);
            int number = 0;
            string? lines = Read(file);
            foreach (string line in (lines ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                using JsonDocument document = ParseObject(line, file, ++number);
                if (file == RunFolder.MetricsName)
                    RequireEpoch(document.RootElement, number);
                document.RootElement.WriteTo(json);
            }
            if (number == 0 && lines is not null && file == RunFolder.MetricsName)
            {
                throw new InputException(
                    $"{Path.Combine(_folder, file)}: has no epoch, expected a line for each; restore the file or train again");
            }
            json.WriteEndArray();
        }
    }

    // What every chart stands on.
    private void RequireEpoch(JsonElement line, int number)
    {
        foreach (string key in (string[])["epoch", "train_loss"])
        {
            bool isNumber = line.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number
                && double.IsFinite(value.GetDouble());
            if (!isNumber)
            {
                throw new InputException(
                    $"{Path.Combine(_folder, RunFolder.MetricsName)}:{number}: no number under \"{key}\", expected the line of " +
                    "an epoch as unroll train writes it; restore the file or train again");
            }
        }
    }

    // A page is handed on: it names files without the folders they stand in.
    private static JsonDocument? WithFileNames(JsonDocument? settings)
    {
        if (settings is null)
            return null;
        using (settings)
        {
            string[] pathNames = [SettingsFile.DataKey, .. new RunSettings().Flags.PathNames];
            return JsonDocument.Parse(JsonLine.Of(json =>
            {
                foreach (JsonProperty setting in settings.RootElement.EnumerateObject())
                {
                    if (pathNames.Contains(setting.Name) && setting.Value.ValueKind == JsonValueKind.String)
                        json.WriteString(setting.Name, FileNameOf(setting.Value.GetString()!));
                    else
                        setting.WriteTo(json);
                }
            }));
        }
    }

    private JsonDocument? Parse(string file) => Read(file) is { } text ? ParseObject(text, file, 1) : null;

    private JsonDocument ParseObject(string text, string file, int firstLine)
    {
        string path = Path.Combine(_folder, file);
        try
        {
            var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                RequireText(document.RootElement);
                return document;
            }
            document.Dispose();
            throw new InputException(
                $"{path}:{firstLine}: no JSON object, expected one as unroll train writes it; restore the file or train again");
        }
        catch (InvalidOperationException e)
        {
            throw new InputException(
                $"{path}:{firstLine}: has a string that is no Unicode, expected a file as unroll train writes it; " +
                "restore it or train again", e);
        }
        catch (JsonException e)
        {
            throw new InputException(
                $"{path}:{firstLine + e.LineNumber}: not JSON at byte {e.BytePositionInLine + 1}, " +
                "expected a file as unroll train writes it; restore it or train again", e);
        }
    }

    // Half a surrogate pair is JSON, but no text that can be written again.
    private static void RequireText(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (JsonElement each in element.EnumerateArray())
                    RequireText(each);
                break;
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    _ = property.Name;
                    RequireText(property.Value);
                }
                break;
            default:
                break;
        }
    }

    private string? Read(string file)
    {
        string path = Path.Combine(_folder, file);
        try
        {
            return File.ReadAllText(path, Encoding.UTF8);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({e.Message.TrimEnd('.')}); make it readable", e);
        }
    }
}
