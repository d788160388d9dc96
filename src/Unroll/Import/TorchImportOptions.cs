using Unroll.Text;

namespace Unroll.Import;

/// <summary>What a state dict does not say of its model.</summary>
public sealed record TorchImportOptions
{
    /// <summary>
    /// A file with one token a line; the line of a token, counted from 0, is its id, and an empty line is a row without a token.
    /// Or JSON: a list of tokens, or an object of tokens and their ids.
    /// </summary>
    public required string Vocabulary { get; init; }

    /// <summary>The classes, in the order of the output layer's rows.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>
    /// How the hidden states become one vector; null for attention where its tensors are found, else the last state.
    /// </summary>
    public Pooling? Pooling { get; init; }

    /// <summary>
    /// The cell, for a file that Unroll wrote of a cell that <c>torch.nn</c> does not have; null to tell RNN, GRU and LSTM by
    /// their shapes.
    /// </summary>
    public Cell? Cell { get; init; }

    /// <summary>The function of a vanilla RNN; null for tanh.</summary>
    public Nonlinearity? Nonlinearity { get; init; }

    /// <summary>How many heads a Transformer's attention has, <c>nhead</c>; a Transformer needs it.</summary>
    public int? Heads { get; init; }

    /// <summary>
    /// Where a Transformer's layer norms stand: before for <c>norm_first=True</c>; null for after, PyTorch's default.
    /// </summary>
    public NormPlace? Norm { get; init; }

    /// <summary>
    /// Whether a Transformer multiplies word vectors by √E before positions are added, as PyTorch's tutorial does. Default: no.
    /// </summary>
    public bool ScaledWords { get; init; }

    /// <summary>
    /// What a Transformer multiplies sinusoidal positions by (<see cref="TransformerOptions.PositionScale"/>, which the
    /// <c>config.json</c> of a model that Unroll trained has as <c>position_scale</c>), above 0; null for 1, as PyTorch's
    /// tutorial does.
    /// </summary>
    public float? PositionScale { get; init; }

    /// <summary>
    /// Whether a text may have several labels, or none: the probability of each is the sigmoid of its logit, as with
    /// <c>BCEWithLogitsLoss</c>, and the text has those of 0.5 or more. Default: no.
    /// </summary>
    public bool MultiLabel { get; init; }

    /// <summary>How a text is cut into tokens.</summary>
    public Tokenizer Tokens { get; init; } = new();

    /// <summary>
    /// What becomes of a word that is not in the vocabulary; null to read it as the vocabulary's unknown word, which must be
    /// there then.
    /// </summary>
    public UnknownWords? Unknown { get; init; }

    /// <summary>
    /// The unknown word as the vocabulary has it; null to find it by its name: <c>&lt;unk&gt;</c>, <c>[UNK]</c>, <c>OOV</c> and
    /// the like, in any capitals and on any line.
    /// </summary>
    public string? UnknownToken { get; init; }

    /// <summary>
    /// The padding as the vocabulary has it; null to find it by its name: <c>&lt;pad&gt;</c>, <c>[PAD]</c>, <c>&lt;blank&gt;</c>
    /// and the like. A text is read as it only where unknown words are dropped and nothing is left.
    /// </summary>
    public string? Padding { get; init; }

    /// <summary>
    /// Tensors to leave out: names, or what names begin with, up to a dot. One that plainly takes part in what the model computes
    /// is refused.
    /// </summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];
}
