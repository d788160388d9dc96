using System.Text.Json;

namespace Unroll.Models;

/// <summary>A prediction as JSON.</summary>
public static class PredictionJson
{
    /// <summary>Writes <c>text</c>, <c>label</c>, <c>probability</c> and <c>probabilities</c>.</summary>
    /// <param name="json">Inside an object.</param>
    /// <param name="prediction">The prediction.</param>
    /// <param name="label">What stands as the label.</param>
    /// <param name="top">How many labels have their probability, the most probable first; null for all.</param>
    public static void WriteFields(Utf8JsonWriter json, Prediction prediction, string label, int? top = null)
    {
        json.WriteString("text", prediction.Text);
        json.WriteString("label", label);
        json.WriteNumber("probability", prediction.Probability);
        json.WriteStartObject("probabilities");
        foreach ((string each, double probability) in top is null ? prediction.Probabilities : prediction.Top(top.Value))
            json.WriteNumber(each, probability);
        json.WriteEndObject();
    }
}
