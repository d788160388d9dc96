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

    /// <summary>From this probability on a text has a label for which no other threshold was chosen.</summary>
    public const double UsualThreshold = 0.5;

    /// <summary>The kind of layer that reads the words.</summary>
    public Cell Cell { get; init; } = Cell.Rnn;

    /// <summary>E: the width of the word vectors; 0 for one-hot input.</summary>
    public required int Embedding { get; init; }

    /// <summary>
    /// Rows of the table of sub-words, which the pieces of words share (Bojanowski et al., 2017); 0 for none. With some, the
    /// vector of a word is its own plus the mean of those of its pieces, and a word that is not in the vocabulary is read by its
    /// pieces.
    /// </summary>
    public int Subwords { get; init; }

    /// <summary>H: the width of the hidden state; of a Transformer E.</summary>
    public required int Hidden { get; init; }

    /// <summary>Recurrent or Transformer layers, one upon the other.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>Whether each layer also reads from the last word to the first.</summary>
    public bool Bidirectional { get; init; }

    /// <summary>What else makes a Transformer; no recurrent model looks at it.</summary>
    public TransformerOptions Transformer { get; init; } = new();

    /// <summary>How the hidden states become one vector.</summary>
    public Pooling Pooling { get; init; } = Pooling.Last;

    /// <summary>The function of a vanilla RNN.</summary>
    public Nonlinearity Nonlinearity { get; init; } = Nonlinearity.Tanh;

    /// <summary>The share of word vectors', states' and pooled values that a training step sets to zero; 0 ≤ p &lt; 1.</summary>
    public float Dropout { get; init; }

    /// <summary>The classes; class c is the c-th. At least two, or one with <see cref="MultiLabel"/>.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>How a text is cut into tokens.</summary>
    public Tokenizer Tokens { get; init; } = new();

    /// <summary>What becomes of a word that is not in the vocabulary.</summary>
    public UnknownWords Unknown { get; init; } = UnknownWords.Token;

    /// <summary>
    /// T: logits are divided by it before softmax or sigmoids, so that probabilities are what they claim; above 0. It changes no
    /// label.
    /// <c>SentenceClassifier.Calibrate</c> finds it.
    /// </summary>
    public double Temperature { get; init; } = 1;

    /// <summary>
    /// Below this probability of its prediction the model abstains, from 0 (never) to 1.
    /// <c>SentenceClassifier.ChooseThreshold</c> finds it.
    /// </summary>
    public double Threshold { get; init; }

    /// <summary>
    /// Whether a text may have several labels, or none: the probability of each is a sigmoid of its own. Else one softmax over
    /// all says which label it has.
    /// </summary>
    public bool MultiLabel { get; init; }

    /// <summary>
    /// With <see cref="MultiLabel"/>, from which probability on a text has each label, above 0 and at most 1, in the order of
    /// <see cref="Labels"/>; none for 0.5 for all. <c>SentenceClassifier.ChooseThresholds</c> finds them.
    /// </summary>
    public IReadOnlyList<double> Thresholds { get; init; } = [];

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

    /// <summary>
    /// Whether matrices are stored as eight-bit numbers, each row with a scale: the values are those then, and the model is saved
    /// with the bytes that it was read from. Training it further ends that.
    /// </summary>
    public bool Int8 { get; init; }

    /// <summary>C: the number of classes.</summary>
    public int Classes => Labels.Count;

    /// <summary>
    /// Among how many answers one is chosen: C, and 2 where each label is there or is not. A model that guesses has a loss of the
    /// logarithm of it.
    /// </summary>
    public int Choices => MultiLabel ? 2 : Classes;

    /// <summary>From which probability on a text has a label; with <see cref="MultiLabel"/>.</summary>
    /// <param name="c">The class of the label.</param>
    public double ThresholdOf(int c) => c < Thresholds.Count ? Thresholds[c] : UsualThreshold;

    /// <summary>D: directions.</summary>
    public int Directions => Bidirectional ? 2 : 1;

    /// <summary>H·D: the width of a layer's output.</summary>
    public int StateSize => checked(Hidden * Directions);

    /// <summary>Whether its networks are Transformers and not recurrent.</summary>
    public bool IsTransformer => Networks > 0 && Cell == Cell.Transformer;

    /// <summary>A model of no network, with labels to be filled in.</summary>
    internal static ModelConfig WithoutNetwork { get; } = new() { Networks = 0, Embedding = 0, Hidden = 0, Labels = [] };

    /// <summary>The content of <c>config.json</c>.</summary>
    public string ToJson() => Encoding.UTF8.GetString(ModelConfigJson.Write(this));

    /// <summary>Why there can be no <see cref="Subwords"/>, and what was expected; null where there is no reason.</summary>
    internal string? SubwordsFault => Subwords == 0 ? null
        : Embedding == 0 ? "embedding is 0, expected word vectors"
        : Tokens.Kind == TokenKind.Char ? "the tokens are characters, expected words"
        : Unknown != UnknownWords.Token ? $"unknown is \"{ChoiceName.Of(Unknown)}\", expected \"token\""
        : null;

    /// <summary>Why there can be no such Transformer, and what was expected; null where there is no reason.</summary>
    internal string? TransformerFault => !IsTransformer ? null
        : Embedding == 0 ? "embedding is 0, expected word vectors"
        : Hidden != Embedding ? $"hidden is {Hidden}, expected the width of the word vectors, {Embedding}"
        : Bidirectional ? "bidirectional is true, expected false: it reads both ways by itself"
        : Transformer.Heads < 1 || Embedding % Transformer.Heads != 0
            ? $"heads is {Transformer.Heads}, expected a number that divides embedding, {Embedding}"
        : Transformer.FeedForwardOf(Embedding) < 1 ? $"feed_forward is {Transformer.FeedForward}, expected a positive width"
        : Transformer.MaximumPositions is < 1 or > TransformerOptions.MostPositions
            ? $"max_positions is {Transformer.MaximumPositions}, expected 1 to {TransformerOptions.MostPositions}"
        : null;

    /// <summary>Refuses a text that has more tokens than the model has learned places.</summary>
    /// <param name="tokens">How many the network reads of it.</param>
    /// <param name="what">What is refused: a text, or a row by its number.</param>
    /// <exception cref="InputException">It has more.</exception>
    internal void RequirePlaces(int tokens, string what)
    {
        if (IsTransformer && Transformer.MostTokens is { } most && tokens > most)
        {
            throw new InputException(
                $"{what} has {tokens} tokens, expected at most {most}, the places that the model learns; split it, or train " +
                "with TransformerOptions.Positions = Sinusoidal or a larger TransformerOptions.MaximumPositions");
        }
    }

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
        Transformer = Transformer,
        Pooling = Pooling,
        Dropout = Dropout,
        Classes = Classes,
    };
}
