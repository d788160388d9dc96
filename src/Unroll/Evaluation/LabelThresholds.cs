namespace Unroll.Evaluation;

/// <summary>
/// Chooses from which probability on a text has each label: the threshold at which the label's F1 on rows that the model was not
/// trained on is highest (Lipton, Elkan and Narayanaswamy, "Optimal Thresholding of Classifiers to Maximize F1 Measure", 2014).
/// </summary>
/// <remarks>
/// A threshold stands half-way between the probabilities of two rows. Of thresholds with one F1 the one nearest to 0.5 is taken.
/// A label that few rows have keeps 0.5: the best of many thresholds on few rows is best by chance.
/// </remarks>
internal static class LabelThresholds
{
    private const int FewestRows = 5;
    private const double Usual = Storage.ModelConfig.UsualThreshold;

    /// <summary>Chooses them.</summary>
    /// <param name="logits">The model's logits of rows that may have several labels.</param>
    /// <param name="temperature">What they are divided by.</param>
    /// <returns>A threshold a class, [C].</returns>
    public static double[] Choose(LabelledLogits logits, double temperature)
    {
        if (logits.Sets is not { } sets)
            throw new InvalidOperationException("rows of one label have no thresholds");
        int rows = logits.Labels.Length;
        double[] thresholds = new double[logits.Classes];
        double[] probability = new double[rows];
        bool[] isIn = new bool[rows];
        for (int c = 0; c < thresholds.Length; c++)
        {
            for (int i = 0; i < rows; i++)
            {
                probability[i] = ModelProbabilities.Sigmoid(logits.Logits[i * logits.Classes + c] / temperature);
                isIn[i] = sets[logits.Labels[i]].Contains(c);
            }
            thresholds[c] = Choose(probability, isIn);
        }
        return thresholds;
    }

    /// <summary>Chooses the threshold of one label.</summary>
    /// <param name="probability">The label's probability of each row.</param>
    /// <param name="isIn">Whether the row has the label.</param>
    public static double Choose(double[] probability, bool[] isIn)
    {
        int support = isIn.Count(has => has);
        if (support < FewestRows)
            return Usual;
        int[] order = [.. Enumerable.Range(0, probability.Length).OrderByDescending(i => probability[i])];
        (double best, double threshold) = (0, Usual);
        int found = 0;
        for (int i = 0; i < order.Length; i++)
        {
            found += isIn[order[i]] ? 1 : 0;
            double here = probability[order[i]];
            double next = i + 1 < order.Length ? probability[order[i + 1]] : 0;
            // Rows of one probability get the label together.
            if (next == here)
                continue;
            double f1 = 2.0 * found / (support + i + 1);
            double between = next < Usual && Usual <= here ? Usual : (here + next) / 2;
            if (f1 < best || (f1 == best && Math.Abs(between - Usual) >= Math.Abs(threshold - Usual)))
                continue;
            (best, threshold) = (f1, between);
        }
        return threshold;
    }
}
