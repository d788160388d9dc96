using System.Text.Json;
using Unroll.Engine.Networks;
using Unroll.Text;

namespace Unroll.Storage;

/// <summary>Writes and reads <c>config.json</c>.</summary>
internal static class ModelConfigJson
{
    public const string Format = "unroll/1";

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
            json.WriteString("kind", ChoiceName.Of(config.Tokens.Kind));
            json.WriteBoolean("lowercase", config.Tokens.Lowercase);
            json.WriteEndObject();
            json.WriteString("unknown", ChoiceName.Of(config.Unknown));
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
        json.WriteString("cell", ChoiceName.Of(config.Cell));
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
        json.WriteString("pooling", ChoiceName.Of(config.Pooling));
        json.WriteString("nonlinearity", ChoiceName.Of(config.Nonlinearity));
        json.WriteNumber("dropout", config.Dropout);
    }

    private static void WriteTransformer(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("layers", config.Layers);
        json.WriteNumber("heads", config.Transformer.Heads);
        json.WriteNumber("feed_forward", config.Transformer.FeedForwardOf(config.Embedding));
        json.WriteString("positions", ChoiceName.Of(config.Transformer.Positions));
        if (config.Transformer.Positions == Positions.Learned)
            json.WriteNumber("max_positions", config.Transformer.MaximumPositions);
        else
            json.WriteNumber("position_scale", config.Transformer.PositionScale ?? 1);
        json.WriteString("norm", ChoiceName.Of(config.Transformer.Norm));
        json.WriteBoolean("final_norm", config.Transformer.HasFinalNorm);
        json.WriteString("pooling", ChoiceName.Of(config.Pooling));
        json.WriteNumber("dropout", config.Dropout);
    }

    /// <exception cref="InputException">A key is missing, unknown, or has a value that this version cannot use.</exception>
    public static ModelConfig Read(byte[] bytes, string source)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var keys = ConfigFields.Of(document.RootElement, source, $"{source}: the JSON", "an object of keys");
            bool isTransformer = keys.Is("cell", ChoiceName.Of(Cell.Transformer));
            keys.RequireOnly([.. OwnKeys, .. isTransformer ? TransformerKeys : NetworkKeys]);
            keys.RequireValue("format", Format);
            int networks = keys.Has("networks") ? keys.Integer("networks", 0, ModelConfig.MostNetworks) : 1;
            if (networks == 0)
                keys.RequireOnly(OwnKeys);
            var tokens = ConfigFields.Of(
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
                throw new InputException($"{source}: {wrong}; {ConfigFields.Restore}");
            return config.SubwordsFault is { } fault
                ? throw new InputException($"{source}: subwords is {config.Subwords} and {fault}; {ConfigFields.Restore}")
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
            throw new InputException($"{source}: a key stands twice in it, expected once; {ConfigFields.Restore}", e);
        }
        catch (InvalidOperationException e)
        {
            // A string in which half a character is written as \uD83D.
            throw new InputException($"{source}: a string in it is no Unicode text; {ConfigFields.Restore}", e);
        }
    }

    private static ModelConfig ReadNetwork(ConfigFields keys) => ModelConfig.WithoutNetwork with
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

    private static ModelConfig ReadTransformer(ConfigFields keys)
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
}
