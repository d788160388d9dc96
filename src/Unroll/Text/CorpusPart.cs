namespace Unroll.Text;

/// <summary>Rows with a name: what to train on, or what to measure on.</summary>
/// <param name="Name">What to call them, such as <c>train</c>.</param>
/// <param name="Corpus">Has the rows.</param>
/// <param name="Rows">Which rows; null for all.</param>
public sealed record CorpusPart(string Name, Corpus Corpus, IReadOnlyList<int>? Rows = null)
{
    /// <summary>The rows, by their place in the corpus.</summary>
    internal IEnumerable<int> Selected => Rows ?? Enumerable.Range(0, Corpus.Count);
}
