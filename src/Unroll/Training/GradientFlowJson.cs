using Unroll.Storage;

namespace Unroll.Training;

/// <summary>How gradients flowed in an epoch as JSON. NaN and infinities become null.</summary>
public static class GradientFlowJson
{
    /// <summary>A line of <c>gradients.jsonl</c>.</summary>
    /// <param name="flow">The epoch's gradients.</param>
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
        if (flow.JacobianSamples == 0)
            return;
        json.WriteNumber("jacobian_samples", flow.JacobianSamples);
        json.WriteNumbers("jacobian_norm", flow.JacobianByDistance);
    });
}
