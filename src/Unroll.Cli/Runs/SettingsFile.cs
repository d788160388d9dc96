using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Unroll.Data;

namespace Unroll.Cli.Runs;

/// <summary>
/// Settings in a JSON file: the command's options without their dashes, as in <c>{"cell": "gru", "bidirectional": true}</c>. The
/// command line goes before the file.
/// </summary>
internal static class SettingsFile
{
    /// <summary>The key of the file of rows.</summary>
    public const string DataKey = "data";

    private const string Example = "{\"cell\": \"gru\"}";

    /// <summary>Reads a file and puts its settings before what the command line says.</summary>
    /// <param name="path">The file.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="flags">What the file may set.</param>
    /// <param name="data">The argument that the file may name as <c>"data"</c>.</param>
    /// <param name="pathOf">The file that a name in the settings stands for.</param>
    /// <param name="content">What the file holds; null to read it.</param>
    /// <exception cref="InputException">
    /// The file is missing, no JSON object, or has a key or value that cannot be used.
    /// </exception>
    public static ParseResult Merge(
        string path, ParseResult parsed, Flags flags, Argument<string?> data, Func<string, string> pathOf,
        byte[]? content = null)
    {
        Command command = parsed.CommandResult.Command;
        string[] pathNames = [DataKey, .. flags.PathNames];
        List<(string Name, string Value)> entries = [
            .. Read(path, flags, command, content).Select(
                entry => pathNames.Contains(entry.Name) ? (entry.Name, pathOf(entry.Value)) : entry)];
        IEnumerable<Token> words = parsed.Tokens.SkipWhile(token => token.Type != TokenType.Command).Skip(1);
        string[] given = [.. words.Select(token => token.Value)];

        // Alone first, so that a fault of the file is answered with its name.
        Check(command.Parse([.. entries.Select(Word)], Options.Parser), path);
        IEnumerable<string> added = entries
            .Where(entry => entry.Name == DataKey
                ? parsed.GetValue(data) is null
                : parsed.GetResult(flags.All.First(option => Flags.NameOf(option) == entry.Name)) is null or { Implicit: true })
            .Select(Word);
        ParseResult merged = command.Parse([.. given, .. added], Options.Parser);
        Check(merged, path);
        return merged;

        string Word((string Name, string Value) entry) => entry.Name == DataKey ? entry.Value : $"--{entry.Name}={entry.Value}";
    }

    /// <summary>
    /// The file that a name in a settings file stands for: from the current folder, or from the folder of the settings where the
    /// current one has none of that name, as the settings of a run are written.
    /// </summary>
    /// <param name="settings">The settings file.</param>
    /// <param name="written">The name.</param>
    public static string PathOf(string settings, string written)
    {
        string beside = RunPaths.Read(Path.GetDirectoryName(Path.GetFullPath(settings))!, written);
        return written != DataInput.StandardInput && !File.Exists(written) && File.Exists(beside) ? beside : written;
    }

    private static List<(string Name, string Value)> Read(string path, Flags flags, Command command, byte[]? content) =>
        JsonSettings.Read(content ?? ReadFile(path), path, Example, settings => Entries(settings, path, flags, command));

    private static List<(string Name, string Value)> Entries(
        JsonElement settings, string path, Flags flags, Command command)
    {
        string[] known = [DataKey, .. flags.Names];
        var entries = new List<(string, string)>();
        foreach (JsonProperty property in settings.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                if (command.Options.FirstOrDefault(option => Flags.NameOf(option) == property.Name) is { } elsewhere)
                {
                    throw new InputException(
                        $"{path}: \"{property.Name}\" is no setting of the model or its training, " +
                        $"expected it on the command line; give {elsewhere.Name} there");
                }
                string hint = NearestName.Of(property.Name, known) is { } near ? $"did you mean \"{near}\"? " : "";
                throw new InputException(
                    $"{path}: unknown key \"{property.Name}\"; {hint}unroll train --help lists all, without the dashes");
            }
            bool isList = flags.All.Any(option => option is Option<string[]> && Flags.NameOf(option) == property.Name);
            if (isList && property.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object)
            {
                entries.AddRange(Words(property, path).Select(word => (property.Name, word)));
                continue;
            }
            if (property.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object)
            {
                throw new InputException(
                    $"{path}: \"{property.Name}\" is a JSON {JsonSettings.KindOf(property.Value)}, " +
                    "expected a string, a number, true or false");
            }
            bool isSwitch = flags.All.Any(option => option is Option<bool> && Flags.NameOf(option) == property.Name);
            if (isSwitch && property.Value.ValueKind != JsonValueKind.Null
                && !bool.TryParse(property.Value.ToString(), out _))
            {
                throw new InputException(
                    $"{path}: \"{property.Name}\" is {Excerpt.Visible(property.Value.ToString())}, expected true or false");
            }
            if (property.Value.ValueKind != JsonValueKind.Null)
                entries.Add((property.Name, property.Value.ToString()));
        }
        return entries;
    }

    // A list of LABEL=NUMBER, or an object of labels and numbers, each as one value of the option.
    private static IEnumerable<string> Words(JsonProperty list, string path)
    {
        if (list.Value.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty entry in list.Value.EnumerateObject())
            {
                if (entry.Value.ValueKind is not (JsonValueKind.Number or JsonValueKind.String))
                    throw Unusable(entry.Value, "a number for each label");
                yield return $"{QuotedList.Quoted(entry.Name)}={entry.Value}";
            }
            yield break;
        }
        foreach (JsonElement entry in list.Value.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.String)
                throw Unusable(entry, "strings such as \"good=2\"");
            string word = entry.GetString()!;
            int equals = word.LastIndexOf('=');
            bool isPlain = equals < 0 || word.StartsWith('"') || !word.Contains(',', StringComparison.Ordinal);
            yield return isPlain ? word : $"{QuotedList.Quoted(word[..equals].Trim())}{word[equals..]}";
        }

        InputException Unusable(JsonElement found, string expected) =>
            new($"{path}: \"{list.Name}\" holds a JSON {JsonSettings.KindOf(found)}, expected {expected}");
    }

    private static ReadOnlyMemory<byte> ReadFile(string path)
    {
        try
        {
            return JsonSettings.RequireText(File.ReadAllBytes(path), path, "give a file such as --print-config writes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            string found = Directory.Exists(path) ? "is a folder"
                : e is FileNotFoundException or DirectoryNotFoundException or ArgumentException ? "no such file"
                : $"cannot be read ({e.Message.TrimEnd('.')})";
            throw new InputException($"{path}: {found}; expected a JSON file such as --print-config writes", e);
        }
    }

    private static void Check(ParseResult parsed, string path)
    {
        if (parsed.Errors.Count > 0)
            throw new InputException($"{path}: {parsed.Errors[0].Message.TrimEnd('.')}");
    }
}
