namespace Unroll.Evaluation;

/// <summary>How a model does on labelled rows.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Loss">Mean cross-entropy of the rows whose label the model knows, in nats.</param>
/// <param name="Accuracy">
/// Share of all rows whose most probable label is theirs, 0 to 1. A row whose label the model does not know counts as wrong.
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
}
