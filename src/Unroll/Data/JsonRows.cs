using System.Text;
using System.Text.Json;

namespace Unroll.Data;

/// <summary>
/// Rows of JSON lines: one object a line with a key for the label and one for the text; lines of white space are passed over.
/// The label may be an array of labels, which may also stand under <c>labels</c>.
/// </summary>
internal static class JsonRows
{
    private const string SeveralKey = "labels";

    public static IEnumerable<LabelledText> Read(Utf8LineReader lines, DataFormat format)
    {
        string labelKey = format.LabelColumn ?? DataFormat.DefaultLabel;
        string textKey = format.TextColumn ?? DataFormat.DefaultText;
        if (labelKey == textKey)
        {
            throw new InputException(
                $"{lines.Source}: key {Excerpt.Of(labelKey)} is both label and text, expected two; " +
                "name them with DataFormat.LabelColumn and DataFormat.TextColumn");
        }
        while (lines.Read())
        {
            if (!lines.Line.Trim(" \t\r"u8).IsEmpty)
                yield return Parse(lines, labelKey, textKey);
        }
    }

    /// <summary>The texts alone: there need not be a label.</summary>
    public static IEnumerable<TextRow> ReadTexts(Utf8LineReader lines, DataFormat format)
    {
        string textKey = format.TextColumn ?? DataFormat.DefaultText;
        while (lines.Read())
        {
            if (!lines.Line.Trim(" \t\r"u8).IsEmpty)
                yield return new TextRow(Parse(lines, null, textKey).Text, lines.Number);
        }
    }

    /// <summary>Whether a line begins an array, of objects or of what stands on the next lines.</summary>
    public static bool IsArray(ReadOnlySpan<byte> line)
    {
        line = line.Trim(" \t"u8);
        return line.StartsWith("["u8) && (line.Length == 1 || line[1..].TrimStart(" \t"u8)[0] is (byte)'{' or (byte)'[');
    }

    /// <summary>Whether a line is an object, or begins as one does.</summary>
    public static bool IsObject(ReadOnlySpan<byte> line)
    {
        line = line.Trim(" \t"u8);
        return line.StartsWith("{"u8)
            && (line.Length == 1 || line[1..].TrimStart(" \t"u8) is [(byte)'"' or (byte)'}', ..]);
    }

    private static LabelledText Parse(Utf8LineReader lines, string? labelKey, string textKey)
    {
        try
        {
            return ParseObject(lines, labelKey, textKey);
        }
        catch (JsonException e) when (lines.Number == 1 && GoesOn(lines.Line))
        {
            throw new InputException(
                $"{lines.Source}:1: the JSON object is not closed on its line, expected one whole object a line; " +
                "jq -c . writes it so, and jq -c '.KEY[]' the objects of an array in it", e);
        }
        catch (JsonException e)
        {
            throw new InputException(
                $"{lines.Source}:{lines.Number}: not JSON at byte {e.BytePositionInLine + 1} " +
                $"({JsonFault.Describe(e, lines.Line)}), expected one JSON object a line", e);
        }
        // Half a surrogate pair in \u escapes.
        catch (InvalidOperationException e)
        {
            throw new InputException(
                $"{lines.Source}:{lines.Number}: a \\u escape is half a character; write both halves or leave it out", e);
        }
    }

    // Whether the line is JSON up to its end and something is missing there.
    private static bool GoesOn(ReadOnlySpan<byte> line)
    {
        var json = new Utf8JsonReader(line, isFinalBlock: false, default);
        try
        {
            while (json.Read())
            {
            }
            return json.CurrentDepth > 0 || json.TokenType == JsonTokenType.StartObject;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static LabelledText ParseObject(Utf8LineReader lines, string? labelKey, string textKey)
    {
        var json = new Utf8JsonReader(lines.Line);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            string hint = json.TokenType == JsonTokenType.StartArray ? "; jq -c '.[]' makes lines of an array" : "";
            throw lines.Error($"{Excerpt.Of(lines.Text)} is no JSON object, expected one a line{hint}");
        }
        string? label = null;
        string? several = null;
        string? text = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool isLabel = labelKey is not null && json.ValueTextEquals(labelKey);
            bool isText = json.ValueTextEquals(textKey);
            bool isSeveral = labelKey == DataFormat.DefaultLabel && json.ValueTextEquals(SeveralKey);
            json.Read();
            if (isLabel)
                label = label is null ? Label(ref json, lines, labelKey!) : throw Twice(lines, labelKey!);
            else if (isText)
                text = text is null ? Text(json, lines, textKey) : throw Twice(lines, textKey);
            else if (isSeveral && json.TokenType == JsonTokenType.StartArray)
                several = Label(ref json, lines, SeveralKey);
            else
                json.Skip();
        }
        // Nothing may follow the object.
        json.Read();
        return new LabelledText(
            label ?? several ?? (labelKey is null ? "" : throw Missing(lines, labelKey, "DataFormat.LabelColumn")),
            text ?? throw Missing(lines, textKey, "DataFormat.TextColumn"),
            lines.Number);
    }

