using Unroll.Engine.Batches;

namespace Unroll.Terms;

/// <summary>
/// Naive Bayes over sets of words, which also learns from texts without a label, by expectation maximisation (Nigam et al., "Text
/// Classification from Labeled and Unlabeled Documents using EM", 2000).
/// </summary>
/// <remarks>
/// <code>
/// p_c = (1 + n_c) / (C + n)                                    of the labelled texts; it stays
/// θ_jc = (1 + Σ_texts q_c [j in text]) / Σ_j (…)               q: [c = label], or the p below for a text without a label
/// p(c | text) ∝ p_c Π_{j in text} θ_jc
/// </code>
/// Labelled texts alone give the first θ. Then p is computed of the texts without a label, and θ of all texts, in turn.
/// </remarks>
internal sealed class NaiveBayes
{
    private readonly int _classes;
    private readonly double[] _logPriors;
    private readonly double[] _counts;
    private readonly double[] _logWords;

    private NaiveBayes(EncodedTexts labelled, int words, int classes)
    {
        _classes = classes;
        double[] rows = new double[classes];
        for (int row = 0; row < labelled.Count; row++)
            rows[labelled.LabelOf(row)]++;
        _logPriors = [.. rows.Select(count => Math.Log((1 + count) / (classes + labelled.Count)))];
        _counts = new double[words * classes];
        _logWords = new double[words * classes];
    }

    /// <summary>Learns from texts.</summary>
    /// <param name="labelled">The words of texts with a label, from <see cref="WordSets"/>.</param>
    /// <param name="unlabelled">Those of texts without; their labels are not looked at.</param>
    /// <param name="words">V: the number of different words.</param>
    /// <param name="classes">C.</param>
    /// <param name="rounds">How often the texts without a label are read; 0 for labelled texts alone.</param>
    public static NaiveBayes Train(EncodedTexts labelled, EncodedTexts unlabelled, int words, int classes, int rounds)
    {
        var model = new NaiveBayes(labelled, words, classes);
        model.Begin(labelled);
        model.Estimate();
        double[] share = new double[classes];
        for (int round = 0; round < rounds; round++)
        {
            model.Begin(labelled);
            for (int row = 0; row < unlabelled.Count; row++)
            {
                model.Logits(unlabelled.IdsOf(row), share);
                Softmax(share);
                model.Add(unlabelled.IdsOf(row), share);
            }
            model.Estimate();
        }
        return model;
    }

    /// <summary>log p(c | text), but for a number that all classes share.</summary>
    /// <param name="words">The words of the text, each once.</param>
    /// <param name="logits">[C]; overwritten.</param>
    public void Logits(ReadOnlySpan<int> words, Span<double> logits)
    {
        _logPriors.CopyTo(logits);
        foreach (int word in words)
        {
            ReadOnlySpan<double> ofWord = _logWords.AsSpan(word * _classes, _classes);
            for (int c = 0; c < logits.Length; c++)
                logits[c] += ofWord[c];
        }
    }

    // One for every word and class, so that none is impossible, and the labelled texts.
    private void Begin(EncodedTexts labelled)
    {
        Array.Fill(_counts, 1);
        for (int row = 0; row < labelled.Count; row++)
        {
            foreach (int word in labelled.IdsOf(row))
                _counts[word * _classes + labelled.LabelOf(row)]++;
        }
    }

    private void Add(ReadOnlySpan<int> words, ReadOnlySpan<double> share)
    {
        foreach (int word in words)
        {
            Span<double> ofWord = _counts.AsSpan(word * _classes, _classes);
            for (int c = 0; c < share.Length; c++)
                ofWord[c] += share[c];
        }
    }

    private void Estimate()
    {
        double[] totals = new double[_classes];
        for (int i = 0; i < _counts.Length; i++)
            totals[i % _classes] += _counts[i];
        for (int i = 0; i < _counts.Length; i++)
            _logWords[i] = Math.Log(_counts[i] / totals[i % _classes]);
    }

    private static void Softmax(Span<double> values)
    {
        double max = double.NegativeInfinity;
        foreach (double value in values)
            max = Math.Max(max, value);
        double sum = 0;
        foreach (ref double value in values)
            sum += value = Math.Exp(value - max);
        foreach (ref double value in values)
            value /= sum;
    }
}
