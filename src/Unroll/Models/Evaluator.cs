using Unroll.Batches;
using Unroll.Evaluation;
using Unroll.Threading;

namespace Unroll.Models;

/// <summary>Measures a model on encoded texts; its buffers are kept from one measurement to the next.</summary>
internal sealed class Evaluator(SentenceClassifier classifier, WorkerPool pool)
{
    private const int BatchSize = 256;

    private readonly NetworkPass _pass = new(classifier.Network, pool);
    private readonly Batch _batch = new();
    private readonly int[] _rows = new int[BatchSize];

    /// <summary>Called for a row with its place among the texts and its logits, [C].</summary>
    public delegate void RowAction(int row, ReadOnlySpan<float> logits);

    /// <summary>Measures the model, at its temperature, on texts with labels.</summary>
    public EvaluationResult Evaluate(EncodedTexts texts)
    {
        var scoring = new Scoring(classifier.Config.Classes, classifier.Config.Temperature);
        ForEach(texts, texts.Count, (row, logits) => scoring.Add(logits, texts.LabelOf(row)));
        return scoring.Result;
    }

    /// <summary>
    /// Computes the logits of some texts, evenly spread over all. They come batch by batch, within a batch in the order of the packed
    /// steps.
    /// </summary>
    /// <param name="texts">The texts.</param>
    /// <param name="count">How many of them.</param>
    /// <param name="action">What is done with the logits.</param>
    public void ForEach(EncodedTexts texts, int count, RowAction action)
    {
        int classes = classifier.Config.Classes;
        for (int first = 0; first < count; first += BatchSize)
        {
            Span<int> rows = _rows.AsSpan(0, Math.Min(BatchSize, count - first));
            for (int i = 0; i < rows.Length; i++)
                rows[i] = (int)((long)(first + i) * texts.Count / count);
            _batch.Fill(texts, rows);
            _pass.Forward(_batch);
            for (int b = 0; b < _batch.Count; b++)
                action(_batch.Rows[b], _pass.Logits.Slice(b * classes, classes));
        }
    }
}