    private static string Label(ref Utf8JsonReader json, Utf8LineReader lines, string key)
    {
        var labels = new List<string>();
        if (json.TokenType == JsonTokenType.StartArray)
        {
            while (json.Read() && json.TokenType != JsonTokenType.EndArray)
                labels.Add(OneLabel(json) ?? throw Wrong($"holds {Kind(json.TokenType)}, expected strings"));
        }
        else
        {
            labels.Add(OneLabel(json) ?? throw Wrong(
                $"is {Kind(json.TokenType)}, expected a string, a number, true or false, or an array of them"));
        }
        return LabelText.FaultOfAny(labels) is { } fault ? throw lines.Error(fault) : LabelText.Join(labels);

        InputException Wrong(string found) => lines.Error($"key {Excerpt.Of(key)} {found}");
    }

    private static string? OneLabel(in Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.String => json.GetString()!,
        JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False => Encoding.UTF8.GetString(json.ValueSpan),
        _ => null,
    };

    private static string Text(Utf8JsonReader json, Utf8LineReader lines, string key) => json.TokenType == JsonTokenType.String
        ? json.GetString()!
        : throw lines.Error($"key {Excerpt.Of(key)} is {Kind(json.TokenType)}, expected a string{AdviceOn(json.TokenType, key)}");

    private static string AdviceOn(JsonTokenType token, string key) => token switch
    {
        JsonTokenType.StartArray => $"; join its parts, as jq -c '.\"{key}\" |= join(\" \")' does",
        JsonTokenType.StartObject => $"; take the text out of it, as jq -c '.\"{key}\" |= .NAME' does",
        _ => "",
    };

    private static string Kind(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.Null => "null",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "true or false",
        _ => throw new InvalidOperationException($"no value begins with {token}"),
    };

    private static InputException Twice(Utf8LineReader lines, string key) =>
        lines.Error($"key {Excerpt.Of(key)} comes twice, expected it once; remove one of them");

    private static InputException Missing(Utf8LineReader lines, string key, string property)
    {
        using JsonDocument row = JsonDocument.Parse(Encoding.UTF8.GetBytes(lines.Text));
        string[] keys = [.. row.RootElement.EnumerateObject().Select(property => property.Name)];
        if (Inside(row.RootElement, key) is { } inside)
        {
            throw lines.Error(
                $"key {Excerpt.Of(key)} stands inside {Excerpt.Of(inside)}, and only the keys of the outer object are read; " +
                "take it out, as jq -c '. + .NAME' does with all of NAME");
        }
        string has = keys.Length == 0 ? "the object is empty" : $"keys {Excerpt.Of(keys)}";
        string nearest = NearestName.Of(key, keys) is { } name
            ? $"; did you mean {property} = \"{name}\"?"
            : $"; name the key with {property}";
        return lines.Error($"{has}, expected a key {Excerpt.Of(key)}{nearest}");
    }

    // The outer key under which a key stands that was given alone, or with its way to it: data.text, data/text, data[text].
    private static string? Inside(JsonElement row, string key)
    {
        string[] way = key.Split(['.', '/', '[', ']'], StringSplitOptions.RemoveEmptyEntries);
        foreach (JsonProperty property in row.EnumerateObject())
        {
            JsonElement value = property.Value;
            bool isNamed = way.Length > 1 && way[0] == property.Name;
            if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0)
                value = value[0];
            bool holds = value.ValueKind == JsonValueKind.Object && value.TryGetProperty(way.Length > 0 ? way[^1] : key, out _);
            if (isNamed || holds)
                return property.Name;
        }
        return null;
    }
}
