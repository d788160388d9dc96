namespace Unroll.Models;

/// <summary>What a classifier says of one text.</summary>
/// <param name="Text">The text.</param>
/// <param name="Label">The most probable label.</param>
/// <param name="Probability">Its probability, 0 to 1.</param>
/// <param name="Probabilities">The probability of every label, in the model's order; they add up to 1.</param>
public sealed record Prediction(
    string Text, string Label, double Probability, IReadOnlyList<KeyValuePair<string, double>> Probabilities);
