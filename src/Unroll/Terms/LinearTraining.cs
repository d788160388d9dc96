using Unroll.Text;

namespace Unroll.Terms;

/// <summary>Trains a <see cref="LinearPart"/>.</summary>
/// <remarks>
/// <para>
/// A weight learns faster and is punished less where its term tells its class from the others, by as much as naive Bayes would
/// say (after Wang and Manning, "Baselines and Bigrams", 2012):
/// </para>
/// <code>
/// s_jc = ½ + ½ |log((k + 1) / (e + 1)) - log((df_j - k + 1) / (df_j - e + 1))|,  at most 4
/// </code>
/// <para>
/// k: the texts of class c with term j, e = df_j n_c / n: those to expect if the term told nothing. Weights, forms and limits
/// were chosen by cross-validation within training rows; <c>bench/results/accuracy.md</c> has the figures.
/// </para>
/// </remarks>
internal static class LinearTraining
{
    // 16 MB of weights, and some seconds of work: far below what the recurrent training of such data takes.
    private const int WeightLimit = 1 << 22;
    private const int TermLimit = 1 << 18;
    private const int TokenLimit = 20_000_000;
    private const long WorkLimit = 2_000_000_000;
    private const int WorkOfSoftmax = 10;
    private const double MostScale = 4;

    /// <summary>Settings from strong to weak penalties.</summary>
    public static IReadOnlyList<LogisticSettings> Candidates { get; } =
        [new(Rate: 3, Strength: 10), new(Rate: 10, Strength: 30), new(Rate: 10, Strength: 100)];

    /// <summary>
    /// Learns from texts. Of more than 20 million tokens it takes only every second, third … text, and it keeps the terms of most
    /// texts: 2¹⁸, or 2²² / C where that is less. With thousands of classes it makes fewer passes. The same texts give the same
    /// model.
    /// </summary>
    /// <param name="corpus">Has the texts.</param>
    /// <param name="rows">Which of them to train on, at least one.</param>
    /// <param name="classOf">The class of each label of the corpus, 0 … C-1.</param>
    /// <param name="classes">C.</param>
    /// <param name="candidates">The settings to try, from strong to weak penalties.</param>
    /// <param name="lossOf">
    /// Says how well a model does, less is better: of the settings the first is kept after which it gets worse. Null takes the
    /// first.
    /// </param>
    /// <param name="cancellationToken">Stops the training.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <returns>The model, and the settings it learned with.</returns>
    public static (LinearPart Part, LogisticSettings Settings) Train(
        Corpus corpus, IReadOnlyList<int> rows, ReadOnlySpan<int> classOf, int classes,
        IReadOnlyList<LogisticSettings> candidates, Func<LinearPart, double>? lossOf = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(rows.Count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        long tokens = 0;
        foreach (int row in rows)
            tokens += corpus.TokensOf(row).Length;
        int every = 1 + (int)(tokens / TokenLimit);
        int[] taken = [.. rows.Where((_, i) => i % every == 0)];
        var counts = new TermCounts(corpus, taken, cancellationToken);
        (TermTable terms, SparseRows sparse, int[] textsWith) =
            counts.Keep(Math.Clamp(WeightLimit / classes, 1, TermLimit));
        int[] labels = new int[taken.Length];
        for (int row = 0; row < taken.Length; row++)
            labels[row] = classOf[corpus.LabelOf(taken[row])];
        float[] scales = Scales(sparse, labels, textsWith, classes);
        long workOfPass = ((long)sparse.ValueCount + WorkOfSoftmax * (long)taken.Length) * classes;
        (LinearPart Part, LogisticSettings Settings)? best = null;
        double least = double.PositiveInfinity;
        foreach (LogisticSettings candidate in candidates)
        {
            LogisticSettings settings = candidate with
            {
                Passes = (int)Math.Clamp(WorkLimit / Math.Max(1, workOfPass), 1, candidate.Passes),
            };
            var regression = new LogisticRegression(terms.Count, classes);
            regression.Train(sparse, labels, textsWith, scales, settings, cancellationToken);
            var part = new LinearPart(terms, regression.Weights.ToArray(), regression.Bias.ToArray());
            if (lossOf is null)
                return (part, candidate);
            double loss = lossOf(part);
            if (loss >= least)
                break;
            (best, least) = ((part, candidate), loss);
        }
        return best ?? throw new InvalidOperationException("the loss of a linear model is no number");
    }

    // s, [F,C]
    private static float[] Scales(SparseRows rows, int[] labels, int[] textsWith, int classes)
    {
        float[] scales = new float[textsWith.Length * classes];
        double[] textsOf = new double[classes];
        for (int row = 0; row < rows.Count; row++)
        {
            textsOf[labels[row]]++;
            foreach (int column in rows.ColumnsOf(row))
                scales[column * classes + labels[row]]++;
        }
        for (int column = 0; column < textsWith.Length; column++)
        {
            double with = textsWith[column];
            for (int c = 0; c < classes; c++)
            {
                ref float scale = ref scales[column * classes + c];
                double expected = with * textsOf[c] / rows.Count;
                double told = Math.Log((scale + 1) / (expected + 1)) - Math.Log((with - scale + 1) / (with - expected + 1));
                scale = (float)(0.5 + 0.5 * Math.Min(Math.Abs(told), MostScale));
            }
        }
        return scales;
    }
}
