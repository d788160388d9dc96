using System.Text.Json;
using System.Text.Json.Serialization;

namespace Unroll.Models;

/// <summary>A prediction as JSON.</summary>
public static class PredictionJson
{
    /// <summary>
    /// Writes <c>text</c>, <c>label</c>, <c>probability</c>, <c>probabilities</c> by label, <c>tokens</c>,
    /// <c>unknown_tokens</c>, <c>unknown_share</c> and <c>abstains</c>; and where a text may have several labels, behind
    /// <c>probability</c>, <c>labels</c> with the probabilities of those that it has.
    /// </summary>
    /// <param name="json">Inside an object.</param>
    /// <param name="prediction">The prediction.</param>
    /// <param name="label">What stands as the label; null for none.</param>
    /// <param name="top">How many labels have their probability, the most probable first; null for all.</param>
    public static void WriteFields(Utf8JsonWriter json, Prediction prediction, string? label, int? top = null)
    {
        json.WriteString("text", prediction.Text);
        json.WriteString("label", label);
        json.WriteNumber("probability", prediction.Probability);
        if (prediction.IsMultiLabel)
        {
            json.WriteStartObject("labels");
            foreach ((string each, double probability) in prediction.Labels)
                json.WriteNumber(each, probability);
            json.WriteEndObject();
        }
        json.WriteStartObject("probabilities");
        IEnumerable<KeyValuePair<string, double>> shown = top is null ? prediction.Probabilities : prediction.Top(top.Value);
        foreach ((string each, double probability) in shown)
            json.WriteNumber(each, probability);
        json.WriteEndObject();
        json.WriteNumber("tokens", prediction.Tokens);
        json.WriteNumber("unknown_tokens", prediction.UnknownTokens);
        json.WriteNumber("unknown_share", prediction.UnknownShare);
        json.WriteBoolean("abstains", prediction.Abstains);
    }
}

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
            var prediction = new Prediction(
                json.GetProperty("text").GetString() ?? "", json.GetProperty("label").GetString() ?? "",
                json.GetProperty("probability").GetDouble(), ByLabel(json.GetProperty("probabilities")))
            {
                Tokens = json.GetProperty("tokens").GetInt32(),
                UnknownTokens = json.GetProperty("unknown_tokens").GetInt32(),
                Abstains = json.GetProperty("abstains").GetBoolean(),
            };
            return json.TryGetProperty("labels", out JsonElement labels)
                ? prediction with { Labels = ByLabel(labels) }
                : prediction;
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new JsonException("no prediction, expected an object as PredictionJson writes it", e);
        }
    }

    private static LabelProbabilities ByLabel(JsonElement json) => new(
        json.EnumerateObject().Select(entry => new KeyValuePair<string, double>(entry.Name, entry.Value.GetDouble())));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Prediction value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        PredictionJson.WriteFields(writer, value, value.IsNone ? null : value.Label);
        writer.WriteEndObject();
    }
}
