using Unroll.Engine.Cells;
using Unroll.Engine.Kernels;
using Unroll.Engine.Layers;

namespace Unroll.Engine.Networks;

/// <summary>
/// The layers of a classifier and their packed weights: embedding (or one-hot) → recurrent layers → pooling → linear. Packed once
/// after every update, then read by any number of threads.
/// </summary>
public sealed unsafe class Network
{
    private readonly Parameter?[][] _recurrent;

    /// <summary>Makes a network whose parameters are zero.</summary>
    /// <param name="config">Its sizes.</param>
    /// <exception cref="OverflowException">There would be 2^31 parameters or more.</exception>
    public Network(NetworkConfig config)
    {
        var layout = new NetworkLayout(config);
        Config = config;
        Layout = layout;
        Parameters = new Parameters(layout.Parameters);
        Kernels = KernelRegistry.Current;
        Directions = config.Directions;
        (int Layer, int Direction)[] all = [.. layout.Recurrent()];
        Recurrent = [.. all.Select(at => new RecurrentLayer(layout.Cell, InputSize(at.Layer), config.Hidden, reverse: at.Direction == 1))];
        Weights = [.. all.Select(at => new RecurrentWeights(Kernels, layout.Cell, InputSize(at.Layer), config.Hidden))];
        _recurrent =
        [
            .. all.Select(at => (Parameter?[])
            [
                layout[NetworkLayout.NameOf(CellTensor.InputWeight, at.Layer, at.Direction)],
                layout.Find(NetworkLayout.NameOf(CellTensor.RecurrentWeight, at.Layer, at.Direction)),
                layout[NetworkLayout.NameOf(CellTensor.Bias, at.Layer, at.Direction)],
            ]),
        ];
        Output = new Linear(Kernels, config.StateSize, config.Classes);
        OutputWeight = layout["output.weight"];
        OutputBias = layout["output.bias"];
        Embedding = layout.Embedding;
        if (config.Pooling == Pooling.Attention)
        {
            Attention = new AttentionPooling(Kernels, config.StateSize);
            AttentionParameters = [layout["attention.weight"], layout["attention.bias"], layout["attention.query"]];
        }
    }

    /// <summary>Its sizes.</summary>
    public NetworkConfig Config { get; }

    /// <summary>Names and places of its parameters.</summary>
    public NetworkLayout Layout { get; }

    internal IKernels Kernels { get; }

    internal int Directions { get; }

    /// <summary>Layer l in direction d is the l·D + d-th.</summary>
    internal RecurrentLayer[] Recurrent { get; }

    internal RecurrentWeights[] Weights { get; }

    internal AttentionPooling? Attention { get; }

    internal Parameter[] AttentionParameters { get; } = [];

    internal Linear Output { get; }

    internal Parameter OutputWeight { get; }

    internal Parameter OutputBias { get; }

    internal Parameter? Embedding { get; }

    /// <summary>Its parameters; after a change they take effect with <see cref="Pack"/>.</summary>
    public Parameters Parameters { get; }

    /// <summary>The sum of the squares of all parameters: not finite where one of them is not.</summary>
    public double SumOfSquares() => Kernels.SumOfSquares(Parameters.Length, Parameters.Pointer);

    /// <summary>I of a layer; 0 for one-hot input.</summary>
    internal int InputSize(int layer) => layer == 0 ? Config.Embedding : Config.StateSize;

    internal Parameter InputWeight(int index) => _recurrent[index][0]!;

    /// <summary>W_hh; null for a cell without it.</summary>
    internal Parameter? RecurrentWeight(int index) => _recurrent[index][1];

    /// <summary>b; a GRU's b_hn lies right behind it.</summary>
    internal Parameter Bias(int index) => _recurrent[index][2]!;

    /// <summary>Takes the parameters as they are now.</summary>
    public void Pack()
    {
        for (int i = 0; i < Recurrent.Length; i++)
        {
            float* recurrent = RecurrentWeight(i) is { } weight ? Parameters.PointerTo(weight) : null;
            Weights[i].Pack(Parameters.PointerTo(InputWeight(i)), recurrent, Parameters.PointerTo(Bias(i)), withBackward: true);
        }
        Attention?.Pack(Parameters.PointerTo(AttentionParameters[0]));
        Output.Pack(Parameters.PointerTo(OutputWeight));
    }
}
