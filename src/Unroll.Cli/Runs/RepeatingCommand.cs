using System.Text.Json;

namespace Unroll.Cli.Runs;

/// <summary>The command that repeats a run: what was set otherwise than usual.</summary>
internal static class RepeatingCommand
{
    /// <summary>Of a run with <c>train.json</c>.</summary>
    public static string OfTraining(JsonElement settings, string name)
    {
        using JsonDocument defaults = JsonDocument.Parse(RunSettings.Defaults());
        List<string> words = ["unroll", "train"];
        if (settings.TryGetProperty(SettingsFile.DataKey, out JsonElement data))
            words.Add(data.ToString());
        foreach (JsonProperty setting in settings.EnumerateObject())
        {
            bool isDefault = defaults.RootElement.TryGetProperty(setting.Name, out JsonElement usual)
                && JsonElement.DeepEquals(usual, setting.Value);
            if (setting.Name != SettingsFile.DataKey && !isDefault)
                Add(words, setting.Name, setting.Value);
        }
        return Join([.. words, "--out", name]);
    }

    /// <summary>Of the lab.</summary>
    public static string OfLab(JsonElement settings, string name)
    {
        List<string> words = ["unroll", "lab"];
        foreach (JsonProperty setting in settings.EnumerateObject())
        {
            if (!LabRun.Defaults.Contains((setting.Name, setting.Value.ToString())))
                Add(words, setting.Name, setting.Value);
        }
        return Join([.. words, "--out", name]);
    }

    /// <summary>Of an experiment.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">Options that were given, with their values; null for a switch.</param>
    public static string OfExperiment(string name, IEnumerable<(string Name, string? Value)> options) =>
        Join(["unroll", "experiment", name, .. options.SelectMany(Words)]);

    private static string[] Words((string Name, string? Value) option) =>
        option.Value is null ? [option.Name] : [option.Name, option.Value];

    private static void Add(List<string> words, string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement one in value.EnumerateArray())
                Add(words, name, one);
            return;
        }
        words.Add(value.ValueKind == JsonValueKind.False ? $"--{name}=false" : $"--{name}");
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            words.Add(value.ToString());
    }

    private static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quoted));

    // As a POSIX shell reads it.
    private static string Quoted(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "_-./:=,@%+".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
