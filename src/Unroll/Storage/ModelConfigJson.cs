using System.Text.Json;
using Unroll.Engine.Networks;
using Unroll.Text;

namespace Unroll.Storage;

/// <summary>Writes and reads <c>config.json</c>.</summary>
internal static class ModelConfigJson
{
    public const string Format = "unroll/1";

    public static byte[] Write(ModelConfig config)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteString("cell", Name(config.Cell));
            json.WriteNumber("embedding", config.Embedding);
            json.WriteNumber("hidden", config.Hidden);
            json.WriteNumber("layers", config.Layers);
            json.WriteBoolean("bidirectional", config.Bidirectional);
            json.WriteString("pooling", Name(config.Pooling));
            json.WriteString("nonlinearity", Name(config.Nonlinearity));
            json.WriteNumber("dropout", config.Dropout);
            json.WriteStartArray("labels");
            foreach (string label in config.Labels)
                json.WriteStringValue(label);
            json.WriteEndArray();
            json.WriteStartObject("tokens");
            json.WriteString("kind", Name(config.Tokens.Kind));
            json.WriteBoolean("lowercase", config.Tokens.Lowercase);
            json.WriteEndObject();
            json.WriteString("unknown", Name(config.Unknown));
            if (config.Temperature != 1)
                json.WriteNumber("temperature", config.Temperature);
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    /// <exception cref="InputException">A key is missing, unknown, or has a value that this version cannot use.</exception>
    public static ModelConfig Read(byte[] bytes, string source)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var keys = new Fields(document.RootElement, source);
            keys.RequireOnly(
                "format", "cell", "embedding", "hidden", "layers", "bidirectional", "pooling", "nonlinearity", "dropout",
                    "labels",
                "tokens", "unknown", "temperature");
            keys.RequireValue("format", Format);
            var tokens = new Fields(keys["tokens"], $"{source}: tokens");
            tokens.RequireOnly("kind", "lowercase");
            return new ModelConfig
            {
                Cell = keys.Choice<Cell>("cell"),
                Embedding = keys.Integer("embedding", 0),
                Hidden = keys.Integer("hidden", 1),
                Layers = keys.Integer("layers", 1, NetworkConfig.MostLayers),
                Bidirectional = keys["bidirectional"].GetBoolean(),
                Pooling = keys.Choice<Pooling>("pooling"),
                Dropout = keys.Share("dropout"),
                Nonlinearity = keys.Choice<Nonlinearity>("nonlinearity"),
                Labels = keys.DistinctStrings("labels", 2),
                Tokens = new Tokenizer(tokens.Choice<TokenKind>("kind"), tokens["lowercase"].GetBoolean()),
                Unknown = keys.Choice<UnknownWords>("unknown"),
                Temperature = keys.Has("temperature") ? keys.Positive("temperature") : 1,
            };
        }
        catch (JsonException e) when (e.LineNumber is not null)
        {
            throw new InputException(
                $"{source}:{e.LineNumber + 1}: not the JSON of a model at byte {e.BytePositionInLine + 1}; " +
                "restore the file or train again", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InputException($"{source}: not the JSON of a model ({e.Message}); restore the file or train again", e);
        }
    }

    /// <summary>The name of a choice in files and on the command line.</summary>
    public static string Name<T>(T value)
        where T : struct, Enum => Enum.GetName(value)!.ToLowerInvariant();

    private readonly struct Fields(JsonElement element, string source)
    {
        public JsonElement this[string key] => element.TryGetProperty(key, out JsonElement value)
            ? value
            : throw new InputException($"{source}: no key \"{key}\"; restore the file or train again");

        public void RequireOnly(params ReadOnlySpan<string> keys)
        {
            foreach (JsonProperty property in element.EnumerateObject())
            {
                if (!keys.Contains(property.Name))
                    throw new InputException(
                        $"{source}: unknown key \"{property.Name}\", expected only {string.Join(", ", keys)}");
            }
        }

        public void RequireValue(string key, string expected)
        {
            if (this[key].ToString() is var found && !found.Equals(expected, StringComparison.OrdinalIgnoreCase))
                throw new InputException($"{source}: {key} is {found}, this version reads only {expected}");
        }

        public bool Has(string key) => element.TryGetProperty(key, out _);

        public double Positive(string key) =>
            this[key].TryGetDouble(out double value) && value > 0 && double.IsFinite(value)
                ? value
                : throw new InputException($"{source}: {key} is {this[key]}, expected a number above 0");

        public float Share(string key) =>
            this[key].TryGetSingle(out float value) && value is >= 0 and < 1
                ? value
                : throw new InputException($"{source}: {key} is {this[key]}, expected a share of at least 0 and below 1");

        public int Integer(string key, int minimum, int maximum = int.MaxValue) =>
            this[key].TryGetInt32(out int value) && value >= minimum && value <= maximum
                ? value
                : throw new InputException(
                    $"{source}: {key} is {this[key]}, expected a whole number of at least {minimum}" +
                    (maximum < int.MaxValue ? $" and at most {maximum}" : ""));

        public T Choice<T>(string key)
            where T : struct, Enum
        {
            foreach (T value in Enum.GetValues<T>())
            {
                if (Name(value) == this[key].GetString())
                    return value;
            }
            string expected = string.Join(" or ", Enum.GetValues<T>().Select(Name));
            throw new InputException($"{source}: {key} is {this[key]}, expected {expected}");
        }

        public string[] DistinctStrings(string key, int minimum)
        {
            string[] values = [.. this[key].EnumerateArray().Select(value => value.GetString() ?? "")];
            return values.Distinct().Count() == values.Length && values.Length >= minimum
                ? values
                : throw new InputException(
                    $"{source}: {key} holds {values.Length} strings, expected at least {minimum}, each once");
        }
    }
}
