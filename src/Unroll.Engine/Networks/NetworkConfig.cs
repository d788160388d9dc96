using Unroll.Engine.Cells;
using Unroll.Engine.Layers;

namespace Unroll.Engine.Networks;

/// <summary>The sizes of a network and the kinds of its parts: all that decides the shapes of its parameters.</summary>
public sealed record NetworkConfig
{
    /// <summary>The most layers that a network may have.</summary>
    public const int MostLayers = 256;

    /// <summary>The kind of layer that reads the words.</summary>
    public Cell Cell { get; init; } = Cell.Rnn;

    /// <summary>The function of a vanilla RNN.</summary>
    public Nonlinearity Nonlinearity { get; init; } = Nonlinearity.Tanh;

    /// <summary>V: how many ids there are; 0 where the input is not ids but vectors of real numbers.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>E: the width of the word vectors, or of the real input; 0 for one-hot input.</summary>
    public required int Embedding { get; init; }

    /// <summary>
    /// S: rows of the table of sub-words, which the pieces of words share; 0 for none. With some, the vector of a word is its own
    /// plus the mean of those of its pieces.
    /// </summary>
    public int Subwords { get; init; }

    /// <summary>H: the width of the hidden state; of a Transformer E.</summary>
    public required int Hidden { get; init; }

    /// <summary>Recurrent or Transformer layers, one upon the other.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>Whether each layer also reads from the last step to the first.</summary>
    public bool Bidirectional { get; init; }

    /// <summary>What else makes a Transformer; no recurrent network looks at it.</summary>
    public TransformerOptions Transformer { get; init; } = new();

    /// <summary>How the hidden states become one vector.</summary>
    public Pooling Pooling { get; init; } = Pooling.Last;

    /// <summary>The share of word vectors', states' and pooled values that a training step sets to zero; 0 ≤ p &lt; 1.</summary>
    public float Dropout { get; init; }

    /// <summary>C: the number of classes.</summary>
    public required int Classes { get; init; }

    /// <summary>D: directions.</summary>
    public int Directions => Bidirectional ? 2 : 1;

    /// <summary>P = H·D: the width of a layer's output.</summary>
    public int StateSize => checked(Hidden * Directions);

    /// <summary>Whether ids are looked up in a table of word vectors.</summary>
    public bool HasWordVectors => Vocabulary > 0 && Embedding > 0;

    /// <summary>Whether ids are read as one-hot vectors: the lowest layer's input weight is then the table.</summary>
    public bool IsOneHot => Embedding == 0;

    /// <summary>Whether its layers are a Transformer's and not recurrent ones.</summary>
    public bool IsTransformer => Cell == Cell.Transformer;

    /// <summary>
    /// Floats that a training step keeps of its batch: it grows as T·B·H. Parameters, gradients, moments of the optimizer and
    /// each thread's scratch memory come on top; they do not depend on the batch's tokens.
    /// </summary>
    /// <param name="tokens">N: tokens of the batch, T·B if all sentences have T.</param>
    /// <param name="rows">B: sentences of the batch.</param>
    public long TrainingStepFloats(long tokens, long rows)
    {
        long words = 2 * tokens * Embedding;
        long layers = IsTransformer ? TransformerFloats(tokens) : RecurrentFloats(tokens, rows);
        long pooling = Pooling switch
        {
            Pooling.Last or Pooling.Mean => 0,
            Pooling.Max => rows * StateSize,
            Pooling.Attention => tokens * (StateSize + 1),
            _ => throw new InvalidOperationException($"no pooling {Pooling}"),
        };
        return words + layers + pooling + rows * (2 * StateSize + Classes);
    }

    private long RecurrentFloats(long tokens, long rows)
    {
        IRecurrentCell cell = CreateCell();
        long states = 2 * tokens * StateSize * Layers;
        long dropped = Dropout > 0 ? tokens * StateSize * (Layers - 1) : 0;
        long memory = cell.MemorySize(Hidden);
        long trace = tokens * ((long)Hidden * cell.Columns + memory + cell.TraceSize(Hidden)) * Layers * Directions;
        long carried = rows * (Hidden + memory) * Layers * Directions;
        return states + dropped + trace + carried;
    }

    private long TransformerFloats(long tokens)
    {
        int norms = Transformer.HasFinalNorm ? 1 : 0;
        long states = 2 * tokens * Embedding * (1 + Layers + norms);
        long ofLayer = 7L * Embedding + Transformer.FeedForwardOf(Embedding) + 2 * LayerNorm.Statistics;
        return states + tokens * (ofLayer * Layers + LayerNorm.Statistics * norms);
    }

    /// <summary>The cell of every recurrent layer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such cell or function, or it is a Transformer.</exception>
    public IRecurrentCell CreateCell() => RecurrentCells.Of(Cell, Nonlinearity);

    /// <summary>Throws when a kind is none that there is.</summary>
    internal void Validate()
    {
        if (Layers is < 1 or > MostLayers)
            throw new ArgumentOutOfRangeException(nameof(Layers), Layers, $"expected 1 to {MostLayers} layers");
        if (IsTransformer)
            ValidateTransformer();
        else if (CreateCell().ExpectedInPlaceOf(Hidden) is { } expected)
            throw new ArgumentOutOfRangeException(nameof(Hidden), Hidden, $"expected {expected}");
        if (Subwords < 0 || (Subwords > 0 && !HasWordVectors))
            throw new ArgumentOutOfRangeException(nameof(Subwords), Subwords, "expected 0, or word vectors beside them");
        if (!Enum.IsDefined(Nonlinearity))
            throw new ArgumentOutOfRangeException(nameof(Nonlinearity), Nonlinearity, "no such function, expected Tanh or Relu");
        if (!Enum.IsDefined(Pooling))
        {
            string known = string.Join(", ", Enum.GetNames<Pooling>());
            throw new ArgumentOutOfRangeException(nameof(Pooling), Pooling, $"no such pooling, expected {known}");
        }
    }

    private void ValidateTransformer()
    {
        if (Embedding < 1 || Hidden != Embedding)
            throw new ArgumentOutOfRangeException(nameof(Hidden), Hidden, $"a Transformer is as wide as its words, {Embedding}");
        if (Bidirectional)
            throw new ArgumentOutOfRangeException(nameof(Bidirectional), "a Transformer reads both ways by itself");
        if (Transformer.Heads < 1 || Embedding % Transformer.Heads != 0)
            throw new ArgumentOutOfRangeException(nameof(Transformer), Transformer.Heads, $"expected a divisor of {Embedding}");
        if (Transformer.FeedForwardOf(Embedding) < 1)
            throw new ArgumentOutOfRangeException(nameof(Transformer), Transformer.FeedForward, "expected a positive width");
        if (Transformer.MaximumPositions is < 1 or > TransformerOptions.MostPositions)
            throw new ArgumentOutOfRangeException(nameof(Transformer), Transformer.MaximumPositions, "expected some places");
    }
}
