using Unroll.Layers;

namespace Unroll.Training;

/// <summary>The settings of a model and of its training. Every setting has a default that works.</summary>
public sealed record TrainingOptions
{
    /// <summary>The kind of recurrent layer. Default: vanilla RNN.</summary>
    public Cell Cell { get; init; } = Cell.Rnn;

    /// <summary>The function of a vanilla RNN. Default: tanh.</summary>
    public Nonlinearity Nonlinearity { get; init; } = Nonlinearity.Tanh;

    /// <summary>E: the width of the word vectors; 0 for one-hot input. Default: 100.</summary>
    public int Embedding { get; init; } = 100;

    /// <summary>H: the width of the hidden state. Default: 128.</summary>
    public int Hidden { get; init; } = 128;

    /// <summary>Whether texts are lower-cased. Default: yes.</summary>
    public bool Lowercase { get; init; } = true;

    /// <summary>How parameters are drawn. Default: PyTorch's way.</summary>
    public Initialization Initialization { get; init; } = Initialization.TorchDefault;

    /// <summary>How often every row is seen. Default: 10.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>B: rows a step. Default: 8.</summary>
    public int BatchSize { get; init; } = 8;

    /// <summary>The length of a step against the gradient. Default: 0.02.</summary>
    public float LearningRate { get; init; } = 0.02f;

    /// <summary>Whether rows come in a new random order each epoch. Default: yes.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>The seed of every random number: parameters first, then the order of rows. Default: 42.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>Throws when a setting is out of range.</summary>
    /// <exception cref="InputException">With the setting, its value and what was expected.</exception>
    public void Validate()
    {
        Require(Embedding >= 0, "embedding", Embedding, "0 (one-hot) or a positive width");
        Require(Hidden >= 1, "hidden", Hidden, "a positive width");
        Require(Epochs >= 1, "epochs", Epochs, "a positive number");
        Require(BatchSize >= 1, "batch", BatchSize, "a positive number of rows");
        Require(LearningRate > 0 && float.IsFinite(LearningRate), "lr", LearningRate, "a positive number");
    }

    private static void Require<T>(bool valid, string name, T value, string expected)
    {
        if (!valid)
            throw new InputException(FormattableString.Invariant($"{name} is {value}, expected {expected}"));
    }
}
