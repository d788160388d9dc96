using System.Text.Json;
using Unroll.Data;
using Unroll.Engine.Networks;
using Unroll.Text;

namespace Unroll.Storage;

/// <summary>Writes and reads <c>config.json</c>.</summary>
internal static class ModelConfigJson
{
    public const string Format = "unroll/1";
    private const string Restore = "restore the file or train again";

    private static readonly string[] OwnKeys =
    [
        "format", "networks", "labels", "multi_label", "thresholds", "tokens", "unknown", "temperature", "threshold",
        "linear_share", "int8",
    ];

    private static readonly string[] NetworkKeys =
        ["cell", "embedding", "subwords", "hidden", "layers", "bidirectional", "pooling", "nonlinearity", "dropout"];

    private static readonly string[] TransformerKeys =
    [
        "cell", "embedding", "subwords", "layers", "heads", "feed_forward", "positions", "position_scale", "max_positions",
        "norm", "final_norm", "pooling", "dropout",
    ];

    public static byte[] Write(ModelConfig config)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            if (config.Networks != 1)
                json.WriteNumber("networks", config.Networks);
            if (config.Networks > 0)
                WriteNetwork(json, config);
            json.WriteStartArray("labels");
            foreach (string label in config.Labels)
                json.WriteStringValue(label);
            json.WriteEndArray();
            if (config.MultiLabel)
                WriteMultiLabel(json, config);
            json.WriteStartObject("tokens");
            json.WriteString("kind", Name(config.Tokens.Kind));
            json.WriteBoolean("lowercase", config.Tokens.Lowercase);
            json.WriteEndObject();
            json.WriteString("unknown", Name(config.Unknown));
            if (config.Temperature != 1)
                json.WriteNumber("temperature", config.Temperature);
            if (config.Threshold != 0)
                json.WriteNumber("threshold", config.Threshold);
            if (config.LinearShare != 0)
                json.WriteNumber("linear_share", config.LinearShare);
            if (config.Int8)
                json.WriteBoolean("int8", true);
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    // An older Unroll, which would take one softmax over all, does not know the key and refuses it.
    private static void WriteMultiLabel(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteBoolean("multi_label", true);
        if (config.Thresholds.Count > 0)
            json.WriteNumbers("thresholds", config.Thresholds);
    }

    private static void WriteNetwork(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteString("cell", Name(config.Cell));
        json.WriteNumber("embedding", config.Embedding);
        if (config.Subwords != 0)
            json.WriteNumber("subwords", config.Subwords);
        if (config.IsTransformer)
        {
            WriteTransformer(json, config);
            return;
        }
        json.WriteNumber("hidden", config.Hidden);
        json.WriteNumber("layers", config.Layers);
        json.WriteBoolean("bidirectional", config.Bidirectional);
        json.WriteString("pooling", Name(config.Pooling));
        json.WriteString("nonlinearity", Name(config.Nonlinearity));
        json.WriteNumber("dropout", config.Dropout);
    }

    private static void WriteTransformer(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("layers", config.Layers);
        json.WriteNumber("heads", config.Transformer.Heads);
        json.WriteNumber("feed_forward", config.Transformer.FeedForwardOf(config.Embedding));
        json.WriteString("positions", Name(config.Transformer.Positions));
        if (config.Transformer.Positions == Positions.Learned)
            json.WriteNumber("max_positions", config.Transformer.MaximumPositions);
        else
            json.WriteNumber("position_scale", config.Transformer.PositionScale ?? 1);
        json.WriteString("norm", Name(config.Transformer.Norm));
        json.WriteBoolean("final_norm", config.Transformer.HasFinalNorm);
        json.WriteString("pooling", Name(config.Pooling));
        json.WriteNumber("dropout", config.Dropout);
    }

