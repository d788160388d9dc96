using Unroll.Storage;
using Unroll.Training;

namespace Unroll.Cli.Train;

/// <summary>How gradients flowed in an epoch as one line of <c>gradients.jsonl</c>. What is no number any more is null.</summary>
internal static class GradientJson
{
    public static string Line(GradientFlow flow) => JsonLine.Of(json =>
    {
        json.WriteNumber("epoch", flow.Epoch);
        json.WriteNumber("samples", flow.Samples);
        json.WriteNumbers("hidden_norm", flow.ByDistance);
        json.WriteNumbers("by_step", flow.ByStep);
        json.WritePropertyName("spectral_norm");
        json.WriteNumberOrNull(flow.SpectralNorm);
        json.WritePropertyName("spectral_radius");
        json.WriteNumberOrNull(flow.SpectralRadius);
        json.WriteNumber("jacobian_samples", flow.JacobianSamples);
        json.WriteNumbers("jacobian_norm", flow.JacobianByDistance);
    });
}
