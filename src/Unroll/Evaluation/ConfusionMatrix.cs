namespace Unroll.Evaluation;

/// <summary>One kind of mistake.</summary>
/// <param name="Truth">The class of the rows.</param>
/// <param name="Predicted">What was predicted instead.</param>
/// <param name="Count">How many rows.</param>
public readonly record struct Confusion(int Truth, int Predicted, int Count)
{
    /// <summary>The name of the rows' class; null where the matrix has no names.</summary>
    public string? TruthLabel { get; init; }

    /// <summary>The name of what was predicted instead; null where the matrix has no names.</summary>
    public string? PredictedLabel { get; init; }
}

/// <summary>Counts of rows by class and prediction.</summary>
/// <remarks>
/// A row may have a label that is none of the classes. No prediction is right for it, so it counts as wrong, and as a false
/// positive of the class that was predicted. Its label is a class more in macro-F1, and its F1 is 0.
///
/// Mistakes that nobody made take no memory, so ten thousand classes cost what their rows cost. The numbers are scikit-learn's
/// <c>confusion_matrix</c> and <c>precision_recall_fscore_support</c> with <c>zero_division=0</c>.
/// </remarks>
public sealed class ConfusionMatrix
{
    private readonly int[] _right;
    private readonly int[] _support;
    private readonly int[] _predicted;
    private readonly Dictionary<(int Truth, int Predicted), int> _mistakes = [];
    private readonly HashSet<int> _unknownLabels = [];
    private int _unknownSupport;

    /// <summary>Creates a matrix of zeros.</summary>
    /// <param name="classes">C.</param>
    public ConfusionMatrix(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        _right = new int[classes];
        _support = new int[classes];
        _predicted = new int[classes];
    }

    /// <summary>C: the number of classes.</summary>
    public int Classes => _right.Length;

    /// <summary>The names of the classes; none where nobody gave them.</summary>
    public IReadOnlyList<string> Labels { get; internal set; } = [];

    /// <summary>How many rows were counted.</summary>
    public int Rows { get; private set; }

    /// <summary>How many of the rows have a label that is none of the classes.</summary>
    public int UnknownLabelRows { get; private set; }

    /// <summary>Rows whose prediction is right.</summary>
    public int Right { get; private set; }

    /// <summary>The share of right rows, 0 to 1.</summary>
    public double Accuracy => Share(Right, Rows);

    /// <summary>
    /// The unweighted mean of F1 over the classes that occur among the rows or the predictions: a class of the model that the
    /// data do not have and nobody predicted is left out, and a label of the data that is none of the classes counts with F1 0,
    /// as scikit-learn's <c>f1_score(average="macro")</c> does.
    /// </summary>
    public double MacroF1
    {
        get
        {
            double sum = 0;
            int present = _unknownLabels.Count;
            for (int c = 0; c < Classes; c++)
            {
                if (_support[c] + _predicted[c] == 0)
                    continue;
                sum += this[c].F1;
                present++;
            }
            return Share(sum, present);
        }
    }

    /// <summary>
    /// F1 of all classes together, 2 ΣTP / (2 ΣTP + ΣFP + ΣFN), 0 to 1; where every row has one label, its accuracy. Labels of
    /// the data that are none of the classes are false negatives.
    /// </summary>
    public double MicroF1 => Share(2.0 * _right.Sum(), (double)_support.Sum() + _unknownSupport + _predicted.Sum());

    /// <summary>The scores of one class.</summary>
    /// <param name="c">The class.</param>
    public ClassScores this[int c] => new(
        Share(_right[c], _predicted[c]), Share(_right[c], _support[c]), Share(2 * _right[c], _support[c] + _predicted[c]),
        _support[c], _predicted[c]);

    /// <summary>The scores of a label.</summary>
    /// <param name="label">One of <see cref="Labels"/>.</param>
    /// <exception cref="ArgumentException">There is no such label.</exception>
    public ClassScores this[string label] => this[ClassOf(label)];

