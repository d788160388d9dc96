using Unroll.Engine.Numerics;

namespace Unroll.Evaluation;

/// <summary>
/// Chooses below which probability a model abstains (Chow, "On optimum recognition error and reject tradeoff", 1970).
/// </summary>
/// <remarks>
/// Rows are sorted by the probability of their prediction. The lowest threshold is taken for which
/// <code>
/// (wrong + 1) / (answered + 1) ≤ 1 - wanted
/// </code>
/// One mistake more than there was is counted, as in conformal risk control (Angelopoulos et al., 2022): the threshold was chosen
/// on these very rows, and the lowest of many is chosen by chance too. So a precision of 0.95 needs 19 rows that are answered.
/// </remarks>
internal static class Abstention
{
    /// <summary>Chooses it.</summary>
    /// <param name="logits">The model's logits of rows.</param>
    /// <param name="temperature">What they are divided by.</param>
    /// <param name="wanted">The wanted share of right answers, above 0 and below 1.</param>
    public static AbstentionReport Choose(LabelledLogits logits, double temperature, double wanted)
    {
        int rows = logits.Labels.Length;
        double[] probability = new double[rows];
        bool[] isRight = new bool[rows];
        double[] all = new double[logits.Classes];
        for (int i = 0; i < rows; i++)
        {
            ReadOnlySpan<float> z = logits.Logits.AsSpan(i * logits.Classes, logits.Classes);
            TemperatureScaling.Softmax(z, temperature, all);
            int best = Argmax.Of(z);
            (probability[i], isRight[i]) = (all[best], best == logits.Labels[i]);
        }
        return Choose(probability, isRight, wanted);
    }

    /// <summary>Chooses it by what is known of each row.</summary>
    /// <param name="probability">The probability of the row's prediction.</param>
    /// <param name="isRight">Whether the prediction is right.</param>
    /// <param name="wanted">The wanted share of right answers, above 0 and below 1.</param>
    public static AbstentionReport Choose(double[] probability, bool[] isRight, double wanted)
    {
        int rows = probability.Length;
        int[] order = [.. Enumerable.Range(0, rows).OrderByDescending(i => probability[i])];
        (int answered, int right, double threshold) = (0, 0, 1);
        int rightSoFar = 0;
        for (int i = 0; i < rows; i++)
        {
            rightSoFar += isRight[order[i]] ? 1 : 0;
            double here = probability[order[i]];
            double next = i + 1 < rows ? probability[order[i + 1]] : double.NegativeInfinity;
            // Rows of one probability are answered together.
            if (next == here)
                continue;
            int wrong = i + 1 - rightSoFar;
            if (wrong + 1 > (1 - wanted) * (i + 2) + 1e-9)
                continue;
            (answered, right) = (i + 1, rightSoFar);
            threshold = i + 1 == rows ? 0 : (here + next) / 2;
        }
        return new AbstentionReport(
            wanted, threshold, answered == 0 ? 1 : (double)right / answered, rows == 0 ? 0 : (double)answered / rows, rows);
    }
}
