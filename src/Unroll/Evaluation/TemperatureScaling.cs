using Unroll.Engine.Numerics;
namespace Unroll.Evaluation;

/// <summary>
/// One number that makes probabilities honest (Guo et al., "On Calibration of Modern Neural Networks", 2017): logits are divided
/// by a temperature T before softmax. Above 1 the model becomes less sure, below 1 surer; the predicted label never changes.
/// </summary>
/// <remarks>
/// <code>
/// p_c = exp(z_c / T) / Σ_j exp(z_j / T)
/// NLL(β) = Σ_rows log Σ_c exp(β z_c) - β z_label          β = 1 / T
/// NLL'   = Σ_rows E_p[z] - z_label                        NLL'' = Σ_rows Var_p[z] ≥ 0: one minimum
/// </code>
/// </remarks>
public static class TemperatureScaling
{
    /// <summary>The lowest temperature that is fitted.</summary>
    public const double Lowest = 0.05;

    /// <summary>The highest temperature that is fitted.</summary>
    public const double Highest = 20;

    private const int MostSteps = 100;
    private const double Tolerance = 1e-12;

    /// <summary>Turns the logits of one text into probabilities.</summary>
    /// <param name="logits">z, [C].</param>
    /// <param name="temperature">T, above 0.</param>
    /// <param name="probabilities">p, [C]; overwritten.</param>
    public static void Softmax(ReadOnlySpan<float> logits, double temperature, Span<double> probabilities)
    {
        double max = logits[Argmax.Of(logits)];
        double sum = 0;
        for (int c = 0; c < logits.Length; c++)
            sum += probabilities[c] = Math.Exp((logits[c] - max) / temperature);
        for (int c = 0; c < logits.Length; c++)
            probabilities[c] /= sum;
    }

    /// <summary>Finds the temperature with the least negative log-likelihood of the labels.</summary>
    /// <param name="logits">z, [rows,C].</param>
    /// <param name="classes">C.</param>
    /// <param name="labels">The class of each row.</param>
    /// <returns>
    /// A temperature from <see cref="Lowest"/> to <see cref="Highest"/>. It is 1 where the rows say nothing about it: there are
    /// none, every prediction is right, so that the loss falls for ever as T does, or a logit is NaN.
    /// </returns>
    public static double Fit(ReadOnlySpan<float> logits, int classes, ReadOnlySpan<int> labels)
    {
        if (AllRight(logits, classes, labels))
            return 1;
        (double low, double high) = (1 / Highest, 1 / Lowest);
        if (Derivatives(logits, classes, labels, low).Slope >= 0)
            return Highest;
        if (Derivatives(logits, classes, labels, high).Slope <= 0)
            return Lowest;
        double beta = 1;
        // Newton's method on the slope, which rises; a step that would leave the bracket goes to its middle instead.
        for (int step = 0; step < MostSteps && high - low > Tolerance * high; step++)
        {
            (double slope, double curvature) = Derivatives(logits, classes, labels, beta);
            if (!double.IsFinite(slope))
                return 1;
            if (slope == 0)
                break;
            (low, high) = slope > 0 ? (low, beta) : (beta, high);
            double next = beta - slope / curvature;
            if (!(next > low && next < high))
                next = (low + high) / 2;
            bool done = Math.Abs(next - beta) <= Tolerance * beta;
            beta = next;
            if (done)
                break;
        }
        return 1 / beta;
    }

    private static bool AllRight(ReadOnlySpan<float> logits, int classes, ReadOnlySpan<int> labels)
    {
        for (int row = 0; row < labels.Length; row++)
        {
            if (Argmax.Of(logits.Slice(row * classes, classes)) != labels[row])
                return false;
        }
        return true;
    }

    private static (double Slope, double Curvature) Derivatives(
        ReadOnlySpan<float> logits, int classes, ReadOnlySpan<int> labels, double beta)
    {
        double slope = 0;
        double curvature = 0;
        for (int row = 0; row < labels.Length; row++)
        {
            ReadOnlySpan<float> z = logits.Slice(row * classes, classes);
            double max = z[Argmax.Of(z)];
            double sum = 0;
            double first = 0;
            double second = 0;
            foreach (float logit in z)
            {
                double below = logit - max;
                double weight = Math.Exp(beta * below);
                sum += weight;
                first += weight * below;
                second += weight * below * below;
            }
            double mean = first / sum;
            slope += mean - (z[labels[row]] - max);
            curvature += second / sum - mean * mean;
        }
        return (slope, curvature);
    }
}
