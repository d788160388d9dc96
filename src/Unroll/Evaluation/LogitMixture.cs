using Unroll.Terms;

namespace Unroll.Evaluation;

/// <summary>
/// How much two models shall say together: z = (1 - λ) z_network + λ z_linear, chosen by rows that neither was trained on.
/// </summary>
/// <remarks>
/// <code>
/// l_i(λ): the negative log-likelihood of row i at λ, at the temperature with the least sum over the rows
/// λ* = argmin Σ_i l_i(λ),  d_i(λ) = l_i(λ) - l_i(λ*)
/// λ  = the largest with Σ_i d_i ≤ ½ √(Σ_i (d_i - mean d)²): half a standard error of the sum
/// </code>
/// <para>
/// Few rows cannot tell a small gain from chance, and then the simpler model speaks: the "one standard error" rule of Breiman,
/// Friedman, Olshen and Stone, "Classification and Regression Trees", 1984. The half was chosen by cross-validation within
/// training rows; <c>bench/results/accuracy.md</c> has the figures.
/// </para>
/// </remarks>
internal static class LogitMixture
{
    private const int Steps = 20;
    private const double StandardErrors = 0.5;

    /// <summary>Finds λ, a multiple of 0.05 from 0 to 1.</summary>
    /// <param name="network">The network's logits of the rows.</param>
    /// <param name="linear">The linear part's logits of the same rows.</param>
    public static double FitShare(LabelledLogits network, LabelledLogits linear)
    {
        double[][] losses = [.. Enumerable.Range(0, Steps + 1).Select(step => LossesOf(Mix(ShareOf(step), network, linear)))];
        double[] best = losses.MinBy(ofRows => ofRows.Sum())!;
        int step = Steps;
        while (step > 0 && !IsAsGood(losses[step], best))
            step--;
        return ShareOf(step);
    }

    private static double ShareOf(int step) => (double)step / Steps;

    private static double[] LossesOf(LabelledLogits logits) =>
        logits.Losses(logits.FitTemperature());

    private static bool IsAsGood(double[] losses, double[] best)
    {
        double[] more = [.. losses.Zip(best, (loss, least) => loss - least)];
        double mean = more.Average();
        double squares = more.Sum(d => (d - mean) * (d - mean));
        return more.Sum() <= StandardErrors * Math.Sqrt(squares);
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
