using System.Text.Json;
using Unroll.Training;

namespace Unroll.Cli.Train;

/// <summary>How gradients flowed in an epoch as one line of <c>gradients.jsonl</c>. What is no number any more is null.</summary>
internal static class GradientJson
{
    public static string Line(GradientFlow flow) => JsonLine.Of(json =>
    {
        json.WriteNumber("epoch", flow.Epoch);
        json.WriteNumber("samples", flow.Samples);
        WriteNumbers(json, "hidden_norm", flow.ByDistance);
        WriteNumbers(json, "by_step", flow.ByStep);
        json.WritePropertyName("spectral_norm");
        WriteNumber(json, flow.SpectralNorm);
        json.WritePropertyName("spectral_radius");
        WriteNumber(json, flow.SpectralRadius);
        json.WriteNumber("jacobian_samples", flow.JacobianSamples);
        WriteNumbers(json, "jacobian_norm", flow.JacobianByDistance);
    });

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<double> values)
    {
        json.WriteStartArray(name);
        foreach (double value in values)
            WriteNumber(json, value);
        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteNullValue();
    }
}
