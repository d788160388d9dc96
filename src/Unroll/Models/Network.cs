using Unroll.Batches;
using Unroll.Layers;
using Unroll.Loss;
using Unroll.Numerics;
using Unroll.Training;

namespace Unroll.Models;

/// <summary>
/// The layers of a classifier, one after the other: embedding (or one-hot) → recurrent layer → last state → linear → softmax
/// cross-entropy. It holds no values: parameters, gradients and buffers come from outside.
/// </summary>
internal sealed class Network
{
    public const string EmbeddingWeight = "embedding.weight";
    public const string InputWeight = "rnn.weight_ih_l0";
    public const string RecurrentWeight = "rnn.weight_hh_l0";
    public const string Bias = "rnn.bias_ih_l0";
    public const string OutputWeight = "output.weight";
    public const string OutputBias = "output.bias";

    private readonly ModelConfig _config;
    private readonly Embedding? _embedding;
    private readonly RnnLayer _rnn;
    private readonly LastStatePooling _pooling;
    private readonly Linear _output;
    private readonly Parameter? _embeddingWeight;
    private readonly Parameter _inputWeight;
    private readonly Parameter _recurrentWeight;
    private readonly Parameter _bias;
    private readonly Parameter _outputWeight;
    private readonly Parameter _outputBias;

    public Network(ModelConfig config, int vocabularySize)
    {
        _config = config;
        int inputSize = config.InputSize(vocabularySize);
        int hiddenSize = config.Hidden;
        _embedding = config.Embedding == 0 ? null : new Embedding(config.Embedding);
        _rnn = new RnnLayer(inputSize, hiddenSize, config.Nonlinearity);
        _pooling = new LastStatePooling(hiddenSize);
        _output = new Linear(hiddenSize, config.Classes);

        List<(string, int[])> tensors = _embedding is null ? [] : [(EmbeddingWeight, [vocabularySize, config.Embedding])];
        tensors.AddRange(
            (InputWeight, [hiddenSize, inputSize]),
            (RecurrentWeight, [hiddenSize, hiddenSize]),
            (Bias, [hiddenSize]),
            (OutputWeight, [config.Classes, hiddenSize]),
            (OutputBias, [config.Classes]));
        Layout = Parameters.Layout(tensors);
        _embeddingWeight = Layout.SingleOrDefault(parameter => parameter.Name == EmbeddingWeight);
        _inputWeight = Layout.Single(parameter => parameter.Name == InputWeight);
        _recurrentWeight = Layout.Single(parameter => parameter.Name == RecurrentWeight);
        _bias = Layout.Single(parameter => parameter.Name == Bias);
        _outputWeight = Layout.Single(parameter => parameter.Name == OutputWeight);
        _outputBias = Layout.Single(parameter => parameter.Name == OutputBias);
    }

    public IReadOnlyList<Parameter> Layout { get; }

    public void Initialize(Parameters parameters, Initialization initialization, TorchGenerator generator)
    {
        if (_embeddingWeight is not null)
            Initializers.Normal(parameters[_embeddingWeight], generator);
        if (initialization == Initialization.StandardNormal)
        {
            foreach (Parameter parameter in (ReadOnlySpan<Parameter>)[_recurrentWeight, _inputWeight, _bias, _outputWeight, _outputBias])
                Initializers.Normal(parameters[parameter], generator);
            return;
        }
        if (_embeddingWeight is not null && _config.Unknown == Text.UnknownWords.Token)
            parameters[_embeddingWeight][.._config.Embedding].Clear();
        foreach (Parameter parameter in (ReadOnlySpan<Parameter>)[_inputWeight, _recurrentWeight, _bias])
            Initializers.UniformByRoot(parameters[parameter], generator, _config.Hidden);
        // PyTorch draws a second bias that is added to the first in every equation; we keep their sum.
        float[] secondBias = new float[_config.Hidden];
        Initializers.UniformByRoot(secondBias, generator, _config.Hidden);
        Kernels.ScaledSum.Add(1, secondBias, parameters[_bias]);
        Initializers.UniformByRoot(parameters[_outputWeight], generator, _config.Hidden);
        Initializers.UniformByRoot(parameters[_outputBias], generator, _config.Hidden);
    }

    /// <summary>Computes the logits of every sentence of the batch.</summary>
    public void Forward(Parameters parameters, Batch batch, ForwardState state)
    {
        state.Prepare(batch.TokenCount, batch.Count, _config.Embedding, _config.Hidden, _config.Classes);
        RnnParameters rnn = View(parameters);
        if (_embedding is null || _embeddingWeight is null)
        {
            _rnn.ForwardOneHot(rnn, batch.BatchSizes, batch.Ids, initialHidden: [], state.Hidden);
        }
        else
        {
            _embedding.Forward(parameters[_embeddingWeight], batch.Ids, state.Embedded);
            _rnn.Forward(rnn, batch.BatchSizes, state.Embedded, initialHidden: [], state.Hidden);
        }
        _pooling.Forward(batch.BatchSizes, state.Hidden, state.Pooled);
        _output.Forward(parameters[_outputWeight], parameters[_outputBias], state.Pooled, state.Logits);
    }

    /// <summary>The mean loss of the batch after <see cref="Forward"/>; the probabilities are left in <see cref="ForwardState.DLogits"/>.</summary>
    public static double Loss(Batch batch, ForwardState state) =>
        SoftmaxCrossEntropy.Forward(state.Logits, batch.Labels, state.DLogits);

    /// <summary>Adds the gradient of the mean loss to <paramref name="gradients"/>, after <see cref="Forward"/> and <see cref="Loss"/>.</summary>
    public void Backward(Parameters parameters, Parameters gradients, Batch batch, ForwardState state)
    {
        SoftmaxCrossEntropy.Backward(state.DLogits, batch.Labels, state.DLogits);
        _output.Backward(
            parameters[_outputWeight], state.Pooled, state.DLogits,
            gradients[_outputWeight], gradients[_outputBias], state.DPooled);
        _pooling.Backward(batch.BatchSizes, state.DPooled, state.DHidden);
        RnnParameters rnn = View(parameters);
        var dRnn = new RnnGradients(gradients[_inputWeight], gradients[_recurrentWeight], gradients[_bias]);
        if (_embedding is null || _embeddingWeight is null)
        {
            _rnn.BackwardOneHot(
                rnn, dRnn, batch.BatchSizes, batch.Ids, initialHidden: [], state.Hidden, state.DHidden, dInitialHidden: []);
        }
        else
        {
            _rnn.Backward(
                rnn, dRnn, batch.BatchSizes, state.Embedded, initialHidden: [], state.Hidden, state.DHidden,
                state.DEmbedded, dInitialHidden: []);
            _embedding.Backward(batch.Ids, state.DEmbedded, gradients[_embeddingWeight]);
        }
    }

    private RnnParameters View(Parameters parameters) =>
        new(parameters[_inputWeight], parameters[_recurrentWeight], parameters[_bias]);
}
