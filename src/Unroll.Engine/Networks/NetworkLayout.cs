using Unroll.Engine.Cells;
using Unroll.Engine.Kernels;
using Unroll.Engine.Layers;

namespace Unroll.Engine.Networks;

/// <summary>Names, shapes and places of a network's parameters.</summary>
public sealed class NetworkLayout
{
    /// <summary>The name of the table of word vectors.</summary>
    public const string EmbeddingWeight = "embedding.weight";

    /// <summary>The name of the table of sub-words.</summary>
    public const string SubwordWeight = "subword.weight";

    /// <summary>The name of a Transformer's learned positions.</summary>
    public const string PositionWeight = "position.weight";

    /// <summary>What the names of a Transformer's other parameters begin with.</summary>
    public const string Encoder = "encoder";

    private readonly NetworkConfig _config;
    private readonly IRecurrentCell? _cell;

    /// <summary>Lays the parameters out; nothing is allocated for their values.</summary>
    /// <param name="config">The network's sizes.</param>
    /// <exception cref="OverflowException">There would be 2^31 parameters or more.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The cell, its function or the pooling is none that there is.</exception>
    public NetworkLayout(NetworkConfig config)
        : this(config, LayersOf(config, KernelRegistry.Current))
    {
    }

    /// <summary>Lays the parameters out of a network of any layers.</summary>
    /// <param name="config">The network's sizes.</param>
    /// <param name="layers">What stands between word vectors and pooling, the lowest first.</param>
    internal NetworkLayout(NetworkConfig config, IReadOnlyList<ILayer> layers)
    {
        config.Validate();
        _config = config;
        _cell = config.IsTransformer ? null : config.CreateCell();
        var tensors = new List<TensorShape>();
        if (config.HasWordVectors)
            tensors.Add(new TensorShape(EmbeddingWeight, [config.Vocabulary, config.Embedding], IsTable: true));
        if (config.Subwords > 0)
            tensors.Add(new TensorShape(SubwordWeight, [config.Subwords, config.Embedding], IsTable: true));
        foreach (ILayer layer in layers)
            tensors.AddRange(layer.Tensors);
        int state = layers[^1].OutputSize;
        if (config.Pooling == Pooling.Attention)
        {
            tensors.Add(new TensorShape("attention.weight", [state, state]));
            tensors.Add(new TensorShape("attention.bias", [state]));
            tensors.Add(new TensorShape("attention.query", [state]));
        }
        tensors.Add(new TensorShape("output.weight", [config.Classes, state]));
        tensors.Add(new TensorShape("output.bias", [config.Classes]));

        // Tables come first in the arena: an optimizer goes through the rest in one run.
        var placed = new Dictionary<string, Parameter>();
        int start = 0;
        foreach (TensorShape tensor in tensors.OrderByDescending(tensor => tensor.IsTable))
        {
            bool isTransposed = tensor.IsTable && tensor.Name is not (EmbeddingWeight or SubwordWeight);
            var parameter = new Parameter(tensor.Name, tensor.Shape, start, tensor.IsTable, isTransposed);
            placed[tensor.Name] = parameter;
            start = checked(start + parameter.Length);
        }
        Parameters = [.. tensors.Select(tensor => placed[tensor.Name])];
    }

    /// <summary>The cell of every recurrent layer.</summary>
    /// <exception cref="InvalidOperationException">There are none: it is a Transformer.</exception>
    public IRecurrentCell Cell => _cell ?? throw new InvalidOperationException("a Transformer has no recurrent cell");

    /// <summary>Every tensor, in PyTorch's order.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The table of word vectors; null where there is none.</summary>
    public Parameter? Embedding => Parameters.FirstOrDefault(parameter => parameter.Name == EmbeddingWeight);

    /// <summary>The table of sub-words; null where there is none.</summary>
    public Parameter? Subwords => Find(SubwordWeight);

    /// <summary>The tables whose rows ids pick: that of the word vectors, or the input weights of one-hot words.</summary>
    internal IEnumerable<Parameter> WordTables =>
        Parameters.Where(parameter => parameter.IsTable && parameter.Name != SubwordWeight);

    /// <summary>One tensor.</summary>
    /// <param name="name">Its name.</param>
    public Parameter this[string name] => Parameters.First(parameter => parameter.Name == name);

    /// <summary>What stands between a network's word vectors and its pooling, the lowest first.</summary>
    /// <param name="config">Its sizes.</param>
    /// <param name="kernels">The kernels that compute.</param>
    internal static ILayer[] LayersOf(NetworkConfig config, IKernels kernels)
    {
        config.Validate();
        return config.IsTransformer ? TransformerLayers(config, kernels) : RecurrentLayers(config, kernels);
    }

    /// <summary>What the names of a Transformer layer's parameters begin with.</summary>
    /// <param name="layer">The layer, from 0.</param>
    public static string TransformerName(int layer) => $"{Encoder}.layers.{layer}";

    private static ILayer[] TransformerLayers(NetworkConfig config, IKernels kernels)
    {
        int width = config.Embedding;
        return
        [
            new PositionLayer(kernels, width, config.Transformer, PositionWeight),
            .. Enumerable.Range(0, config.Layers).Select(
                layer => new TransformerLayer(kernels, width, config.Transformer, layer, TransformerName(layer))),
            .. config.Transformer.HasFinalNorm ? (ILayer[])[new NormLayer(kernels, width, $"{Encoder}.norm")] : [],
        ];
    }

    private static ILayer[] RecurrentLayers(NetworkConfig config, IKernels kernels)
    {
        var layers = new ILayer[config.Layers];
        for (int layer = 0; layer < layers.Length; layer++)
        {
            int inputSize = layer == 0 ? config.Embedding : config.StateSize;
            string[] suffixes = [.. Enumerable.Range(0, config.Directions).Select(direction => Suffix(layer, direction))];
            layers[layer] = new RecurrentLayer(
                kernels, config.CreateCell(), inputSize, config.Hidden, suffixes, inputSize == 0 ? config.Vocabulary : 0);
        }
        return layers;
    }

    /// <summary>The name of a cell's tensor in one layer and direction, such as <c>rnn.weight_ih_l0</c>.</summary>
    public static string NameOf(CellTensor tensor, int layer, int direction) => NameOf(tensor.Name, layer, direction);

    /// <summary>The same by the tensor's own name.</summary>
    public static string NameOf(string tensor, int layer, int direction) => $"rnn.{tensor}{Suffix(layer, direction)}";

    /// <summary>One tensor; null where the network has none of that name.</summary>
    /// <param name="name">Its name.</param>
    public Parameter? Find(string name) => Parameters.FirstOrDefault(parameter => parameter.Name == name);

    /// <summary>PyTorch's ending of the names of one layer and direction.</summary>
    public static string Suffix(int layer, int direction) => $"_l{layer}{(direction == 1 ? "_reverse" : "")}";

    /// <summary>Every recurrent layer and direction, in PyTorch's order; a Transformer has none.</summary>
    public IEnumerable<(int Layer, int Direction)> Recurrent() =>
        from layer in Enumerable.Range(0, _cell is null ? 0 : _config.Layers)
        from direction in Enumerable.Range(0, _config.Directions)
        select (layer, direction);
}
