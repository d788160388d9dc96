using Unroll.Engine.Cells;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;

namespace Unroll.Experiments;

/// <summary>
/// A layer as the experiments compare them: a cell and how its recurrent weights begin, or a Transformer.
/// </summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="Cell">The cell.</param>
public sealed record CellChoice(string Name, Cell Cell)
{
    // Cells that begin in a way of their own, or are read by attention.
    private static readonly CellChoice[] Special =
    [
        new("rnn-orthogonal", Cell.Rnn) { Recurrent = RecurrentInitialization.Orthogonal },
        new("irnn", Cell.Rnn) { Nonlinearity = Nonlinearity.Relu, Recurrent = RecurrentInitialization.Identity },
        new("lstm-forget", Cell.Lstm) { ForgetBias = 1 },
        new("rnn-attention", Cell.Rnn) { Pooling = Pooling.Attention },
    ];

    /// <summary>
    /// Every choice: each cell as PyTorch begins it, then its special ones, then a Transformer. Attention pooling is for
    /// experiments that classify, and comes last.
    /// </summary>
    public static IReadOnlyList<CellChoice> All { get; } =
    [
        .. from choice in RecurrentCells.All
               .SelectMany(cell => Special.Where(choice => choice.Cell == cell).Prepend(Plain(cell)))
               .Append(new("transformer", Cell.Transformer))
           orderby choice.Pooling == Pooling.Attention
           select choice,
    ];

    /// <summary>Those with a state that goes from step to step, without pooling of their own.</summary>
    public static IReadOnlyList<CellChoice> Recurrences { get; } =
        [.. All.Where(choice => choice.Pooling == Pooling.Last && !choice.IsTransformer)];

    /// <summary>
    /// What is compared where no cells are named: those of cells that PyTorch has. The figures in the documents are theirs, and a
    /// cell that is added later leaves them as they are.
    /// </summary>
    public static IReadOnlyList<CellChoice> Usual { get; } =
        [.. All.Where(choice => !choice.IsTransformer && RecurrentCells.Of(choice.Cell).TorchModule is not null)];

    /// <summary>
    /// Every cell as it is, for experiments that compare what cells can do: a cell that is added is among them by itself.
    /// </summary>
    public static IReadOnlyList<CellChoice> Plains { get; } = [.. All.Where(choice => choice.IsPlain)];

    /// <summary>The same and the Transformer.</summary>
    public static IReadOnlyList<CellChoice> PlainsAndTransformer { get; } =
        [.. Plains, .. All.Where(choice => choice.IsTransformer)];

    /// <summary>The function of a vanilla RNN.</summary>
    public Nonlinearity Nonlinearity { get; init; } = Nonlinearity.Tanh;

    /// <summary>How recurrent weights are drawn.</summary>
    public RecurrentInitialization Recurrent { get; init; } = RecurrentInitialization.Uniform;

    /// <summary>The first value of an LSTM's forget gate bias; null for PyTorch's.</summary>
    public float? ForgetBias { get; init; }

    /// <summary>How hidden states become one vector.</summary>
    public Pooling Pooling { get; init; } = Pooling.Last;

    /// <summary>Whether nothing but the cell is chosen.</summary>
    public bool IsPlain => !IsTransformer && this == Plain(Cell);

    /// <summary>Whether it is a Transformer's layer, which reads all words at once.</summary>
    public bool IsTransformer => Cell == Cell.Transformer;

    /// <summary>
    /// Whether theory says that the layer can follow a state over any number of words: <see cref="IRecurrentCell.TracksState"/>.
    /// A Transformer's depth is fixed, and so it cannot.
    /// </summary>
    public bool TracksState => !IsTransformer && RecurrentCells.Of(Cell).TracksState;

    private static CellChoice Plain(Cell cell) => new(RecurrentCells.NameOf(cell), cell);

    /// <summary>The choice of a name.</summary>
    /// <param name="name">One of those of <see cref="All"/>.</param>
    internal static CellChoice Named(string name) => All.First(choice => choice.Name == name);

    /// <summary>A network with this layer.</summary>
    /// <param name="inputSize">I: the width of the word vectors or of the real input; a Transformer's is H.</param>
    /// <param name="hidden">H.</param>
    /// <param name="classes">C.</param>
    /// <param name="vocabulary">V; 0 for real input.</param>
    internal NetworkConfig Config(int inputSize, int hidden, int classes, int vocabulary = 0) => new()
    {
        Cell = Cell,
        Nonlinearity = Nonlinearity,
        Vocabulary = vocabulary,
        Embedding = IsTransformer ? hidden : inputSize,
        Hidden = hidden,
        Pooling = Pooling,
        Classes = classes,
    };

    /// <summary>A network with this recurrent layer for sequences of real numbers, with fresh parameters.</summary>
    /// <param name="inputSize">I.</param>
    /// <param name="hidden">H.</param>
    /// <param name="outputs">C.</param>
    /// <param name="steps">T.</param>
    /// <param name="outputSteps">O, at most T.</param>
    /// <param name="rows">B.</param>
    /// <param name="settings">Seed, optimizer and clipping.</param>
    internal SequenceNetwork Sequences(
        int inputSize, int hidden, int outputs, int steps, int outputSteps, int rows, StepSettings settings)
    {
        var network = new Network(Config(inputSize, hidden, outputs));
        Initialize(network, settings.Seed);
        return new SequenceNetwork(network, settings.Optimizer, steps, outputSteps, rows);
    }

    /// <summary>Fresh parameters; an IRNN's biases begin at zero, as published.</summary>
    /// <param name="network">Whose parameters are overwritten.</param>
    /// <param name="seed">The seed of their random numbers.</param>
    internal void Initialize(Network network, ulong seed)
    {
        var generator = new TorchGenerator(seed);
        // A classifier of words draws its word vectors first, even of one word: a layer over real numbers begins as its layer
        // does.
        if (!network.Config.HasWordVectors)
            Initializers.Normal(new float[network.Config.Embedding], generator);
        var values = new InitialValues { RecurrentInitialization = Recurrent, ForgetBias = ForgetBias, HasPadding = true };
        values.Draw(network, generator);
        if (Recurrent == RecurrentInitialization.Identity)
        {
            Parameter bias = network.Parameters.Find("rnn.bias_ih_l0");
            network.Parameters.Write(bias, new float[bias.Length]);
        }
        network.Pack();
    }
}
