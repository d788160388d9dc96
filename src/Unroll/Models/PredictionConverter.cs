using System.Text.Json;
using System.Text.Json.Serialization;

namespace Unroll.Models;

/// <summary>A prediction as <see cref="PredictionJson"/> writes it, for <see cref="JsonSerializer"/>.</summary>
public sealed class PredictionConverter : JsonConverter<Prediction>
{
    /// <inheritdoc/>
    public override Prediction Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        JsonElement json = document.RootElement;
        if (json.ValueKind != JsonValueKind.Object)
            throw new JsonException($"a {json.ValueKind}, expected the object of a prediction");
        try
        {
            return new Prediction(
                json.GetProperty("text").GetString() ?? "", json.GetProperty("label").GetString() ?? "",
                json.GetProperty("probability").GetDouble(),
                new LabelProbabilities(json.GetProperty("probabilities").EnumerateObject()
                    .Select(entry => new KeyValuePair<string, double>(entry.Name, entry.Value.GetDouble()))))
            {
                Tokens = json.GetProperty("tokens").GetInt32(),
                UnknownTokens = json.GetProperty("unknown_tokens").GetInt32(),
                Abstains = json.GetProperty("abstains").GetBoolean(),
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new JsonException("no prediction, expected an object as PredictionJson writes it", e);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Prediction value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        PredictionJson.WriteFields(writer, value, value.IsNone ? null : value.Label);
        writer.WriteEndObject();
    }
}
