namespace Unroll.Tests.Oracles;

/// <summary>
/// The states h [T][A] of one sentence's words → one vector [A], A = H·D.
/// last: the forward half at the last word and the backward half at the first, each direction's final state.
/// mean, max: over the words, each column by itself.
/// attention: score_t = queryᵀ tanh(W h_t + b), α = softmax(score), pooled = Σ_t α_t h_t.
/// </summary>
internal sealed class PoolingOracle(string kind, int hidden, Dictionary<string, double[]> parameters)
{
    public double[] Forward(double[][] h)
    {
        double[][] share = kind == "attention" ? [] : Shares(h);
        double[] alpha = kind == "attention" ? Alpha(h) : [];
        double[] pooled = new double[h[0].Length];
        for (int t = 0; t < h.Length; t++)
        {
            for (int j = 0; j < pooled.Length; j++)
                pooled[j] += (kind == "attention" ? alpha[t] : share[t][j]) * h[t][j];
        }
        return pooled;
    }

    /// <summary>dPooled [A] → dh [T][A]; adds to the gradients of the parameters.</summary>
    public double[][] Backward(double[][] h, double[] dPooled, Dictionary<string, double[]> gradients)
    {
        if (kind == "attention")
            return AttentionBackward(h, dPooled, gradients);
        // Where the shares do not move with h, the gradient is shared out as the values were.
        return [.. Shares(h).Select(row => row.Zip(dPooled, (s, d) => s * d).ToArray())];
    }

    /// <summary>How much of h [T][A] goes into the pooled vector.</summary>
    private double[][] Shares(double[][] h)
    {
        int T = h.Length;
        double Share(int t, int j) => kind switch
        {
            "last" => t == (j < hidden ? T - 1 : 0) ? 1 : 0,
            "mean" => 1.0 / T,
            "max" => t == ArgMax(h, j) ? 1 : 0,
            _ => throw new InvalidOperationException($"no pooling is called '{kind}'"),
        };
        return [.. h.Select((row, t) => row.Select((_, j) => Share(t, j)).ToArray())];
    }

    private static int ArgMax(double[][] h, int j)
    {
        int best = 0;
        for (int t = 1; t < h.Length; t++)
        {
            if (h[t][j] > h[best][j])
                best = t;
        }
        return best;
    }

    private double[] Key(double[] row) =>
        [.. LinearOracle.Forward(parameters["attention.weight"], parameters["attention.bias"], row).Select(Math.Tanh)];

    private double[] Alpha(double[][] h)
    {
        double[] query = parameters["attention.query"];
        double[] scores = [.. h.Select(row => Dot(query, Key(row)))];
        double max = scores.Max();
        double sum = scores.Sum(s => Math.Exp(s - max));
        return [.. scores.Select(s => Math.Exp(s - max) / sum)];
    }

    private double[][] AttentionBackward(double[][] h, double[] dPooled, Dictionary<string, double[]> gradients)
    {
        double[] query = parameters["attention.query"];
        double[] alpha = Alpha(h);
        double[] dAlpha = [.. h.Select(row => Dot(row, dPooled))];
        double expected = Dot(alpha, dAlpha);
        double[][] dh = new double[h.Length][];
        for (int t = 0; t < h.Length; t++)
        {
            double dScore = alpha[t] * (dAlpha[t] - expected);
            double[] key = Key(h[t]);
            double[] dSum = [.. key.Select((k, i) => dScore * query[i] * (1 - k * k))];
            (double[] dWeight, double[] dBias, double[] dRow) = LinearOracle.Backward(parameters["attention.weight"], h[t], dSum);
            AddScaled(gradients["attention.query"], dScore, key);
            AddScaled(gradients["attention.weight"], 1, dWeight);
            AddScaled(gradients["attention.bias"], 1, dBias);
            AddScaled(dRow, alpha[t], dPooled);
            dh[t] = dRow;
        }
        return dh;
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static void AddScaled(double[] sum, double scale, double[] values)
    {
        for (int i = 0; i < sum.Length; i++)
            sum[i] += scale * values[i];
    }
}
