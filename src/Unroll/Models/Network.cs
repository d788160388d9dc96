using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll.Models;

/// <summary>
/// The layers of a classifier and their packed weights: embedding (or one-hot) → recurrent layers → pooling → linear. Packed once
/// after every update, then read by any number of threads.
/// </summary>
internal sealed unsafe class Network
{
    private readonly Parameter[][] _recurrent;

    public Network(ModelConfig config, NetworkLayout layout)
    {
        Config = config;
        Layout = layout;
        Kernels = KernelRegistry.Current;
        Directions = config.Directions;
        (int Layer, int Direction)[] all = [.. layout.Recurrent()];
        Recurrent = [.. all.Select(at => new RecurrentLayer(layout.Cell, InputSize(at.Layer), config.Hidden, reverse: at.Direction == 1))];
        Weights = [.. all.Select(at => new RecurrentWeights(Kernels, layout.Cell, InputSize(at.Layer), config.Hidden))];
        _recurrent =
        [
            .. all.Select(at => NetworkLayout.Suffix(at.Layer, at.Direction)).Select(suffix => (Parameter[])
            [
                layout["rnn.weight_ih" + suffix], layout["rnn.weight_hh" + suffix], layout["rnn.bias_ih" + suffix],
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

    public ModelConfig Config { get; }

    public NetworkLayout Layout { get; }

    public IKernels Kernels { get; }

    public int Directions { get; }

    /// <summary>Layer l in direction d is the l·D + d-th.</summary>
    public RecurrentLayer[] Recurrent { get; }

    public RecurrentWeights[] Weights { get; }

    public AttentionPooling? Attention { get; }

    public Parameter[] AttentionParameters { get; } = [];

    public Linear Output { get; }

    public Parameter OutputWeight { get; }

    public Parameter OutputBias { get; }

    public Parameter? Embedding { get; }

    public Parameters Parameters { get; private set; } = new([]);

    /// <summary>I of a layer; 0 for one-hot input.</summary>
    public int InputSize(int layer) => layer == 0 ? Config.Embedding : Config.StateSize;

    public Parameter InputWeight(int index) => _recurrent[index][0];

    public Parameter RecurrentWeight(int index) => _recurrent[index][1];

    /// <summary>b; a GRU's b_hn lies right behind it.</summary>
    public Parameter Bias(int index) => _recurrent[index][2];

    /// <summary>Takes the parameters as they are now.</summary>
    public void Pack(Parameters parameters)
    {
        Parameters = parameters;
        for (int i = 0; i < Recurrent.Length; i++)
        {
            Weights[i].Pack(
                parameters.PointerTo(InputWeight(i)), parameters.PointerTo(RecurrentWeight(i)), parameters.PointerTo(Bias(i)),
                withBackward: true);
        }
        Attention?.Pack(parameters.PointerTo(AttentionParameters[0]));
        Output.Pack(parameters.PointerTo(OutputWeight));
    }
}
