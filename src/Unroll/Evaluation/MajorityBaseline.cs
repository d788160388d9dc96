using Unroll.Engine.Batches;

namespace Unroll.Evaluation;

/// <summary>
/// What is reached without looking at a text: the most frequent class of the training texts, for every text; of several labels
/// those that at least half of the training texts have.
/// </summary>
internal sealed class MajorityBaseline
{
    private readonly float[] _logits;

    private MajorityBaseline(int label, float[] logits) => (Label, _logits) = (label, logits);

    /// <summary>The most frequent class, the first of equals.</summary>
    public int Label { get; }

    /// <summary>Counts the classes of the training texts.</summary>
    /// <param name="train">The texts, at least one.</param>
    /// <param name="classes">C: labels are 0 … C-1.</param>
    public static MajorityBaseline Train(EncodedTexts train, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(train.Count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        int[] counts = train.TextsOf(classes);
        // One more of each, so that a class without training texts costs much and not infinitely much.
        float[] logits = train.Sets is null
            ? [.. counts.Select(count => MathF.Log(count + 1f))]
            : [.. counts.Select(count => MathF.Log(count + 1f) - MathF.Log(train.Count - count + 1f))];
        return new MajorityBaseline(Array.IndexOf(counts, counts.Max()), logits);
    }

    /// <summary>
    /// Measures it on labelled texts; the probability of a class is its share in training, with one row more of each class.
    /// </summary>
    /// <param name="texts">The texts, at least one.</param>
    public EvaluationResult Evaluate(EncodedTexts texts)
    {
        var scoring = new Scoring(_logits.Length, temperature: 1, decision: LabelDecision.Of(texts));
        for (int row = 0; row < texts.Count; row++)
            scoring.Add(_logits, texts.LabelOf(row));
        return scoring.Result;
    }
}
