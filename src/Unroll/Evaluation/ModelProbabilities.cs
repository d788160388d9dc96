using Unroll.Storage;

namespace Unroll.Evaluation;

/// <summary>The probabilities that a model makes of its logits, at its temperature T.</summary>
/// <remarks>
/// <code>
/// p_c = exp(z_c / T) / Σ_j exp(z_j / T)      one label a text
/// p_c = 1 / (1 + exp(-z_c / T))              none, one or several
/// </code>
/// </remarks>
internal static class ModelProbabilities
{
    /// <summary>The probabilities of one text.</summary>
    /// <param name="config">The model.</param>
    /// <param name="logits">z, [C].</param>
    /// <param name="probabilities">p, [C]; overwritten.</param>
    public static void Of(ModelConfig config, ReadOnlySpan<float> logits, Span<double> probabilities)
    {
        if (!config.MultiLabel)
        {
            TemperatureScaling.Softmax(logits, config.Temperature, probabilities);
            return;
        }
        for (int c = 0; c < logits.Length; c++)
            probabilities[c] = Sigmoid(logits[c] / config.Temperature);
    }

    /// <summary>1 / (1 + exp(-z)).</summary>
    public static double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));
}
