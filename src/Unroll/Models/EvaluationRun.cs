using System.Diagnostics;
using Unroll.Data;
using Unroll.Engine.Batches;
using Unroll.Engine.Threading;
using Unroll.Evaluation;
using Unroll.Storage;
using Unroll.Terms;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Models;

/// <summary>A row that a model got wrong.</summary>
/// <param name="Line">Where the row stands, as it was given.</param>
/// <param name="Text">Its text.</param>
/// <param name="Label">Its label; of several, all, parted by commas.</param>
/// <param name="Predicted">What the model says instead.</param>
/// <param name="Probability">The probability of what it says; of several labels that of the most probable one.</param>
/// <param name="Loss">
/// -log of the probability of the row's label, in nats: how sure the model was that it is not that. Of several labels the mean
/// over all.
/// </param>
public sealed record Mistake(int Line, string Text, string Label, string Predicted, double Probability, double Loss);

/// <summary>
/// Measures a model on rows as they come, in batches; of the texts only the worst mistakes are kept.
/// </summary>
/// <remarks>
/// A row whose label the model does not know counts as wrong in accuracy and macro-F1. Its label has no probability, so it does
/// not count in loss and calibration, and is not among the mistakes.
/// </remarks>
public sealed class EvaluationRun : IDisposable
{
    private const int BatchSize = 1024;

    private readonly SentenceClassifier _classifier;
    private readonly WorkerPool _pool;
    private readonly Evaluator _evaluator;
    private readonly Scoring _scoring;
    private readonly HashSet<string> _known;
    private readonly RowEncoder _rows;
    private readonly Dictionary<string, int> _unknownLabels = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Mistake, double> _mistakes = new();
    private readonly int _mostMistakes;
    private readonly TokenEncoder _encoder;
    private readonly EncodedTexts _encoded;
    private readonly SparseRows? _terms;
    private readonly TermRow _termRow = new();
    private readonly List<LabelledText> _pending = [];

    /// <summary>Begins.</summary>
    /// <param name="classifier">The model.</param>
    /// <param name="mostMistakes">How many mistakes are kept.</param>
    /// <param name="threads">How many threads compute; null for one per processor. The result does not depend on it.</param>
    public EvaluationRun(SentenceClassifier classifier, int mostMistakes = 0, int? threads = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(mostMistakes);
        (_classifier, _mostMistakes) = (classifier, mostMistakes);
        _encoder = classifier.CreateEncoder();
        _pool = new WorkerPool(threads ?? Environment.ProcessorCount);
        _evaluator = new Evaluator(classifier.Networks, classifier.Config.Classes, _pool, classifier.LinearPass());
        _terms = classifier.Linear is null ? null : new SparseRows();
        _rows = new RowEncoder(classifier.Config, classifier.Vocabulary, areMeasured: true);
        _encoded = _rows.CreateTexts();
        _scoring = new Scoring(
            classifier.Config.Classes, classifier.Config.Temperature, classifier.Config.Threshold,
            LabelDecision.Of(_encoded, classifier.Config));
        _known = [.. classifier.Labels];
    }

    /// <summary>Labels that the model does not know and how many rows had each.</summary>
    public IReadOnlyDictionary<string, int> UnknownLabels => _unknownLabels;

    /// <summary>How length and accuracy go together, of the rows that <see cref="Finish"/> has seen.</summary>
    public AccuracyByLength ByLength { get; } = new();

    /// <summary>Takes one more row.</summary>
    /// <param name="row">The row; its line comes back in <see cref="Mistake"/>.</param>
    /// <exception cref="InputException">The model's vocabulary is closed and a word is not in it.</exception>
    public void Add(LabelledText row)
    {
        int label = _rows.NumberOf(row.Label, "row", _scoring.Rows + _pending.Count + 1);
        foreach (string unknown in row.Labels.Where(each => !_known.Contains(each)))
            _unknownLabels[unknown] = _unknownLabels.GetValueOrDefault(unknown) + 1;
        string[] tokens = _classifier.Tokenize(row.Text);
        int[] ids = _encoder.Encode(tokens, _encoded.UnknownWords);
        _classifier.Config.RequirePlaces(ids.Length, "the text");
        _encoded.Add(ids, label);
        if (_terms is not null)
        {
            _classifier.Linear!.Terms.Read(tokens, _termRow);
            _terms.Add(_termRow);
        }
        _pending.Add(row);
        if (_pending.Count == BatchSize)
            Measure();
    }

    /// <summary>What came out so far.</summary>
    /// <returns>The numbers, and the mistakes with the highest loss first.</returns>
    public (EvaluationResult Result, IReadOnlyList<Mistake> Mistakes) Finish()
    {
        Measure();
        IEnumerable<Mistake> kept = _mistakes.UnorderedItems.Select(item => item.Element);
        Mistake[] worst = [.. kept.OrderByDescending(mistake => mistake.Loss).ThenBy(mistake => mistake.Line)];
        return (_scoring.Result.Named(_classifier.Config.Labels), worst);
    }

    /// <summary>What came out so far, with the names of the labels.</summary>
    public EvaluationReport Report()
    {
        (EvaluationResult result, IReadOnlyList<Mistake> mistakes) = Finish();
        return new EvaluationReport(_classifier.Config.Labels, result, _unknownLabels, mistakes);
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose() => _pool.Dispose();

    private void Measure()
    {
        Debug.Assert(_pending.Count == _encoded.Count, "every text that waits is encoded");
        _evaluator.ForEach(_encoded, _terms, _encoded.Count, (row, logits) =>
        {
            Prediction.RequireFinite(logits);
            RowScore score = _scoring.Add(logits, _encoded.LabelOf(row));
            ByLength.Add(_encoded.LengthOf(row), score.IsRight);
            if (!score.IsRight && _mostMistakes > 0 && double.IsFinite(score.Loss))
                Keep(row, score, logits);
        });
        _encoded.Clear();
        _terms?.Clear();
        _pending.Clear();
    }

    // The queue gives the lowest loss away first.
    private void Keep(int row, RowScore score, ReadOnlySpan<float> logits)
    {
        if (_mistakes.Count == _mostMistakes && _mistakes.TryPeek(out _, out double least) && score.Loss <= least)
            return;
        LabelledText wrong = _pending[row];
        ModelConfig config = _classifier.Config;
        string predicted = config.MultiLabel
            ? LabelText.Shown(LabelText.Join(Prediction.Of(config, wrong.Text, logits, tokens: 1, unknown: 0).Labels.Keys))
            : config.Labels[score.Predicted];
        var mistake = new Mistake(
            wrong.Line, wrong.Text, LabelText.Shown(wrong.Label), predicted, score.Probability, score.Loss);
        _mistakes.Enqueue(mistake, score.Loss);
        if (_mistakes.Count > _mostMistakes)
            _mistakes.Dequeue();
    }
}
