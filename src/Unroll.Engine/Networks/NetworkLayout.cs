using Unroll.Engine.Cells;

namespace Unroll.Engine.Networks;

/// <summary>Names, shapes and places of a network's parameters.</summary>
public sealed class NetworkLayout
{
    /// <summary>The name of the table of word vectors.</summary>
    public const string EmbeddingWeight = "embedding.weight";

    private readonly NetworkConfig _config;

    /// <summary>Lays the parameters out; nothing is allocated for their values.</summary>
    /// <param name="config">The network's sizes.</param>
    /// <exception cref="OverflowException">There would be 2^31 parameters or more.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The cell, its function or the pooling is none that there is.</exception>
    public NetworkLayout(NetworkConfig config)
    {
        config.Validate();
        _config = config;
        int vocabularySize = config.Vocabulary;
        Cell = config.CreateCell();
        var tensors = new List<(string Name, int[] Shape, bool IsTable)>();
        if (config.HasWordVectors)
            tensors.Add((EmbeddingWeight, [vocabularySize, config.Embedding], true));
        foreach ((int layer, int direction) in Recurrent())
        {
            int inputSize = layer > 0 ? config.StateSize : config.Embedding > 0 ? config.Embedding : vocabularySize;
            foreach (CellTensor tensor in Cell.Tensors)
            {
                bool isTable = layer == 0 && config.IsOneHot && tensor.Input == TensorInput.Input;
                tensors.Add((NameOf(tensor, layer, direction), tensor.Shape(inputSize, config.Hidden), isTable));
            }
        }
        int state = config.StateSize;
        if (config.Pooling == Pooling.Attention)
            tensors.AddRange(("attention.weight", [state, state], false), ("attention.bias", [state], false), ("attention.query", [state], false));
        tensors.AddRange(("output.weight", [config.Classes, state], false), ("output.bias", [config.Classes], false));

        // Tables come first in the arena: an optimizer goes through the rest in one run.
        var placed = new Dictionary<string, Parameter>();
        int start = 0;
        foreach ((string name, int[] shape, bool isTable) in tensors.OrderByDescending(tensor => tensor.IsTable))
        {
            placed[name] = new Parameter(name, shape, start, isTable, IsTransposed: isTable && name != EmbeddingWeight);
            start = checked(start + placed[name].Length);
        }
        Parameters = [.. tensors.Select(tensor => placed[tensor.Name])];
    }

    /// <summary>The cell of every recurrent layer.</summary>
    public IRecurrentCell Cell { get; }

    /// <summary>Every tensor, in PyTorch's order.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The table of word vectors; null where there is none.</summary>
    public Parameter? Embedding => Parameters.FirstOrDefault(parameter => parameter.Name == EmbeddingWeight);

    /// <summary>One tensor.</summary>
    /// <param name="name">Its name.</param>
    public Parameter this[string name] => Parameters.First(parameter => parameter.Name == name);

    /// <summary>The name of a cell's tensor in one layer and direction, such as <c>rnn.weight_ih_l0</c>.</summary>
    public static string NameOf(CellTensor tensor, int layer, int direction) => NameOf(tensor.Name, layer, direction);

    /// <summary>The same by the tensor's own name.</summary>
    public static string NameOf(string tensor, int layer, int direction) => $"rnn.{tensor}{Suffix(layer, direction)}";

    /// <summary>One tensor; null where the network has none of that name.</summary>
    /// <param name="name">Its name.</param>
    public Parameter? Find(string name) => Parameters.FirstOrDefault(parameter => parameter.Name == name);

    /// <summary>PyTorch's ending of the names of one layer and direction.</summary>
    public static string Suffix(int layer, int direction) => $"_l{layer}{(direction == 1 ? "_reverse" : "")}";

    /// <summary>Every recurrent layer and direction, in PyTorch's order.</summary>
    public IEnumerable<(int Layer, int Direction)> Recurrent() =>
        from layer in Enumerable.Range(0, _config.Layers)
        from direction in Enumerable.Range(0, _config.Directions)
        select (layer, direction);
}
