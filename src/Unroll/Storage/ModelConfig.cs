using System.Globalization;
using System.Text;
using Unroll.Engine.Networks;
using Unroll.Text;

namespace Unroll.Storage;

/// <summary>What a model is: the content of its <c>config.json</c>.</summary>
public sealed record ModelConfig
{
    /// <summary>The most networks that a model may have.</summary>
    public const int MostNetworks = 64;

    /// <summary>The kind of recurrent layer.</summary>
    public Cell Cell { get; init; } = Cell.Rnn;

    /// <summary>E: the width of the word vectors; 0 for one-hot input.</summary>
    public required int Embedding { get; init; }

    /// <summary>
    /// Rows of the table of sub-words, which the pieces of words share (Bojanowski et al., 2017); 0 for none. With some, the
    /// vector of a word is its own plus the mean of those of its pieces, and a word that is not in the vocabulary is read by its
    /// pieces.
    /// </summary>
    public int Subwords { get; init; }

    /// <summary>H: the width of the hidden state.</summary>
    public required int Hidden { get; init; }

    /// <summary>Recurrent layers, one upon the other.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>Whether each layer also reads from the last word to the first.</summary>
    public bool Bidirectional { get; init; }

    /// <summary>How the hidden states become one vector.</summary>
    public Pooling Pooling { get; init; } = Pooling.Last;

    /// <summary>The function of a vanilla RNN.</summary>
    public Nonlinearity Nonlinearity { get; init; } = Nonlinearity.Tanh;

    /// <summary>The share of word vectors', states' and pooled values that a training step sets to zero; 0 ≤ p &lt; 1.</summary>
    public float Dropout { get; init; }

    /// <summary>The classes; class c is the c-th. At least two.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>How a text is cut into tokens.</summary>
    public Tokenizer Tokens { get; init; } = new();

    /// <summary>What becomes of a word that is not in the vocabulary.</summary>
    public UnknownWords Unknown { get; init; } = UnknownWords.Token;

    /// <summary>
    /// T: logits are divided by it before softmax, so that probabilities are what they claim; above 0. It changes no label.
    /// <c>SentenceClassifier.Calibrate</c> finds it.
    /// </summary>
    public double Temperature { get; init; } = 1;

    /// <summary>
    /// λ: what share of the logits the model's linear part has, from 0 (there is none) to 1: z = (1 - λ) z_network + λ z_linear.
    /// Training chooses it on the dev rows.
    /// </summary>
    public double LinearShare { get; init; }

    /// <summary>
    /// How many networks of these sizes the model has: their logits' mean is what the network part says. 0 for a linear part
    /// alone, whose sizes of a network are not looked at.
    /// </summary>
    public int Networks { get; init; } = 1;

    /// <summary>C: the number of classes.</summary>
    public int Classes => Labels.Count;

    /// <summary>D: directions.</summary>
    public int Directions => Bidirectional ? 2 : 1;

    /// <summary>H·D: the width of a layer's output.</summary>
    public int StateSize => checked(Hidden * Directions);

    /// <summary>A model of no network, with labels to be filled in.</summary>
    internal static ModelConfig WithoutNetwork { get; } = new() { Networks = 0, Embedding = 0, Hidden = 0, Labels = [] };

    /// <summary>The content of <c>config.json</c>.</summary>
    public string ToJson() => Encoding.UTF8.GetString(ModelConfigJson.Write(this));

    /// <summary>Why there can be no <see cref="Subwords"/>, and what was expected; null where there is no reason.</summary>
    internal string? SubwordsFault => Subwords == 0 ? null
        : Embedding == 0 ? "embedding is 0, expected word vectors"
        : Tokens.Kind == TokenKind.Char ? "the tokens are characters, expected words"
        : Unknown != UnknownWords.Token ? $"unknown is \"{ModelConfigJson.Name(Unknown)}\", expected \"token\""
        : null;

    /// <summary>The class of each label.</summary>
    internal Dictionary<string, int> ClassOfLabel() =>
        Labels.Select((label, c) => (label, c)).ToDictionary(StringComparer.Ordinal);

    /// <summary>The names of the tensors of a network begin with this where the model has several.</summary>
    /// <param name="network">Which network, from 0.</param>
    internal string PrefixOf(int network) =>
        Networks > 1 ? string.Create(CultureInfo.InvariantCulture, $"networks.{network}.") : "";

    /// <summary>A network, or one of several, that computes the model; its parameters are zero.</summary>
    /// <param name="vocabulary">The tokens that the model knows.</param>
    /// <exception cref="OverflowException">There would be 2^31 parameters or more.</exception>
    internal Network CreateNetwork(Vocabulary vocabulary) =>
        new(ToNetwork(vocabulary.Size)) { Subwords = new TokenEncoder(vocabulary, Subwords).KnownWords() };

    /// <summary>The sizes of the network that computes the model.</summary>
    /// <param name="vocabularySize">V.</param>
    internal NetworkConfig ToNetwork(int vocabularySize) => new()
    {
        Cell = Cell,
        Nonlinearity = Nonlinearity,
        Vocabulary = vocabularySize,
        Embedding = Embedding,
        Subwords = Subwords,
        Hidden = Hidden,
        Layers = Layers,
        Bidirectional = Bidirectional,
        Pooling = Pooling,
        Dropout = Dropout,
        Classes = Classes,
    };
}
