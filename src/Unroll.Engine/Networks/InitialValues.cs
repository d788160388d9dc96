using Unroll.Engine.Numerics;

namespace Unroll.Engine.Networks;

/// <summary>How the first values of a network's parameters are drawn.</summary>
public sealed record InitialValues
{
    /// <summary>The distributions and their order. Default: PyTorch's.</summary>
    public Initialization Initialization { get; init; } = Initialization.TorchDefault;

    /// <summary>How recurrent weights are drawn. Default: as the others.</summary>
    public RecurrentInitialization RecurrentInitialization { get; init; }

    /// <summary>The standard deviation of the first word vectors. Default: 1, PyTorch's.</summary>
    public float EmbeddingDeviation { get; init; } = 1;

    /// <summary>Whether id 0 stands for padding, whose word vector PyTorch sets to zero. Default: no.</summary>
    public bool HasPadding { get; init; }

    /// <summary>The first value of an LSTM's forget gate bias (Jozefowicz et al., 2015, use 1); null for PyTorch's. Default: null.</summary>
    public float? ForgetBias { get; init; }

    /// <summary>Draws every parameter. The network's packed weights are then stale: <see cref="Network.Pack"/>.</summary>
    /// <param name="network">Whose parameters are overwritten.</param>
    /// <param name="generator">Where the random numbers come from.</param>
    public void Draw(Network network, TorchGenerator generator) => new Drawing(this, network, generator).Run();

    private delegate void Fill(Span<float> values);

    private sealed class Drawing(InitialValues choices, Network network, TorchGenerator generator)
    {
        private readonly NetworkConfig _config = network.Config;
        private readonly NetworkLayout _layout = network.Layout;
        private readonly Parameters _parameters = network.Parameters;

        public void Run()
        {
            if (_layout.Embedding is { } embedding)
                DrawWordVectors(_parameters.Stored(embedding));
            if (choices.Initialization == Initialization.StandardNormal)
                DrawStandardNormal();
            else
                DrawTorchDefault();
            foreach ((int layer, int direction) in _layout.Recurrent())
                ApplyRecurrentChoices(NetworkLayout.Suffix(layer, direction));
        }

        private IEnumerable<Parameter> AfterRecurrent =>
            _layout.Parameters.Where(p => !p.Name.StartsWith("rnn.", StringComparison.Ordinal) && !p.IsTable);

        private void DrawWordVectors(Span<float> vectors)
        {
            Initializers.Normal(vectors, generator);
            if (choices.EmbeddingDeviation != 1)
            {
                foreach (ref float value in vectors)
                    value *= choices.EmbeddingDeviation;
            }
            if (choices.Initialization == Initialization.TorchDefault && choices.HasPadding)
                vectors[.._config.Embedding].Clear();
        }

        // The lab's order: W, U, b of each layer, then the others.
        private void DrawStandardNormal()
        {
            foreach ((int layer, int direction) in _layout.Recurrent())
            {
                string suffix = NetworkLayout.Suffix(layer, direction);
                foreach (string name in (string[])["rnn.weight_hh", "rnn.weight_ih", "rnn.bias_ih", "rnn.bias_hn"])
                {
                    if (_layout.Parameters.FirstOrDefault(p => p.Name == name + suffix) is { } parameter)
                        _parameters.Write(parameter, Draw(parameter.Length, values => Initializers.Normal(values, generator)));
                }
            }
            foreach (Parameter parameter in AfterRecurrent)
                Initializers.Normal(_parameters.Stored(parameter), generator);
        }

        private void DrawTorchDefault()
        {
            foreach ((int layer, int direction) in _layout.Recurrent())
            {
                string suffix = NetworkLayout.Suffix(layer, direction);
                float[] Uniform(string name) =>
                    Draw(_layout[name + suffix].Length, values => Initializers.UniformByRoot(values, generator, _config.Hidden));
                _parameters.Write(_layout["rnn.weight_ih" + suffix], Uniform("rnn.weight_ih"));
                _parameters.Write(_layout["rnn.weight_hh" + suffix], Uniform("rnn.weight_hh"));
                // PyTorch draws two biases that are added in every equation; we keep their sum, but for a GRU's b_hn.
                float[] first = Uniform("rnn.bias_ih");
                float[] second = Uniform("rnn.bias_ih");
                int summed = first.Length - (_layout.Cell.Columns > _layout.Cell.Gates ? _config.Hidden : 0);
                for (int i = 0; i < summed; i++)
                    first[i] += second[i];
                _parameters.Write(_layout["rnn.bias_ih" + suffix], first);
                if (summed < first.Length)
                    _parameters.Write(_layout["rnn.bias_hn" + suffix], second[summed..]);
            }
            foreach (Parameter parameter in AfterRecurrent)
                Initializers.UniformByRoot(_parameters.Stored(parameter), generator, _config.StateSize);
        }

        private void ApplyRecurrentChoices(string suffix)
        {
            int hidden = _config.Hidden;
            Span<float> weight = _parameters.Stored(_layout["rnn.weight_hh" + suffix]);
            for (int gate = 0; gate < _layout.Cell.Gates && choices.RecurrentInitialization != RecurrentInitialization.Uniform; gate++)
            {
                Span<float> block = weight.Slice(gate * hidden * hidden, hidden * hidden);
                if (choices.RecurrentInitialization == RecurrentInitialization.Orthogonal)
                    Initializers.Orthogonal(block, generator, hidden, hidden);
                else
                    Initializers.Identity(block, hidden, hidden);
            }
            if (choices.ForgetBias is { } forgetBias && _config.Cell == Cell.Lstm)
                _parameters.Stored(_layout["rnn.bias_ih" + suffix]).Slice(hidden, hidden).Fill(forgetBias);
        }

        private static float[] Draw(int length, Fill fill)
        {
            float[] values = new float[length];
            fill(values);
            return values;
        }
    }
}
