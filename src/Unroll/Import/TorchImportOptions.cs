using Unroll.Models;
using Unroll.Text;

namespace Unroll.Import;

/// <summary>What a state dict does not say of its model.</summary>
public sealed record TorchImportOptions
{
    /// <summary>A file with one token a line; the line of a token, counted from 0, is its id.</summary>
    public required string Vocabulary { get; init; }

    /// <summary>The classes, in the order of the output layer's rows.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>
    /// How the hidden states become one vector; null for attention where its tensors are found, else the last state.
    /// </summary>
    public Pooling? Pooling { get; init; }

    /// <summary>The function of a vanilla RNN; null for tanh.</summary>
    public Nonlinearity? Nonlinearity { get; init; }

    /// <summary>How a text is cut into tokens.</summary>
    public Tokenizer Tokens { get; init; } = new();

    /// <summary>
    /// What becomes of a word that is not in the vocabulary; null for the token <c>&lt;unk&gt;</c>, which must be in the
    /// vocabulary then.
    /// </summary>
    public UnknownWords? Unknown { get; init; }

    /// <summary>Tensors to leave out: names, or what names begin with, up to a dot.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];
}

/// <summary>A model that was read from a state dict.</summary>
/// <param name="Classifier">The model.</param>
/// <param name="Found">What it is, in one line.</param>
/// <param name="Notes">What was assumed, converted or left out, a line each.</param>
public sealed record ImportedModel(SentenceClassifier Classifier, string Found, IReadOnlyList<string> Notes);
