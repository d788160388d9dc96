using Unroll.Layers;
using Unroll.Numerics;
using Unroll.Training;

namespace Unroll.Models;

/// <summary>Names, shapes, places and first values of a network's parameters.</summary>
internal sealed class NetworkLayout
{
    public const string EmbeddingWeight = "embedding.weight";

    private readonly ModelConfig _config;

    public NetworkLayout(ModelConfig config, int vocabularySize)
    {
        _config = config;
        Cell = config.CreateCell();
        var tensors = new List<(string Name, int[] Shape, bool IsTable)>();
        if (config.Embedding > 0)
            tensors.Add((EmbeddingWeight, [vocabularySize, config.Embedding], true));
        int rows = checked(Cell.Gates * config.Hidden);
        foreach ((int layer, int direction) in Recurrent())
        {
            string suffix = Suffix(layer, direction);
            int inputSize = layer > 0 ? config.StateSize : config.Embedding > 0 ? config.Embedding : vocabularySize;
            tensors.Add(("rnn.weight_ih" + suffix, [rows, inputSize], layer == 0 && config.Embedding == 0));
            tensors.Add(("rnn.weight_hh" + suffix, [rows, config.Hidden], false));
            tensors.Add(("rnn.bias_ih" + suffix, [rows], false));
            if (Cell.Columns > Cell.Gates)
                tensors.Add(("rnn.bias_hn" + suffix, [config.Hidden], false));
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
            placed[name] = new Parameter(name, shape, start, isTable);
            start = checked(start + placed[name].Length);
        }
        Parameters = [.. tensors.Select(tensor => placed[tensor.Name])];
    }

    public IRecurrentCell Cell { get; }

    public IReadOnlyList<Parameter> Parameters { get; }

    public Parameter? Embedding => Parameters.FirstOrDefault(parameter => parameter.Name == EmbeddingWeight);

    public Parameter this[string name] => Parameters.First(parameter => parameter.Name == name);

    /// <summary>PyTorch's ending of the names of one layer and direction.</summary>
    public static string Suffix(int layer, int direction) => $"_l{layer}{(direction == 1 ? "_reverse" : "")}";

    /// <summary>Every recurrent layer and direction, in PyTorch's order.</summary>
    public IEnumerable<(int Layer, int Direction)> Recurrent() =>
        from layer in Enumerable.Range(0, _config.Layers)
        from direction in Enumerable.Range(0, _config.Directions)
        select (layer, direction);

    public void Initialize(Parameters parameters, TrainingOptions options, TorchGenerator generator)
    {
        if (Embedding is { } embedding)
        {
            Initializers.Normal(parameters.Stored(embedding), generator);
            if (options.EmbeddingDeviation != 1)
                Scale(parameters.Stored(embedding), options.EmbeddingDeviation);
            if (options.Initialization == Initialization.TorchDefault && _config.Unknown == Text.UnknownWords.Token)
                parameters.Stored(embedding)[.._config.Embedding].Clear();
        }
        if (options.Initialization == Initialization.StandardNormal)
            DrawStandardNormal(parameters, generator);
        else
            DrawTorchDefault(parameters, generator);
        foreach ((int layer, int direction) in Recurrent())
            ApplyRecurrentChoices(parameters, options, generator, Suffix(layer, direction));
    }

    // The lab's order: W, U, b of each layer, then the others.
    private void DrawStandardNormal(Parameters parameters, TorchGenerator generator)
    {
        foreach ((int layer, int direction) in Recurrent())
        {
            string suffix = Suffix(layer, direction);
            foreach (string name in (string[])["rnn.weight_hh", "rnn.weight_ih", "rnn.bias_ih", "rnn.bias_hn"])
            {
                if (Parameters.FirstOrDefault(p => p.Name == name + suffix) is { } parameter)
                    parameters.Write(parameter, Draw(parameter.Length, values => Initializers.Normal(values, generator)));
            }
        }
        foreach (Parameter parameter in Parameters.Where(p => !p.Name.StartsWith("rnn.", StringComparison.Ordinal) && !p.IsTable))
            Initializers.Normal(parameters.Stored(parameter), generator);
    }

    private void DrawTorchDefault(Parameters parameters, TorchGenerator generator)
    {
        foreach ((int layer, int direction) in Recurrent())
        {
            string suffix = Suffix(layer, direction);
            float[] Uniform(string name) =>
                Draw(this[name + suffix].Length, values => Initializers.UniformByRoot(values, generator, _config.Hidden));
            parameters.Write(this["rnn.weight_ih" + suffix], Uniform("rnn.weight_ih"));
            parameters.Write(this["rnn.weight_hh" + suffix], Uniform("rnn.weight_hh"));
            // PyTorch draws two biases that are added in every equation; we keep their sum, but for a GRU's b_hn.
            float[] first = Uniform("rnn.bias_ih");
            float[] second = Uniform("rnn.bias_ih");
            int summed = first.Length - (Cell.Columns > Cell.Gates ? _config.Hidden : 0);
            for (int i = 0; i < summed; i++)
                first[i] += second[i];
            parameters.Write(this["rnn.bias_ih" + suffix], first);
            if (summed < first.Length)
                parameters.Write(this["rnn.bias_hn" + suffix], second[summed..]);
        }
        foreach (Parameter parameter in Parameters.Where(p => !p.Name.StartsWith("rnn.", StringComparison.Ordinal) && !p.IsTable))
            Initializers.UniformByRoot(parameters.Stored(parameter), generator, _config.StateSize);
    }

    private void ApplyRecurrentChoices(Parameters parameters, TrainingOptions options, TorchGenerator generator, string suffix)
    {
        int hidden = _config.Hidden;
        Span<float> weight = parameters.Stored(this["rnn.weight_hh" + suffix]);
        for (int gate = 0; gate < Cell.Gates && options.RecurrentInitialization != RecurrentInitialization.Uniform; gate++)
        {
            Span<float> block = weight.Slice(gate * hidden * hidden, hidden * hidden);
            if (options.RecurrentInitialization == RecurrentInitialization.Orthogonal)
                Initializers.Orthogonal(block, generator, hidden, hidden);
            else
                Initializers.Identity(block, hidden, hidden);
        }
        if (options.ForgetBias is { } forgetBias && _config.Cell == Layers.Cell.Lstm)
            parameters.Stored(this["rnn.bias_ih" + suffix]).Slice(hidden, hidden).Fill(forgetBias);
    }

    private static void Scale(Span<float> values, float factor)
    {
        foreach (ref float value in values)
            value *= factor;
    }

    private delegate void Fill(Span<float> values);

    private static float[] Draw(int length, Fill fill)
    {
        float[] values = new float[length];
        fill(values);
        return values;
    }
}
