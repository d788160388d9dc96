using System.Runtime.InteropServices;
using Unroll.Engine.Batches;
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
internal sealed class LinearTraining
{
    // 16 MB of weights, and some seconds of work: far below what the recurrent training of such data takes.
    private const int WeightLimit = 1 << 22;
    private const int TermLimit = 1 << 18;
    private const int TokenLimit = 20_000_000;

    // Terms take some thirty times the memory of tokens, and a corpus is on disk where there is little.
    private const int TokenLimitOnDisk = 2_000_000;
    private const long WorkLimit = 2_000_000_000;
    private const int WorkOfSoftmax = 10;
    private const double MostScale = 4;

    private readonly Corpus _corpus;
    private readonly int[] _classOf;
    private readonly int _classes;
    private readonly TermCounts _counts;
    private readonly List<int> _labels = [];
    private readonly int _every;
    private readonly int _together;
    private int _offered;

    /// <summary>Begins without texts.</summary>
    /// <param name="corpus">Has the texts.</param>
    /// <param name="classOf">
    /// The class of each label of the corpus, 0 … C-1, or the number of its set; that of labels of other texts is not looked at.
    /// </param>
    /// <param name="classes">C.</param>
    /// <param name="threads">How many settings are tried side by side; null for one per processor. It changes no result.</param>
    public LinearTraining(Corpus corpus, int[] classOf, int classes, int? threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        (_corpus, _classOf, _classes) = (corpus, classOf, classes);
        _together = threads ?? Environment.ProcessorCount;
        _counts = new TermCounts(corpus);
        _every = 1 + corpus.TokenCount / (corpus.OnDisk ? TokenLimitOnDisk : TokenLimit);
    }

    /// <summary>The most words of a term: 1 or 2.</summary>
    public int WordNgrams { init => _counts.WordNgrams = value; }

    /// <summary>The most characters of a piece of a word; 0 for no pieces.</summary>
    public int CharNgrams { init => _counts.CharNgrams = value; }

    /// <summary>
    /// The linear part to go on from, of as many classes; null for none. What is learned is added to its weights, so that the
    /// penalty holds them where they were.
    /// </summary>
    public LinearPart? From { get; init; }

    /// <summary>The classes of each set, where texts may have several; null for one class a text.</summary>
    public LabelSets? Sets { get; init; }

    /// <summary>Settings from strong to weak penalties.</summary>
    public static IReadOnlyList<LogisticSettings> Candidates { get; } =
        [new(Rate: 3, Strength: 10), new(Rate: 10, Strength: 30), new(Rate: 10, Strength: 100)];

    /// <summary>
    /// Takes texts to learn from. Of a corpus with more than 20 million tokens, or 2 million where it is on disk, it takes only
    /// every second, third … text.
    /// </summary>
    /// <param name="rows">Which texts of the corpus.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Add(IEnumerable<int> rows, CancellationToken cancellationToken = default)
    {
        int[] taken = [.. rows.Where(_ => _offered++ % _every == 0)];
        _counts.Add(taken, cancellationToken);
        _labels.AddRange(taken.Select(row => _classOf[_corpus.LabelOf(row)]));
    }

    /// <summary>
    /// Learns from the texts. It keeps the terms of most texts: 2¹⁸, or 2²² / C where that is less. With thousands of classes it
    /// makes fewer passes. The same texts give the same model.
    /// </summary>
    /// <param name="settings">How it learns.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public LinearPart Train(LogisticSettings settings, CancellationToken cancellationToken = default) =>
        Choose([settings], lossOf: null, cancellationToken).Part;

    /// <summary>Learns with several settings, and keeps the first after which it gets worse.</summary>
    /// <param name="candidates">The settings, at least one, from strong to weak penalties.</param>
    /// <param name="lossOf">Says how well a model does, less is better; null takes the first.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    /// <returns>The model, and the settings that it learned with.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public (LinearPart Part, LogisticSettings Settings) Choose(
        IReadOnlyList<LogisticSettings> candidates, Func<LinearPart, double>? lossOf,
        CancellationToken cancellationToken = default)
    {
        if (_labels.Count == 0)
            throw new InvalidOperationException($"there is no text to learn from, call {nameof(Add)} before");
        (TermTable terms, SparseRows sparse, int[] textsWith) =
            _counts.Keep(Math.Clamp(WeightLimit / _classes, 1, TermLimit), From?.Terms);
        int[] labels = [.. _labels];
        float[] offsets = From is null ? [] : OffsetsOf(From, sparse);
        float[] scales = Scales(sparse, labels, textsWith, _classes, Sets);
        long workOfPass = ((long)sparse.ValueCount + WorkOfSoftmax * (long)labels.Length) * _classes;
        int mostPasses = (int)Math.Clamp(WorkLimit / Math.Max(1, workOfPass), 1, int.MaxValue);
        if (lossOf is null)
            return (Fit(candidates[0]), candidates[0]);
        (LinearPart Part, LogisticSettings Settings)? best = null;
        double least = double.PositiveInfinity;
        foreach (LogisticSettings[] together in candidates.Chunk(_together))
        {
            var parts = new LinearPart[together.Length];
            var sideBySide = new ParallelOptions { MaxDegreeOfParallelism = _together, CancellationToken = cancellationToken };
            Parallel.For(0, parts.Length, sideBySide, i => parts[i] = Fit(together[i]));
            foreach ((LinearPart part, LogisticSettings candidate) in parts.Zip(together))
            {
                double loss = lossOf(part);
                if (loss >= least)
                    return best!.Value;
                (best, least) = ((part, candidate), loss);
            }
        }
        return best ?? throw new InvalidOperationException("the loss of a linear model is no number");

        LinearPart Fit(LogisticSettings candidate)
        {
            var regression = new LogisticRegression(terms.Count, _classes);
            LogisticSettings settings = candidate with { Passes = Math.Min(candidate.Passes, mostPasses) };
            regression.Train(sparse, labels, textsWith, scales, settings, cancellationToken, offsets, Sets);
            var part = new LinearPart(terms, regression.Weights.ToArray(), regression.Bias.ToArray());
            return From is null ? part : LinearGrowth.Sum(From, part);
        }
    }

    // What the old part says of the rows, [rows,C]; its terms are the first of the table.
    private static float[] OffsetsOf(LinearPart old, SparseRows rows)
    {
        float[] offsets = new float[rows.Count * old.Classes];
        var columns = new List<int>();
        var values = new List<float>();
        for (int row = 0; row < rows.Count; row++)
        {
            columns.Clear();
            values.Clear();
            ReadOnlySpan<int> found = rows.ColumnsOf(row);
            for (int i = 0; i < found.Length; i++)
            {
                if (found[i] >= old.Terms.Count)
                    continue;
                columns.Add(found[i]);
                values.Add(rows.ValuesOf(row)[i]);
            }
            old.Logits(
                CollectionsMarshal.AsSpan(columns), CollectionsMarshal.AsSpan(values),
                offsets.AsSpan(row * old.Classes, old.Classes));
        }
        return offsets;
    }

    // s, [F,C]
    private static float[] Scales(SparseRows rows, int[] labels, int[] textsWith, int classes, LabelSets? sets)
    {
        float[] scales = new float[textsWith.Length * classes];
        double[] textsOf = new double[classes];
        for (int row = 0; row < rows.Count; row++)
        {
            foreach (int c in sets is null ? new ReadOnlySpan<int>(in labels[row]) : sets[labels[row]])
            {
                textsOf[c]++;
                foreach (int column in rows.ColumnsOf(row))
                    scales[column * classes + c]++;
            }
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
