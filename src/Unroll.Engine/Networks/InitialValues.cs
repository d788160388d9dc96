using Unroll.Engine.Cells;
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

    /// <summary>
    /// The first value of the bias of a forget gate, which an LSTM has (Jozefowicz et al., 2015, use 1); null for PyTorch's.
    /// Default: null.
    /// </summary>
    public float? ForgetBias { get; init; }

    /// <summary>Draws every parameter.</summary>
    /// <param name="network">Whose parameters are overwritten.</param>
    /// <param name="generator">Where the random numbers come from.</param>
    public void Draw(Network network, TorchGenerator generator)
    {
        new Drawing(this, network, generator).Run();
        network.Parameters.Changed();
    }

    private delegate void Fill(Span<float> values);

    private sealed class Drawing(InitialValues choices, Network network, TorchGenerator generator)
    {
        private readonly NetworkConfig _config = network.Config;
        private readonly NetworkLayout _layout = network.Layout;
        private readonly Parameters _parameters = network.Parameters;

        public void Run()
        {
            if (_layout.Embedding is { } embedding)
                DrawWordVectors(_parameters.WritableOf(embedding));
            switch (choices.Initialization)
            {
                case Initialization.TorchDefault:
                    DrawTorchDefault();
                    break;
                case Initialization.StandardNormal:
                    DrawStandardNormal();
                    break;
                default:
                    throw new InvalidOperationException($"no initialization {choices.Initialization}");
            }
            foreach ((int layer, int direction) in _layout.Recurrent())
                ApplyRecurrentChoices(layer, direction);
            // Last, so that all others are the same with and without.
            if (_layout.Subwords is { } subwords)
                DrawNormal(_parameters.WritableOf(subwords));
        }

        // Of pooling and output.
        private IEnumerable<Parameter> AfterLayers => _layout.Parameters.Where(
            p => p.Name.StartsWith("attention.", StringComparison.Ordinal)
                || p.Name.StartsWith("output.", StringComparison.Ordinal));

        private void DrawWordVectors(Span<float> vectors)
        {
            DrawNormal(vectors);
            if (choices.Initialization == Initialization.TorchDefault && choices.HasPadding)
                vectors[.._config.Embedding].Clear();
        }

        private void DrawNormal(Span<float> vectors)
        {
            Initializers.Normal(vectors, generator);
            if (choices.EmbeddingDeviation == 1)
                return;
            foreach (ref float value in vectors)
                value *= choices.EmbeddingDeviation;
        }

        // The lab's order: W, U, b of each layer, then the others.
        private void DrawStandardNormal()
        {
            if (_config.IsTransformer)
                throw new InvalidOperationException("a Transformer's layers are drawn PyTorch's way");
            foreach ((int layer, int direction) in _layout.Recurrent())
            {
                foreach (CellTensor tensor in _layout.Cell.Tensors.OrderBy(tensor => tensor.Input == TensorInput.Hidden ? 0 : 1))
                {
                    Parameter parameter = _layout[NetworkLayout.NameOf(tensor, layer, direction)];
                    _parameters.Write(parameter, Draw(parameter.Length, values => Initializers.Normal(values, generator)));
                }
            }
            foreach (Parameter parameter in AfterLayers)
                Initializers.Normal(_parameters.WritableOf(parameter), generator);
        }

        private void DrawTorchDefault()
        {
            if (_config.IsTransformer)
                new TransformerValues(choices, network, generator).Draw();
            foreach ((int layer, int direction) in _layout.Recurrent())
            {
                // PyTorch's modules have a second bias; a bias of ours that is a part of it is drawn with it.
                bool hasSecondBias = _layout.Cell.TorchModule is not null;
                foreach (CellTensor tensor in _layout.Cell.Tensors.Where(tensor => tensor.SecondBiasGate is null))
                {
                    Parameter parameter = _layout[NetworkLayout.NameOf(tensor, layer, direction)];
                    float[] values = Uniform(parameter.Length);
                    if (hasSecondBias && tensor.Name == CellTensor.Bias)
                        TorchTensors.WriteBiases(network, layer, direction, values, Uniform(values.Length));
                    else
                        _parameters.Write(parameter, values);
                }
            }
            foreach (Parameter parameter in AfterLayers)
                Initializers.UniformByRoot(_parameters.WritableOf(parameter), generator, _config.StateSize);
        }

        private void ApplyRecurrentChoices(int layer, int direction)
        {
            int hidden = _config.Hidden;
            foreach (CellTensor tensor in _layout.Cell.Tensors.Where(tensor => tensor.Input == TensorInput.Hidden))
            {
                Span<float> weight = _parameters.WritableOf(_layout[NetworkLayout.NameOf(tensor, layer, direction)]);
                for (int gate = 0; gate < tensor.Gates; gate++)
                    ApplyRecurrentInitialization(weight.Slice(gate * hidden * hidden, hidden * hidden));
            }
            if (choices.ForgetBias is { } forgetBias && _layout.Cell.ForgetGate is { } forgetGate)
            {
                Parameter bias = _layout[NetworkLayout.NameOf(CellTensor.Bias, layer, direction)];
                _parameters.WritableOf(bias).Slice(forgetGate * hidden, hidden).Fill(forgetBias);
            }
        }

        // block: a gate's rows of W_hh, [H,H].
        private void ApplyRecurrentInitialization(Span<float> block)
        {
            switch (choices.RecurrentInitialization)
            {
                case RecurrentInitialization.Uniform:
                    break;
                case RecurrentInitialization.Orthogonal:
                    Initializers.Orthogonal(block, generator, _config.Hidden, _config.Hidden);
                    break;
                case RecurrentInitialization.Identity:
                    Initializers.Identity(block, _config.Hidden, _config.Hidden);
                    break;
                default:
                    throw new InvalidOperationException($"no recurrent initialization {choices.RecurrentInitialization}");
            }
        }

        private float[] Uniform(int length) =>
            Draw(length, values => Initializers.UniformByRoot(values, generator, _config.Hidden));

        private static float[] Draw(int length, Fill fill)
        {
            float[] values = new float[length];
            fill(values);
            return values;
        }
    }
}
