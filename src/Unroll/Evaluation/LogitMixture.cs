using Unroll.Terms;

namespace Unroll.Evaluation;

/// <summary>
/// How much two models shall say together: z = (1 - λ) z_network + λ z_linear, with the share λ and the temperature that have the
/// least negative log-likelihood of rows that neither was trained on.
/// </summary>
internal static class LogitMixture
{
    private const int Steps = 20;

    // As if one row more had said that both are worth the same: few rows say little.
    private const double WeightOfPrior = 1;

    /// <summary>Finds λ, a multiple of 0.05 from 0 to 1.</summary>
    /// <param name="network">The network's logits of the rows.</param>
    /// <param name="linear">The linear part's logits of the same rows.</param>
    public static double FitShare(LabelledLogits network, LabelledLogits linear)
    {
        double best = 0;
        double least = double.PositiveInfinity;
        for (int step = 0; step <= Steps; step++)
        {
            double share = (double)step / Steps;
            LabelledLogits mixed = Mix(share, network, linear);
            double temperature = TemperatureScaling.Fit(mixed.Logits, mixed.Classes, mixed.Labels);
            double loss = mixed.Score(temperature).Loss * mixed.Labels.Length
                + WeightOfPrior * (2 * share - 1) * (2 * share - 1);
            if (loss < least)
                (best, least) = (share, loss);
        }
        return best;
    }

    /// <summary>The logits of both together.</summary>
    /// <param name="share">λ.</param>
    /// <param name="network">The network's logits of the rows.</param>
    /// <param name="linear">The linear part's logits of the same rows.</param>
    public static LabelledLogits Mix(double share, LabelledLogits network, LabelledLogits linear)
    {
        float[] mixed = new float[network.Logits.Length];
        LinearPass.Mix(share, network.Logits, linear.Logits, mixed);
        return network with { Logits = mixed };
    }
}
