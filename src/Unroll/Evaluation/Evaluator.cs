using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Threading;
using Unroll.Storage;
using Unroll.Terms;

namespace Unroll.Evaluation;

/// <summary>Measures a model on encoded texts; its buffers are kept from one measurement to the next.</summary>
/// <param name="networks">The networks.</param>
/// <param name="classes">C.</param>
/// <param name="pool">The threads that compute.</param>
/// <param name="linear">Adds the model's linear part; null for the networks alone.</param>
/// <param name="communicator">Connects the ranks that share the work; null for a process alone.</param>
internal sealed class Evaluator(
    IReadOnlyList<Network> networks, int classes, WorkerPool pool, LinearPass? linear = null, ICommunicator? communicator = null)
{
    private const int BatchSize = 256;

    // Long texts come fewer at a time: memory grows with the tokens of a batch.
    private const long MostTokens = 1 << 15;

    private readonly NetworksPass _pass = new(networks, classes, pool, communicator);
    private readonly Batch _batch = new();
    private readonly int[] _rows = new int[BatchSize];
    private readonly float[] _logits = new float[classes];
    private int _place;

    /// <summary>Called for a row with its place among the texts and its logits, [C].</summary>
    public delegate void RowAction(int row, ReadOnlySpan<float> logits);

    /// <summary>z of one network for a row, [C]; to be asked while the row is told of.</summary>
    /// <param name="network">Which, from 0.</param>
    public ReadOnlySpan<float> LogitsOf(int network) => _pass.LogitsOf(network).Slice(_place * classes, classes);

    /// <summary>Measures the model on texts with labels.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="terms">The texts' terms, for the linear part; null without one.</param>
    /// <param name="temperature">What logits are divided by.</param>
    /// <param name="check">Told of the logits of every row before they are scored; null for nobody.</param>
    /// <param name="config">Has the thresholds; null for none.</param>
    public EvaluationResult Evaluate(
        EncodedTexts texts, SparseRows? terms = null, double temperature = 1, RowAction? check = null,
        ModelConfig? config = null)
    {
        var scoring = new Scoring(classes, temperature, config?.Threshold ?? 0, LabelDecision.Of(texts, config));
        ForEach(texts, terms, texts.Count, (row, logits) =>
        {
            check?.Invoke(row, logits);
            scoring.Add(logits, texts.LabelOf(row));
        });
        return scoring.Result;
    }

    /// <summary>
    /// Computes the logits of some texts, evenly spread over all. They come batch by batch, within a batch in the order of the
    /// packed steps.
    /// </summary>
    /// <param name="texts">The texts.</param>
    /// <param name="terms">The texts' terms, for the linear part; null without one.</param>
    /// <param name="count">How many of them.</param>
    /// <param name="action">What is done with the logits.</param>
    public void ForEach(EncodedTexts texts, SparseRows? terms, int count, RowAction action)
    {
        if ((linear is null) != (terms is null))
            throw new ArgumentException("the linear part and the terms of the texts go together", nameof(terms));
        for (int first = 0; first < count;)
        {
            int rows = 0;
            for (long tokens = 0; rows < BatchSize && first + rows < count; rows++)
            {
                int row = (int)((long)(first + rows) * texts.Count / count);
                tokens += texts.LengthOf(row);
                if (rows > 0 && tokens > MostTokens)
                    break;
                _rows[rows] = row;
            }
            first += rows;
            _batch.Fill(texts, _rows.AsSpan(0, rows));
            _pass.Forward(_batch);
            for (int b = 0; b < _batch.Count; b++)
            {
                _place = b;
                _pass.Logits.Slice(b * classes, classes).CopyTo(_logits);
                linear?.Mix(terms!, _batch.Rows[b], _logits);
                action(_batch.Rows[b], _logits);
            }
        }
    }
}
