using System.Text;
using System.Text.Json;

namespace Unroll.Data;

/// <summary>
/// Rows of JSON lines: one object a line with a key for the label and one for the text; lines of white space are passed over.
/// </summary>
internal static class JsonRows
{
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

    private static LabelledText Parse(Utf8LineReader lines, string labelKey, string textKey)
    {
        try
        {
            return ParseObject(lines, labelKey, textKey);
        }
        catch (JsonException e)
        {
            throw new InputException(
                $"{lines.Source}:{lines.Number}: not JSON at byte {e.BytePositionInLine + 1} ({Reason(e)}), " +
                "expected one JSON object a line", e);
        }
        // Half a surrogate pair in \u escapes.
        catch (InvalidOperationException e)
        {
            throw new InputException(
                $"{lines.Source}:{lines.Number}: a \\u escape is half a character; write both halves or leave it out", e);
        }
    }

    private static LabelledText ParseObject(Utf8LineReader lines, string labelKey, string textKey)
    {
        var json = new Utf8JsonReader(lines.Line);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            string hint = json.TokenType == JsonTokenType.StartArray ? "; jq -c '.[]' makes lines of an array" : "";
            throw lines.Error($"{Excerpt.Of(lines.Text)} is no JSON object, expected one a line{hint}");
        }
        string? label = null;
        string? text = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool isLabel = json.ValueTextEquals(labelKey);
            bool isText = json.ValueTextEquals(textKey);
            json.Read();
            if (isLabel)
                label = label is null ? Label(json, lines, labelKey) : throw Twice(lines, labelKey);
            else if (isText)
                text = text is null ? Text(json, lines, textKey) : throw Twice(lines, textKey);
            else
                json.Skip();
        }
        // Nothing may follow the object.
        json.Read();
        return new LabelledText(
            label ?? throw Missing(lines, labelKey, "DataFormat.LabelColumn"),
            text ?? throw Missing(lines, textKey, "DataFormat.TextColumn"),
            lines.Number);
    }

    private static string Label(Utf8JsonReader json, Utf8LineReader lines, string key) => json.TokenType switch
    {
        JsonTokenType.String => json.GetString()!,
        JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False => Encoding.UTF8.GetString(json.ValueSpan),
        _ => throw lines.Error($"key {Excerpt.Of(key)} is {Kind(json.TokenType)}, expected a string, a number, true or false"),
    };

    private static string Text(Utf8JsonReader json, Utf8LineReader lines, string key) => json.TokenType == JsonTokenType.String
        ? json.GetString()!
        : throw lines.Error($"key {Excerpt.Of(key)} is {Kind(json.TokenType)}, expected a string");

    private static string Kind(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.Null => "null",
        JsonTokenType.Number => "a number",
        _ => "true or false",
    };

    private static InputException Twice(Utf8LineReader lines, string key) =>
        lines.Error($"key {Excerpt.Of(key)} comes twice, expected it once; remove one of them");

    private static InputException Missing(Utf8LineReader lines, string key, string property)
    {
        using JsonDocument row = JsonDocument.Parse(Encoding.UTF8.GetBytes(lines.Text));
        string[] keys = [.. row.RootElement.EnumerateObject().Select(property => property.Name)];
        string has = keys.Length == 0 ? "the object is empty" : $"keys {Excerpt.Of(keys)}";
        string nearest = NearestName.Of(key, keys) is { } name
            ? $"; did you mean {property} = \"{name}\"?"
            : $"; name the key with {property}";
        return lines.Error($"{has}, expected a key {Excerpt.Of(key)}{nearest}");
    }

    // The parser's message without its own line and byte numbers.
    private static string Reason(JsonException e) => e.Message.Split(" LineNumber:")[0].TrimEnd('.').ReplaceLineEndings(" ");
}
