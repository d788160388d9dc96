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
    /// <see cref="SentenceClassifier.Calibrate(Batches.EncodedTexts, int?)"/> finds it.
    /// </summary>
    public double Temperature { get; init; } = 1;

    /// <summary>C: the number of classes.</summary>
    public int Classes => Labels.Count;

    /// <summary>D: directions.</summary>
    public int Directions => Bidirectional ? 2 : 1;

    /// <summary>H·D: the width of a layer's output.</summary>
    public int StateSize => checked(Hidden * Directions);

    /// <summary>
    /// Floats that a training step keeps of its batch: it grows as T·B·H. Parameters, gradients, moments of the optimizer and each
    /// thread's scratch memory come on top; they do not depend on the batch's tokens.
    /// </summary>
    /// <param name="tokens">N: tokens of the batch, T·B if all sentences have T.</param>
    /// <param name="rows">B: sentences of the batch.</param>
    public long TrainingStepFloats(long tokens, long rows)
    {
        IRecurrentCell cell = CreateCell();
        long words = 2 * tokens * Embedding;
        long states = 2 * tokens * StateSize * Layers;
        long dropped = Dropout > 0 ? tokens * StateSize * (Layers - 1) : 0;
        long cells = cell.HasCellState ? 1 : 0;
        long trace = tokens * Hidden * (cell.Columns + 2 * cells) * Layers * Directions;
        long carried = rows * Hidden * (1 + cells) * Layers * Directions;
        long pooling = Pooling switch
        {
            Pooling.Max => rows * StateSize,
            Pooling.Attention => tokens * (StateSize + 1),
            _ => 0,
        };
        return words + states + dropped + trace + carried + pooling + rows * (2 * StateSize + Classes);
    }

    /// <summary>The class of each label.</summary>
    internal Dictionary<string, int> ClassOfLabel() =>
        Labels.Select((label, c) => (label, c)).ToDictionary(StringComparer.Ordinal);

    internal IRecurrentCell CreateCell() => Cell switch
    {
        Cell.Lstm => new LstmCell(),
        Cell.Gru => new GruCell(),
        _ => new RnnCell(Nonlinearity),
    };
}
