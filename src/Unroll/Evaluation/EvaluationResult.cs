namespace Unroll.Evaluation;

/// <summary>How a model does on labelled rows.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Loss">Mean cross-entropy, in nats.</param>
/// <param name="Accuracy">Share of rows whose most probable label is theirs, 0 to 1.</param>
/// <param name="MacroF1">
/// Unweighted mean of F1 over the classes that occur, 0 to 1; see <see cref="ConfusionMatrix.MacroF1"/>.
/// </param>
/// <param name="CalibrationError">Expected calibration error, 0 to 1; see <see cref="Evaluation.CalibrationError"/>.</param>
/// <param name="Confusion">Rows by class and prediction, and the scores of each class.</param>
public sealed record EvaluationResult(
    int Rows, double Loss, double Accuracy, double MacroF1, double CalibrationError, ConfusionMatrix Confusion);
