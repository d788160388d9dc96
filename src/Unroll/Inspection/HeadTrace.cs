namespace Unroll.Inspection;

/// <summary>What one head of a Transformer's attention reads.</summary>
/// <param name="Layer">The layer, from 0, the lowest.</param>
/// <param name="Head">The head, from 0.</param>
/// <param name="Weights">[T][T]: how much each word (row) reads of each; a row adds up to 1.</param>
public sealed record HeadTrace(int Layer, int Head, IReadOnlyList<float[]> Weights);
