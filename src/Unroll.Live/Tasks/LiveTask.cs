using Unroll.Data;
using Unroll.Text;

namespace Unroll.Live.Tasks;

/// <summary>What the network shall learn: its words, its labels and the sentences of an epoch.</summary>
/// <param name="Name">Its name in links and in the page.</param>
/// <param name="Question">What it asks of the network, in one line.</param>
/// <param name="Words">The vocabulary. A word's index is the place of the 1 in its one-hot vector.</param>
/// <param name="Labels">The names of the classes.</param>
/// <param name="Samples">The training sentences in the order in which an epoch sees them.</param>
public sealed record LiveTask(
    string Name, string Question, IReadOnlyList<string> Words, IReadOnlyList<string> Labels, IReadOnlyList<LabelledText> Samples)
{
    /// <summary>How sentences are cut: at white space, letters as they are.</summary>
    public static Tokenizer Tokens { get; } = new(TokenKind.Whitespace, Lowercase: false);

    /// <summary>Sentences that are never trained, to see whether the network learned the rule.</summary>
    public IReadOnlyList<LabelledText> Unseen { get; init; } = [];

    /// <summary>Whether the loss of an epoch is the sum over its sentences, as in the lab; else it is their mean.</summary>
    public bool AddsLosses { get; init; }
}