    /// <exception cref="InputException">A key is missing, unknown, or has a value that this version cannot use.</exception>
    public static ModelConfig Read(byte[] bytes, string source)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var keys = Fields.Of(document.RootElement, source, $"{source}: the JSON", "an object of keys");
            bool isTransformer = keys.Is("cell", Name(Cell.Transformer));
            keys.RequireOnly([.. OwnKeys, .. isTransformer ? TransformerKeys : NetworkKeys]);
            keys.RequireValue("format", Format);
            int networks = keys.Has("networks") ? keys.Integer("networks", 0, ModelConfig.MostNetworks) : 1;
            if (networks == 0)
                keys.RequireOnly(OwnKeys);
            var tokens = Fields.Of(
                keys["tokens"], $"{source}: tokens", $"{source}: tokens", "an object of kind and lowercase");
            tokens.RequireOnly("kind", "lowercase");
            ModelConfig sizes = networks == 0 ? ModelConfig.WithoutNetwork
                : isTransformer ? ReadTransformer(keys)
                : ReadNetwork(keys);
            bool isMultiLabel = keys.Has("multi_label") && keys.Flag("multi_label");
            string[] labels = keys.Labels("labels", isMultiLabel ? 1 : 2);
            ModelConfig config = sizes with
            {
                Networks = networks,
                Labels = labels,
                MultiLabel = isMultiLabel,
                Thresholds = keys.Has("thresholds") ? keys.Thresholds("thresholds", isMultiLabel ? labels.Length : 0) : [],
                Tokens = new Tokenizer(tokens.Choice<TokenKind>("kind"), tokens.Flag("lowercase")),
                Unknown = keys.Choice<UnknownWords>("unknown"),
                Temperature = keys.Has("temperature") ? keys.Positive("temperature") : 1,
                Threshold = keys.Has("threshold") ? keys.PositiveShare("threshold") : 0,
                LinearShare = keys.Has("linear_share") ? keys.PositiveShare("linear_share") : 0,
                Int8 = keys.Has("int8") && keys.Flag("int8"),
            };
            if (networks == 0)
                keys.RequireOne("linear_share", config.LinearShare);
            if (config.TransformerFault is { } wrong)
                throw new InputException($"{source}: {wrong}; {Restore}");
            return config.SubwordsFault is { } fault
                ? throw new InputException($"{source}: subwords is {config.Subwords} and {fault}; {Restore}")
                : config;
        }
        catch (JsonException e) when (e.LineNumber is not null)
        {
            throw new InputException(
                $"{source}:{e.LineNumber + 1}: not the JSON of a model at byte {e.BytePositionInLine + 1}; " +
                "restore the file or train again", e);
        }
        catch (JsonException e)
        {
            throw new InputException($"{source}: a key stands twice in it, expected once; {Restore}", e);
        }
        catch (InvalidOperationException e)
        {
            // A string in which half a character is written as \uD83D.
            throw new InputException($"{source}: a string in it is no Unicode text; {Restore}", e);
        }
    }

    private static ModelConfig ReadNetwork(Fields keys) => ModelConfig.WithoutNetwork with
    {
        Cell = keys.Choice<Cell>("cell"),
        Embedding = keys.Integer("embedding", 0),
        Subwords = keys.Has("subwords") ? keys.Integer("subwords", 1, CharacterNgrams.MostRows) : 0,
        Hidden = keys.Integer("hidden", 1),
        Layers = keys.Integer("layers", 1, NetworkConfig.MostLayers),
        Bidirectional = keys.Flag("bidirectional"),
        Pooling = keys.Choice<Pooling>("pooling"),
        Dropout = keys.Share("dropout"),
        Nonlinearity = keys.Choice<Nonlinearity>("nonlinearity"),
    };

    private static ModelConfig ReadTransformer(Fields keys)
    {
        int width = keys.Integer("embedding", 1);
        Positions positions = keys.Choice<Positions>("positions");
        var transformer = new TransformerOptions
        {
            Heads = keys.Integer("heads", 1),
            FeedForward = keys.Integer("feed_forward", 1),
            Positions = positions,
            Norm = keys.Choice<NormPlace>("norm"),
            FinalNorm = keys.Flag("final_norm"),
        };
        transformer = positions == Positions.Learned
            ? transformer with { MaximumPositions = keys.Integer("max_positions", 1, TransformerOptions.MostPositions) }
            : transformer with { PositionScale = (float)keys.Positive("position_scale") };
        return ModelConfig.WithoutNetwork with
        {
            Cell = Cell.Transformer,
            Embedding = width,
            Subwords = keys.Has("subwords") ? keys.Integer("subwords", 1, CharacterNgrams.MostRows) : 0,
            Hidden = width,
            Layers = keys.Integer("layers", 1, NetworkConfig.MostLayers),
            Transformer = transformer,
            Pooling = keys.Choice<Pooling>("pooling"),
            Dropout = keys.Share("dropout"),
        };
    }

    /// <summary>The name of a choice in files and on the command line.</summary>
    public static string Name<T>(T value)
        where T : struct, Enum => Enum.GetName(value)!.ToLowerInvariant();

    private readonly struct Fields
    {
        private readonly JsonElement _element;
        private readonly string _source;

        private Fields(JsonElement element, string source)
        {
            _element = element;
            _source = source;
        }

        public static Fields Of(JsonElement element, string source, string what, string expected)
        {
            if (element.ValueKind == JsonValueKind.Object)
                return new Fields(element, source);
            throw new InputException($"{what} is {Shown(element)}, expected {expected}; {Restore}");
        }

        public JsonElement this[string key] => _element.TryGetProperty(key, out JsonElement value)
            ? value
            : throw new InputException($"{_source}: no key \"{key}\"; {Restore}");

        public void RequireOnly(params ReadOnlySpan<string> keys)
        {
            foreach (JsonProperty property in _element.EnumerateObject())
            {
                if (!keys.Contains(property.Name))
                    throw new InputException(
                        $"{_source}: unknown key \"{property.Name}\", expected only {string.Join(", ", keys)}");
            }
        }

        public void RequireValue(string key, string expected)
        {
            JsonElement value = this[key];
            if (value.ValueKind != JsonValueKind.String
                || !expected.Equals(value.GetString(), StringComparison.OrdinalIgnoreCase))
                throw new InputException($"{_source}: {key} is {ShownName(value)}, this version reads only {expected}");
        }

        public bool Has(string key) => _element.TryGetProperty(key, out _);

        public bool Is(string key, string text) =>
            _element.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String
                && value.GetString() == text;

        public bool Flag(string key) => this[key].ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong(key, "true or false"),
        };

        public double Positive(string key) =>
            IsNumber(key) && this[key].TryGetDouble(out double value) && value > 0 && double.IsFinite(value)
                ? value
                : throw Wrong(key, "a number above 0");

        public float Share(string key) =>
            IsNumber(key) && this[key].TryGetSingle(out float value) && value is >= 0 and < 1
                ? value
                : throw Wrong(key, "a share of at least 0 and below 1");

        public double PositiveShare(string key) =>
            IsNumber(key) && this[key].TryGetDouble(out double value) && value is > 0 and <= 1
                ? value
                : throw Wrong(key, "a share above 0 and at most 1");

        public void RequireOne(string key, double value)
        {
            if (value != 1)
            {
                throw new InputException(
                    $"{_source}: {key} is {(Has(key) ? Shown(this[key]) : "missing")}, expected 1, "
                    + $"for networks is 0; {Restore}");
            }
        }

        public int Integer(string key, int minimum, int maximum = int.MaxValue) =>
            IsNumber(key) && this[key].TryGetInt32(out int value) && value >= minimum && value <= maximum
                ? value
                : throw Wrong(
                    key, $"a whole number of at least {minimum}" + (maximum < int.MaxValue ? $" and at most {maximum}" : ""));

        public T Choice<T>(string key)
            where T : struct, Enum
        {
            JsonElement found = this[key];
            foreach (T value in Enum.GetValues<T>())
            {
                if (found.ValueKind == JsonValueKind.String && Name(value) == found.GetString())
                    return value;
            }
            string expected = string.Join(" or ", Enum.GetValues<T>().Select(Name));
            throw new InputException($"{_source}: {key} is {ShownName(found)}, expected {expected}; {Restore}");
        }

        public string[] Labels(string key, int minimum)
        {
            if (this[key].ValueKind != JsonValueKind.Array)
                throw Wrong(key, "a list of strings");
            var labels = new List<string>();
            foreach (JsonElement label in this[key].EnumerateArray())
            {
                if (label.ValueKind != JsonValueKind.String)
                {
                    throw new InputException(
                        $"{_source}: {key} holds {Shown(label)} at place {labels.Count + 1}, expected strings; {Restore}");
                }
                labels.Add(label.GetString()!);
                // Where labels are printed one a line or in columns, these would break them.
                if (labels[^1].Any(c => char.IsControl(c) || c is '\u2028' or '\u2029'))
                {
                    throw new InputException(
                        $"{_source}: {key} holds {Excerpt.Of(labels[^1])}, expected labels without control characters; "
                        + Restore);
                }
            }
            return labels.Distinct().Count() == labels.Count && labels.Count >= minimum
                ? [.. labels]
                : throw new InputException(
                    $"{_source}: {key} holds {labels.Count} strings, expected at least {minimum}, each once");
        }

        public double[] Thresholds(string key, int count)
        {
            JsonElement found = this[key];
            bool isList = count > 0 && found.ValueKind == JsonValueKind.Array && found.GetArrayLength() == count;
            double[] thresholds = isList ? [.. found.EnumerateArray().Select(Threshold)] : [];
            return isList && thresholds.All(value => value is > 0 and <= 1)
                ? thresholds
                : throw Wrong(key, count == 0
                    ? "nothing, for multi_label is not true"
                    : $"a list of {count} numbers above 0 and at most 1, one a label");

            static double Threshold(JsonElement element) =>
                element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double value) ? value : double.NaN;
        }

        private bool IsNumber(string key) => this[key].ValueKind == JsonValueKind.Number;

        private InputException Wrong(string key, string expected) =>
            new($"{_source}: {key} is {Shown(this[key])}, expected {expected}; {Restore}");

        // A name among names stands without quotes.
        private static string ShownName(JsonElement value) =>
            Shown(value) is ['"', .., '"'] quoted ? quoted[1..^1] : Shown(value);

        private static string Shown(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.String => Excerpt.Of(value.GetString()!),
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            _ => value.GetRawText(),
        };
    }
}
