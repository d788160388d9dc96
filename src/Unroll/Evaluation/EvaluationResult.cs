namespace Unroll.Evaluation;

/// <summary>How a model does on labelled rows.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Loss">Mean cross-entropy, in nats.</param>
/// <param name="Accuracy">Share of rows whose most probable label is theirs, 0 to 1.</param>
public sealed record EvaluationResult(int Rows, double Loss, double Accuracy);
