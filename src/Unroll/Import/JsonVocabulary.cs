using System.Globalization;
using System.Text.Json;
using Unroll.Data;

namespace Unroll.Import;

/// <summary>
/// Vocabularies as JSON: a list of tokens, an object of tokens and their ids, or one of ids and their tokens.
/// </summary>
internal static class JsonVocabulary
{
    /// <summary>The tokens with their ids, and whether the file says the ids; null where it is no JSON.</summary>
    /// <param name="lines">The file's lines.</param>
    /// <param name="path">The file, for errors.</param>
    /// <exception cref="InputException">It is JSON of another form.</exception>
    public static (IReadOnlyList<VocabularyEntry> Entries, bool HasIds)? Read(IReadOnlyList<string> lines, string path)
    {
        // A list of tokens may begin with [PAD] or {; then all of it is no JSON.
        string? first = lines.FirstOrDefault(line => !string.IsNullOrWhiteSpace(line));
        if (first?.TrimStart() is not ['{' or '[', ..] || Parse(lines) is not { } document)
            return null;
        using (document)
        {
            try
            {
                return document.RootElement.ValueKind == JsonValueKind.Array
                    ? (ReadList(document.RootElement, path), false)
                    : (ReadObject(document.RootElement, path), true);
            }
            catch (InvalidOperationException e)
            {
                throw new InputException($"{path}: a token holds half a surrogate pair, expected text; take it out", e);
            }
        }
    }

    /// <summary>Refuses JSON lines: a token and its id as an object or list on each line.</summary>
    /// <param name="lines">The file's lines, which are no JSON together.</param>
    /// <param name="path">The file, for errors.</param>
    /// <exception cref="InputException">They are JSON lines.</exception>
    public static void RefuseLines(IReadOnlyList<string> lines, string path)
    {
        string[] first = [.. lines.Where(line => !string.IsNullOrWhiteSpace(line)).Take(2)];
        if (first.Length < 2 || !first.All(line => line.TrimStart()[0] == '{'))
            return;
        using JsonDocument? one = Parse([first[0]]);
        using JsonDocument? two = Parse([first[1]]);
        if (one is null || two is null)
            return;
        string? token = Named(JsonValueKind.String);
        string? id = Named(JsonValueKind.Number);
        string python = token is null || id is null
            ? "write one object of all tokens and their ids"
            : $"write one object: jq -s 'map({{(.{token}): .{id}}}) | add' {path} > vocabulary.json";
        throw new InputException(
            $"{path}:1: JSON lines, expected one JSON object of tokens and ids, or a list of tokens; {python}");

        string? Named(JsonValueKind kind) => one.RootElement.EnumerateObject()
            .Where(property => property.Value.ValueKind == kind).Select(property => property.Name).FirstOrDefault();
    }

    // Files of libraries that have the map inside.
    private static void RefuseTokenizer(JsonElement root, string path)
    {
        if (root.TryGetProperty("model", out JsonElement model) && model.ValueKind == JsonValueKind.Object
            && model.TryGetProperty("vocab", out JsonElement vocabulary))
        {
            string filter = vocabulary.ValueKind == JsonValueKind.Array ? "[.model.vocab[][0]]" : ".model.vocab";
            throw new InputException(
                $"{path}: a tokenizer of Hugging Face, whose tokens and ids are in model.vocab, expected these alone; save them: "
                + $"jq '{filter}' {path} > vocabulary.json");
        }
        if (root.TryGetProperty("config", out JsonElement config) && config.ValueKind == JsonValueKind.Object
            && config.TryGetProperty("word_index", out JsonElement index))
        {
            string filter = index.ValueKind == JsonValueKind.String ? ".config.word_index | fromjson" : ".config.word_index";
            throw new InputException(
                $"{path}: a tokenizer of Keras, whose tokens and ids are in config.word_index, expected these alone; save them: "
                + $"jq '{filter}' {path} > vocabulary.json");
        }
    }

    private static JsonDocument? Parse(IReadOnlyList<string> lines)
    {
        try
        {
            return JsonDocument.Parse(string.Join('\n', lines));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static List<VocabularyEntry> ReadList(JsonElement list, string path)
    {
        var entries = new List<VocabularyEntry>();
        foreach (JsonElement token in list.EnumerateArray())
        {
            int id = entries.Count;
            entries.Add(token.ValueKind == JsonValueKind.String
                ? new VocabularyEntry(token.GetString()!, id, $"id {id}")
                : throw new InputException($"{path}: place {id} of the JSON list is {Name(token)}, expected a token in quotes"));
        }
        return entries.Count > 0 ? entries : throw Empty(path);
    }

    private static List<VocabularyEntry> ReadObject(JsonElement map, string path)
    {
        RefuseTokenizer(map, path);
        var ids = new Dictionary<int, string>();
        var entries = new List<VocabularyEntry>();
        foreach (JsonProperty property in map.EnumerateObject())
        {
            (string token, int id) = TokenAndId(property, path);
            if (!ids.TryAdd(id, token))
            {
                throw new InputException(
                    $"{path}: the tokens {Excerpt.Of(ids[id])} and {Excerpt.Of(token)} both have id {id}, expected an id for "
                        + $"each");
            }
            entries.Add(new VocabularyEntry(token, id, $"id {id}"));
        }
        return entries.Count > 0 ? entries : throw Empty(path);
    }

    private static (string Token, int Id) TokenAndId(JsonProperty property, string path)
    {
        JsonElement value = property.Value;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int id) && id is >= 0 and < int.MaxValue)
            return (property.Name, id);
        bool isNumber = int.TryParse(property.Name, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id < int.MaxValue;
        if (value.ValueKind == JsonValueKind.String && isNumber)
            return (value.GetString()!, id);
        string advice = value.ValueKind is JsonValueKind.Object or JsonValueKind.Array
            ? $"; if {Excerpt.Of(property.Name)} holds the ids, save it alone as JSON"
            : "";
        throw new InputException(
            $"{path}: the JSON object has {Name(value)} as {Excerpt.Of(property.Name)}, expected an id for each token, as in " +
            $"{{\"<pad>\": 0, \"<unk>\": 1, \"the\": 2}}{advice}");
    }

    private static InputException Empty(string path) => new($"{path}: the vocabulary is empty, expected a token and its id");

    private static string Name(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => $"the text {Excerpt.Of(value.GetString()!)}",
        JsonValueKind.Number => $"the number {value.GetRawText()}",
        JsonValueKind.True or JsonValueKind.False => value.GetRawText().ToLowerInvariant(),
        JsonValueKind.Null or JsonValueKind.Undefined => "null",
        _ => throw new InvalidOperationException($"no JSON value is {value.ValueKind}"),
    };
}
