using System.Text.Json;

namespace Unroll.Models;

/// <summary>A prediction as JSON.</summary>
public static class PredictionJson
{
    /// <summary>
    /// Writes <c>text</c>, <c>label</c>, <c>probability</c>, <c>probabilities</c> by label, <c>tokens</c>,
    /// <c>unknown_tokens</c>, <c>unknown_share</c> and <c>abstains</c>.
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
