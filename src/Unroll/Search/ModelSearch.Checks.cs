using System.Text.Json;

namespace Unroll.Search;

/// <content>What must be as it was when the search began.</content>
public sealed partial class ModelSearch
{
    private void Require(JsonElement line, string key, string expected, string what)
    {
        string? found = line.TryGetProperty(key, out JsonElement value) ? value.GetString() : null;
        if (found == expected)
            return;
        string told = key == "rows" ? "" : $" ({found ?? "nothing"}, and {expected} was asked for)";
        throw new InputException(
            $"{_folder}: holds a search that is not {what}{told}; give what it began with, or choose another path");
    }

    // What has begun with other settings would go on with these.
    private void RequireSameSettings(SearchProgress progress)
    {
        foreach ((int trial, IReadOnlyList<KeyValuePair<string, string>> begun) in progress.Settings)
        {
            IReadOnlyList<KeyValuePair<string, string>> now = _trialOf(trial).Settings;
            if (begun.SequenceEqual(now))
                continue;
            string found = string.Join(' ', begun.Except(now).Select(setting => $"{setting.Key}={setting.Value}"));
            string asked = string.Join(' ', now.Except(begun).Select(setting => $"{setting.Key}={setting.Value}"));
            throw new InputException(
                $"{_folder}: trial {trial} began with {(found.Length == 0 ? "fewer settings" : found)}, and " +
                $"{(asked.Length == 0 ? "fewer settings" : asked)} would be drawn now; give the space it began with, or choose " +
                "another path");
        }
    }
}
