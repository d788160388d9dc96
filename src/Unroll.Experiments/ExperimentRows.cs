using Unroll.Text;

namespace Unroll.Experiments;

/// <summary>Labelled rows for an experiment on real data, cut by <see cref="Tokenizer"/>.</summary>
/// <param name="Name">What they are called in the results.</param>
/// <param name="Train">Rows to train on, and to split the others off where there are none.</param>
/// <param name="Dev">Rows to measure on; null for a tenth of the others.</param>
public sealed record ExperimentRows(string Name, Corpus Train, Corpus? Dev)
{
    /// <summary>How the texts are cut: at white space, as the figures in the documents were made.</summary>
    public static Tokenizer Tokenizer { get; } = new(TokenKind.Whitespace);
}
