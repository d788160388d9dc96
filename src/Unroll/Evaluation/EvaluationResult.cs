namespace Unroll.Evaluation;

/// <summary>How a model does on labelled rows.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Loss">
/// Mean cross-entropy of the rows whose label the model knows, in nats; of several labels the mean over rows and labels of the
/// binary one.
/// </param>
/// <param name="Accuracy">
/// Share of all rows whose most probable label is theirs, 0 to 1; of several labels, whose labels are all found, and no other. A
/// row with a label that the model does not know counts as wrong.
/// </param>
/// <param name="MacroF1">
/// Unweighted mean of F1 over the labels that occur, 0 to 1; see <see cref="ConfusionMatrix.MacroF1"/>.
/// </param>
/// <param name="CalibrationError">
/// Expected calibration error of the rows whose label the model knows, 0 to 1; see <see cref="Evaluation.CalibrationError"/>.
/// </param>
/// <param name="Confusion">Rows by class and prediction, and the scores of each class.</param>
public sealed record EvaluationResult(
    int Rows, double Loss, double Accuracy, double MacroF1, double CalibrationError, ConfusionMatrix Confusion)
{
    /// <summary>How many of the rows have a label that the model does not know.</summary>
    public int UnknownLabelRows => Confusion.UnknownLabelRows;

    /// <summary>Whether the model gives a text several labels, or none.</summary>
    public bool IsMultiLabel { get; init; }

    /// <summary>F1 of all labels together, 0 to 1; see <see cref="ConfusionMatrix.MicroF1"/>.</summary>
    public double MicroF1 => Confusion.MicroF1;

    /// <summary>Below this probability the model abstains; 0 for a model that answers always.</summary>
    public double Threshold { get; init; }

    /// <summary>How many rows the model answers.</summary>
    public int Answered { get; init; }

    /// <summary>How many of its answers are right.</summary>
    public int AnsweredRight { get; init; }

    /// <summary>The share of the rows that the model answers, 0 to 1.</summary>
    public double Coverage => Rows == 0 ? 0 : (double)Answered / Rows;

    /// <summary>The share of its answers that is right, 0 to 1; 1 where it answers none.</summary>
    public double AnsweredAccuracy => Answered == 0 ? 1 : (double)AnsweredRight / Answered;

    /// <summary>The scores of a label.</summary>
    /// <param name="label">One of the model's labels.</param>
    /// <exception cref="ArgumentException">The model has no such label.</exception>
    public ClassScores this[string label] => Confusion[label];

    /// <summary>The scores of every label of the model, in its order.</summary>
    public IReadOnlyDictionary<string, ClassScores> Labels => Confusion.Labels.ToDictionary(label => label, label => this[label]);

    /// <summary>The same numbers with the names of the labels.</summary>
    internal EvaluationResult Named(IReadOnlyList<string> labels)
    {
        Confusion.Labels = labels;
        return this;
    }
}