    /// <summary>How many rows of one label were predicted as another, or as itself.</summary>
    /// <param name="truth">The label of the rows.</param>
    /// <param name="predicted">The prediction.</param>
    /// <exception cref="ArgumentException">There is no such label.</exception>
    public int this[string truth, string predicted] => this[ClassOf(truth), ClassOf(predicted)];

    /// <summary>How many rows of one class were predicted as another, or as itself.</summary>
    /// <param name="truth">The class of the rows.</param>
    /// <param name="predicted">The prediction.</param>
    public int this[int truth, int predicted] =>
        truth == predicted ? _right[truth] : _mistakes.GetValueOrDefault((truth, predicted));

    /// <summary>Counts one row.</summary>
    /// <param name="truth">Its class; from <see cref="Classes"/> on, a label that is none of them.</param>
    /// <param name="predicted">The prediction.</param>
    public void Add(int truth, int predicted)
    {
        Rows++;
        _predicted[predicted]++;
        if (truth >= Classes)
        {
            UnknownLabelRows++;
            _unknownSupport++;
            _unknownLabels.Add(truth);
            return;
        }
        _support[truth]++;
        if (truth == predicted)
        {
            Right++;
            _right[truth]++;
        }
        else
        {
            _mistakes[(truth, predicted)] = _mistakes.GetValueOrDefault((truth, predicted)) + 1;
        }
    }

    /// <summary>
    /// Counts one row that may have several labels, or none: each is right, missing or too many by itself, and no class is taken
    /// for another.
    /// </summary>
    /// <param name="truth">Its classes, each once; from <see cref="Classes"/> on, labels that are none of them.</param>
    /// <param name="predicted">The predictions, each once.</param>
    /// <returns>Whether the predictions are its classes.</returns>
    public bool Add(ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted)
    {
        Rows++;
        bool isRight = truth.Length == predicted.Length;
        foreach (int c in predicted)
            _predicted[c]++;
        bool hasUnknown = false;
        foreach (int c in truth)
        {
            if (c >= Classes)
            {
                _unknownLabels.Add(c);
                _unknownSupport++;
                hasUnknown = true;
                continue;
            }
            _support[c]++;
            if (predicted.Contains(c))
                _right[c]++;
            else
                isRight = false;
        }
        isRight &= !hasUnknown;
        UnknownLabelRows += hasUnknown ? 1 : 0;
        Right += isRight ? 1 : 0;
        return isRight;
    }

    /// <summary>The most frequent mistakes first; those of one count in order of the classes.</summary>
    /// <param name="most">How many at most.</param>
    public IReadOnlyList<Confusion> LargestConfusions(int most) =>
    [
        .. _mistakes.Select(entry => new Confusion(entry.Key.Truth, entry.Key.Predicted, entry.Value)
            {
                TruthLabel = Labels.Count > 0 ? Labels[entry.Key.Truth] : null,
                PredictedLabel = Labels.Count > 0 ? Labels[entry.Key.Predicted] : null,
            })
            .OrderByDescending(confusion => confusion.Count).ThenBy(confusion => confusion.Truth).ThenBy(
                confusion => confusion.Predicted)
            .Take(most),
    ];

    /// <summary>All counts of rows that have one of the classes, [truth][predicted]: C·C numbers.</summary>
    public int[][] ToArray()
    {
        int[][] counts = new int[Classes][];
        for (int c = 0; c < Classes; c++)
        {
            counts[c] = new int[Classes];
            counts[c][c] = _right[c];
        }
        foreach (((int truth, int predicted), int count) in _mistakes)
            counts[truth][predicted] = count;
        return counts;
    }

    private int ClassOf(string label)
    {
        for (int c = 0; c < Labels.Count; c++)
        {
            if (string.Equals(Labels[c], label, StringComparison.Ordinal))
                return c;
        }
        throw new ArgumentException($"no label \"{label}\", expected one of {string.Join(", ", Labels)}", nameof(label));
    }

    private static double Share(double part, double whole) => whole == 0 ? 0 : part / whole;
}
