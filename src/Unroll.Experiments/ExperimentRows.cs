using Unroll.Text;

namespace Unroll.Experiments;

/// <summary>Labelled rows for an experiment on real data, cut by the experiment's tokenizer.</summary>
/// <param name="Name">What they are called in the results.</param>
/// <param name="Train">Rows to train on, and to split the others off where there are none.</param>
/// <param name="Dev">Rows to measure on; null for a tenth of the others.</param>
public sealed record ExperimentRows(string Name, Corpus Train, Corpus? Dev)
{
    /// <summary>How texts are cut where an experiment does not say: at white space.</summary>
    public static Tokenizer Tokenizer { get; } = new(TokenKind.Whitespace);
}
