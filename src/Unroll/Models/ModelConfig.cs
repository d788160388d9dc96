using Unroll.Layers;
using Unroll.Text;

namespace Unroll.Models;

/// <summary>What a model is: the content of its <c>config.json</c>.</summary>
public sealed record ModelConfig
{
    /// <summary>The kind of recurrent layer.</summary>
    public Cell Cell { get; init; } = Cell.Rnn;

    /// <summary>E: the width of the word vectors; 0 for one-hot input.</summary>
    public required int Embedding { get; init; }

    /// <summary>H: the width of the hidden state.</summary>
    public required int Hidden { get; init; }

    /// <summary>The function of a vanilla RNN.</summary>
    public Nonlinearity Nonlinearity { get; init; } = Nonlinearity.Tanh;

    /// <summary>The classes; class c is the c-th. At least two.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>How a text is cut into tokens.</summary>
    public Tokenizer Tokens { get; init; } = new();

    /// <summary>What becomes of a word that is not in the vocabulary.</summary>
    public UnknownWords Unknown { get; init; } = UnknownWords.Token;

    /// <summary>C: the number of classes.</summary>
    public int Classes => Labels.Count;

    /// <summary>I: the width of the recurrent layer's input for a vocabulary of the given size.</summary>
    /// <param name="vocabularySize">V.</param>
    public int InputSize(int vocabularySize) => Embedding == 0 ? vocabularySize : Embedding;
}
