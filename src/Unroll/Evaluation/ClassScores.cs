namespace Unroll.Evaluation;

/// <summary>How a model does on one class. A share of nothing is 0.</summary>
/// <param name="Precision">Rows of the class among those predicted as it, TP / (TP + FP).</param>
/// <param name="Recall">Rows predicted as the class among those of it, TP / (TP + FN).</param>
/// <param name="F1">The harmonic mean of the two, 2 TP / (2 TP + FP + FN).</param>
/// <param name="Support">Rows of the class, TP + FN.</param>
/// <param name="Predicted">Rows predicted as the class, TP + FP.</param>
public readonly record struct ClassScores(double Precision, double Recall, double F1, int Support, int Predicted);
