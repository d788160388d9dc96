namespace Unroll.Classroom.Equations;

/// <summary>dy, the gradient of the loss by the logits: p less 1 at the label, or what a mistake makes of it.</summary>
internal static class LogitGradient
{
    /// <summary>dy, [C].</summary>
    /// <param name="y">The logits, [C].</param>
    /// <param name="label">The right label.</param>
    /// <param name="mistake">What is wrong.</param>
    public static double[] Of(double[] y, int label, SoftmaxMistake mistake)
    {
        double[] p = Softmax(y);
        switch (mistake)
        {
            case SoftmaxMistake.Correct:
                return LessOne(p, label);
            case SoftmaxMistake.Twice:
                return LessOne(Softmax(p), label);
            case SoftmaxMistake.TwiceAndThrough:
                return ThroughSoftmax(p, LessOne(Softmax(p), label));
            case SoftmaxMistake.LabelMissing:
                return p;
            case SoftmaxMistake.LabelSwapped:
                return LessOne(p, LabParameters.Classes - 1 - label);
            case SoftmaxMistake.WrongAxis:
                return LessOne([.. p.Select(_ => 1.0)], label);
            case SoftmaxMistake.NotNormalized:
                return LessOne([.. y.Select(Math.Exp)], label);
            case SoftmaxMistake.Sigmoid:
                return LessOne([.. y.Select(value => 1 / (1 + Math.Exp(-value)))], label);
            case SoftmaxMistake.LabelOnly:
                return [.. p.Select((value, k) => k == label ? value - 1 : 0)];
            case SoftmaxMistake.OneEverywhere:
                return [.. p.Select(value => value - 1)];
            case SoftmaxMistake.ByProbability:
                return [.. p.Select((value, k) => k == label ? -1 / value : 0)];
            case SoftmaxMistake.Squared:
                return ThroughSoftmax(p, [.. LessOne(p, label).Select(value => 2 * value)]);
            case SoftmaxMistake.HalfSquared:
                return ThroughSoftmax(p, LessOne(p, label));
            case SoftmaxMistake.SquaredOfLogits:
                return [.. LessOne(y, label).Select(value => 2 * value)];
            case SoftmaxMistake.HalfSquaredOfLogits:
                return LessOne(y, label);
            default:
                throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null);
        }
    }

    /// <summary>p = softmax(y).</summary>
    public static double[] Softmax(double[] y)
    {
        double[] p = [.. y.Select(value => Math.Exp(value - y.Max()))];
        double sum = p.Sum();
        return [.. p.Select(value => value / sum)];
    }

    /// <summary>Back through p = softmax(y): dy_k = p_k (dp_k - Σ_j p_j dp_j).</summary>
    public static double[] ThroughSoftmax(double[] p, double[] dp)
    {
        double mean = p.Zip(dp, (a, b) => a * b).Sum();
        return [.. p.Select((value, k) => value * (dp[k] - mean))];
    }

    private static double[] LessOne(double[] p, int label) => [.. p.Select((value, k) => k == label ? value - 1 : value)];
}
