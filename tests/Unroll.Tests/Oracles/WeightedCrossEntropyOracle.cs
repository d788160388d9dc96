namespace Unroll.Tests.Oracles;

/// <summary>
/// torch.nn.CrossEntropyLoss(weight=w, label_smoothing=ε), mean over a batch:
/// loss = Σ_n Σ_c q_nc · (-log p_nc) / Σ_n w_{y_n} with q_nc = (1-ε)·w_c·[c = y_n] + (ε/C)·w_c.
/// The denominator knows only the labels' weights, also for the smoothed part.
/// </summary>
internal static class WeightedCrossEntropyOracle
{
    public static double Forward(double[][] logits, int[] labels, double[]? weights, double smoothing)
    {
        double sum = 0;
        for (int n = 0; n < labels.Length; n++)
        {
            double[] z = logits[n];
            for (int c = 0; c < z.Length; c++)
                sum += Share(c, labels[n], z.Length, weights, smoothing) * SoftmaxCrossEntropyOracle.Forward(z, c);
        }
        return sum / TotalWeight(labels, weights);
    }

    /// <summary>dLogits [B][C].</summary>
    public static double[][] Backward(double[][] logits, int[] labels, double[]? weights, double smoothing)
    {
        double total = TotalWeight(labels, weights);
        double[][] dLogits = [.. logits.Select(row => new double[row.Length])];
        for (int n = 0; n < labels.Length; n++)
        {
            for (int c = 0; c < logits[n].Length; c++)
            {
                double share = Share(c, labels[n], logits[n].Length, weights, smoothing) / total;
                double[] d = SoftmaxCrossEntropyOracle.Backward(logits[n], c);
                for (int k = 0; k < d.Length; k++)
                    dLogits[n][k] += share * d[k];
            }
        }
        return dLogits;
    }

    private static double Share(int c, int label, int classes, double[]? weights, double smoothing) =>
        (weights?[c] ?? 1) * ((c == label ? 1 - smoothing : 0) + smoothing / classes);

    private static double TotalWeight(int[] labels, double[]? weights) => labels.Sum(label => weights?[label] ?? 1);
}
