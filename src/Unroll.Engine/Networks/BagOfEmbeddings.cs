using Unroll.Engine.Batches;
using Unroll.Engine.Kernels;
using Unroll.Engine.Layers;
using Unroll.Engine.Losses;
using Unroll.Engine.Numerics;
using Unroll.Engine.Optimization;

namespace Unroll.Engine.Networks;

/// <summary>
/// A classifier that cannot see order: the mean of the word vectors, and a linear output. What a recurrent layer adds is what it
/// does better.
/// </summary>
/// <remarks>
/// <code>
/// Forward    p = Σ_t x_t / T        y = W p + b
/// Backward   dW = dy pᵀ    db = dy    dp = Wᵀ dy    dx_t = dp / T
/// </code>
/// </remarks>
public sealed unsafe class BagOfEmbeddings
{
    private readonly IKernels _kernels = KernelRegistry.Current;
    private readonly int _width;
    private readonly int _classes;
    private readonly Parameter _table;
    private readonly Parameter _weight;
    private readonly Parameter _bias;
    private readonly Parameters _parameters;
    private readonly Parameters _gradients;
    private readonly Optimizer _optimizer;
    private readonly Linear _output;
    private readonly SoftmaxCrossEntropy _loss = new();
    private readonly AlignedBuffer _mean = new();
    private readonly AlignedBuffer _dMean = new();
    private readonly AlignedBuffer _logits = new();
    private readonly AlignedBuffer _scratch = new();
    private readonly SortedSet<int> _seen = [];

    /// <summary>Draws the parameters as the recurrent classifiers' are: word vectors N(0,1), output U(±1/√E).</summary>
    /// <param name="vocabulary">V.</param>
    /// <param name="width">E.</param>
    /// <param name="classes">C.</param>
    /// <param name="optimizer">How gradients become updates.</param>
    /// <param name="seed">The seed of the first parameters.</param>
    public BagOfEmbeddings(int vocabulary, int width, int classes, OptimizerSettings optimizer, ulong seed)
    {
        (_width, _classes) = (width, classes);
        _table = new Parameter(NetworkLayout.EmbeddingWeight, [vocabulary, width], 0, IsTable: true);
        _weight = new Parameter("output.weight", [classes, width], _table.Length);
        _bias = new Parameter("output.bias", [classes], _table.Length + _weight.Length);
        _parameters = new Parameters([_table, _weight, _bias]);
        _gradients = _parameters.ZerosLike();
        var generator = new TorchGenerator(seed);
        Initializers.Normal(_parameters.WritableOf(_table), generator);
        Initializers.UniformByRoot(_parameters.WritableOf(_weight), generator, width);
        Initializers.UniformByRoot(_parameters.WritableOf(_bias), generator, width);
        _optimizer = new Optimizer(_kernels, optimizer, _parameters.Length);
        _output = new Linear(_kernels, width, classes);
        _output.Weight.Pack(_parameters.PointerTo(_weight));
    }

    /// <summary>One training step.</summary>
    /// <param name="texts">Where the rows come from.</param>
    /// <param name="rows">Which.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <returns>The mean loss of the rows.</returns>
    public double Step(EncodedTexts texts, ReadOnlySpan<int> rows, float learningRate)
    {
        Forward(texts, rows);
        double loss = 0;
        for (int b = 0; b < rows.Length; b++)
        {
            Span<float> logits = _logits.Span.Slice(b * _classes, _classes);
            loss += _loss.Row(logits, texts.LabelOf(rows[b]), rows.Length, logits);
        }
        Backward(texts, rows);
        Update(learningRate);
        return loss / rows.Length;
    }

    /// <summary>The share of texts whose label it finds.</summary>
    /// <param name="texts">Texts with labels.</param>
    public double Accuracy(EncodedTexts texts)
    {
        Forward(texts, [.. Enumerable.Range(0, texts.Count)]);
        int right = 0;
        for (int row = 0; row < texts.Count; row++)
            right += Argmax.Of(_logits.Span.Slice(row * _classes, _classes)) == texts.LabelOf(row) ? 1 : 0;
        return (double)right / texts.Count;
    }

    private void Forward(EncodedTexts texts, ReadOnlySpan<int> rows)
    {
        _mean.EnsureLength((long)rows.Length * _width);
        _logits.EnsureLength((long)rows.Length * _classes);
        Matrix mean = _mean.AsMatrix(rows.Length, _width);
        mean.Clear();
        for (int b = 0; b < rows.Length; b++)
        {
            ReadOnlySpan<int> ids = texts.IdsOf(rows[b]);
            foreach (int id in ids)
                _kernels.AddScaled(_width, 1f / ids.Length, Row(_parameters, id), mean.PointerTo(b));
        }
        _output.Forward(mean, _parameters.PointerTo(_bias), _logits.AsMatrix(rows.Length, _classes));
    }

    private void Backward(EncodedTexts texts, ReadOnlySpan<int> rows)
    {
        _dMean.EnsureLength((long)rows.Length * _width);
        _scratch.EnsureLength(_output.ScratchLength(rows.Length));
        foreach (int id in _seen)
            new Span<float>(Row(_gradients, id), _width).Clear();
        _seen.Clear();
        _gradients.WritableOf(_weight).Clear();
        _gradients.WritableOf(_bias).Clear();
        _output.Weight.PackBackward(_parameters.PointerTo(_weight));
        Matrix dMean = _dMean.AsMatrix(rows.Length, _width);
        _output.Backward(
            _mean.AsMatrix(rows.Length, _width), _logits.AsMatrix(rows.Length, _classes), dMean, _gradients.PointerTo(_weight),
            _gradients.PointerTo(_bias), _scratch.Pointer);
        for (int b = 0; b < rows.Length; b++)
        {
            ReadOnlySpan<int> ids = texts.IdsOf(rows[b]);
            foreach (int id in ids)
            {
                _seen.Add(id);
                _kernels.AddScaled(_width, 1f / ids.Length, dMean.PointerTo(b), Row(_gradients, id));
            }
        }
    }

    private void Update(float learningRate)
    {
        double squares = _kernels.SumOfSquares(_weight.Length + _bias.Length, _gradients.PointerTo(_weight));
        foreach (int id in _seen)
            squares += _kernels.SumOfSquares(_width, Row(_gradients, id));
        _optimizer.Begin(learningRate, Math.Sqrt(squares));
        _optimizer.Update(_weight.Start, _weight.Length + _bias.Length, _parameters.Pointer, _gradients.PointerTo(_weight));
        foreach (int id in _seen)
            _optimizer.Update(id * _width, _width, _parameters.Pointer, Row(_gradients, id));
        _output.Weight.Pack(_parameters.PointerTo(_weight));
    }

    private float* Row(Parameters parameters, int id) => parameters.PointerTo(_table) + (long)id * _width;
}
