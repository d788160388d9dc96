using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;

namespace Unroll.Evaluation;

/// <summary>
/// What a linear model reaches that sees which words and pairs of words stand in a text, but not where: logistic regression over
/// tf-idf weights. A recurrent network that does not beat it learned nothing from the order of words.
/// </summary>
internal sealed class BagOfWordsBaseline
{
    // 64 MB of weights, and some seconds of work: far below what the recurrent training of such data takes.
    private const int WeightLimit = 1 << 24;
    private const int TokenLimit = 20_000_000;
    private const long WorkLimit = 2_000_000_000;
    private const int WorkOfSoftmax = 10;

    private readonly TermWeights _terms;
    private readonly LogisticRegression _regression;
    private readonly int _classes;

    private BagOfWordsBaseline(TermWeights terms, LogisticRegression regression, int classes) =>
        (_terms, _regression, _classes) = (terms, regression, classes);

    /// <summary>The number of different words and pairs of words that it weighs.</summary>
    public int Terms => _terms.Columns;

    /// <summary>
    /// Learns from texts. Of more than 20 million tokens it takes only every second, third … text; of more than 2²⁴ / C terms
    /// those of most texts; and with thousands of classes fewer passes. The same texts give the same model.
    /// </summary>
    /// <param name="train">The texts, at least one; ids are not negative and mean nothing but which tokens are the same.</param>
    /// <param name="classes">C: labels are 0 … C-1.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static BagOfWordsBaseline Train(EncodedTexts train, int classes, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(train.Count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        int every = 1 + train.TokenCount / TokenLimit;
        int[] rows = [.. Enumerable.Range(0, train.Count).Where(row => row % every == 0)];
        var terms = new TermWeights(train, rows, limit: Math.Max(1, WeightLimit / classes));
        SparseRows sparse = terms.RowsOf(train, rows);
        int[] labels = [.. rows.Select(train.LabelOf)];
        long workOfPass = ((long)sparse.ValueCount + WorkOfSoftmax * (long)rows.Length) * classes;
        var settings = new LogisticSettings();
        settings = settings with { Passes = (int)Math.Clamp(WorkLimit / Math.Max(1, workOfPass), 1, settings.Passes) };
        var regression = new LogisticRegression(terms.Columns, classes);
        regression.Train(sparse, labels, terms.TextsWith, settings, cancellationToken);
        return new BagOfWordsBaseline(terms, regression, classes);
    }

    /// <summary>The most probable class of each text. Words and pairs that training did not have do not count.</summary>
    /// <param name="texts">The texts, with ids from the same vocabulary as the training texts.</param>
    public int[] Predict(EncodedTexts texts)
    {
        int[] predictions = new int[texts.Count];
        ForEachRow(texts, (row, logits) => predictions[row] = Argmax.Of(logits));
        return predictions;
    }

    /// <summary>Measures it on labelled texts.</summary>
    /// <param name="texts">The texts, at least one, with ids from the same vocabulary as the training texts.</param>
    public EvaluationResult Evaluate(EncodedTexts texts)
    {
        var scoring = new Scoring(_classes, temperature: 1);
        ForEachRow(texts, (row, logits) => scoring.Add(logits, texts.LabelOf(row)));
        return scoring.Result;
    }

    private void ForEachRow(EncodedTexts texts, Action<int, ReadOnlySpan<float>> use)
    {
        SparseRows rows = _terms.RowsOf(texts, [.. Enumerable.Range(0, texts.Count)]);
        float[] logits = new float[_classes];
        for (int row = 0; row < rows.Count; row++)
        {
            _regression.Logits(rows.ColumnsOf(row), rows.ValuesOf(row), logits);
            use(row, logits);
        }
    }
}
