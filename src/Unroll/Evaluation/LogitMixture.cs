using Unroll.Engine.Batches;
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

    // Where there are very many classes, some of the rows are enough.
    private const int MostLogits = 1 << 22;

    /// <summary>Finds λ.</summary>
    /// <param name="network">Computes the network's logits.</param>
    /// <param name="part">The linear part.</param>
    /// <param name="texts">The rows.</param>
    /// <param name="terms">Their terms.</param>
    /// <returns>λ, a multiple of 0.05 from 0 to 1.</returns>
    public static double FitShare(Evaluator network, LinearPart part, EncodedTexts texts, SparseRows terms)
    {
        int classes = part.Classes;
        int rows = Math.Min(texts.Count, Math.Max(1, MostLogits / classes));
        float[] ofNetwork = new float[rows * classes];
        float[] ofLinear = new float[rows * classes];
        int[] labels = new int[rows];
        int done = 0;
        network.ForEach(texts, null, rows, (row, logits) =>
        {
            // A label that no training row has is wrong whatever is said.
            if (texts.LabelOf(row) >= classes)
                return;
            logits.CopyTo(ofNetwork.AsSpan(done * classes));
            part.Logits(terms.ColumnsOf(row), terms.ValuesOf(row), ofLinear.AsSpan(done * classes, classes));
            labels[done++] = texts.LabelOf(row);
        });
        int values = done * classes;
        return FitShare(ofNetwork.AsSpan(0, values), ofLinear.AsSpan(0, values), classes, labels.AsSpan(0, done));
    }

    /// <summary>Finds λ.</summary>
    /// <param name="network">z of the network, [rows,C].</param>
    /// <param name="linear">z of the linear model, [rows,C].</param>
    /// <param name="classes">C.</param>
    /// <param name="labels">The class of each row.</param>
    /// <returns>λ, a multiple of 0.05 from 0 to 1.</returns>
    public static double FitShare(
        ReadOnlySpan<float> network, ReadOnlySpan<float> linear, int classes, ReadOnlySpan<int> labels)
    {
        float[] mixed = new float[network.Length];
        double best = 0;
        double least = double.PositiveInfinity;
        for (int step = 0; step <= Steps; step++)
        {
            double share = (double)step / Steps;
            for (int i = 0; i < mixed.Length; i++)
                mixed[i] = (float)((1 - share) * network[i] + share * linear[i]);
            double temperature = TemperatureScaling.Fit(mixed, classes, labels);
            var scoring = new Scoring(classes, temperature);
            for (int row = 0; row < labels.Length; row++)
                scoring.Add(mixed.AsSpan(row * classes, classes), labels[row]);
            double loss = scoring.Result.Loss * labels.Length + WeightOfPrior * (2 * share - 1) * (2 * share - 1);
            if (loss < least)
                (best, least) = (share, loss);
        }
        return best;
    }
}
