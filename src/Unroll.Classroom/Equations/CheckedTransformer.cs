using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;

namespace Unroll.Classroom.Equations;

/// <summary>
/// A classifier of a Transformer: word vectors, two layers, the mean of the words and a linear output z = V p + c, with the mean
/// cross-entropy of two sentences as its loss. Every parameter of the layers has a part in it.
/// </summary>
internal sealed class CheckedTransformer : ICheckedLayer
{
    private const int Vocabulary = 9;
    private const int Classes = 3;
    private const int Layers = 2;
    private const double Deviation = 0.4;
    private const string OutputWeight = "output.weight";
    private const string OutputBias = "output.bias";

    private static readonly int[][] Sentences = [[1, 4, 2, 7, 4], [3, 8, 5]];

    private readonly int _width;
    private readonly Network _network;
    private readonly Dictionary<string, double[]> _values;
    private readonly TransformerReference _reference;

    /// <summary>Draws parameters.</summary>
    /// <param name="name">The name to print.</param>
    /// <param name="options">Positions and where the norms stand.</param>
    /// <param name="width">E, a multiple of the heads.</param>
    /// <param name="seed">The seed of all numbers.</param>
    public CheckedTransformer(string name, TransformerOptions options, int width, ulong seed)
    {
        (Name, _width) = (name, width);
        _network = new Network(new NetworkConfig
        {
            Cell = Cell.Transformer,
            Transformer = options,
            Vocabulary = Vocabulary,
            Embedding = width,
            Hidden = width,
            Layers = Layers,
            Pooling = Pooling.Mean,
            Classes = Classes,
        });
        var generator = new TorchGenerator(seed);
        foreach (Parameter parameter in _network.Parameters.All)
        {
            // A norm whose scale is nearly zero leaves gradients that are nearly zero.
            bool scales = parameter.Name.Contains("norm", StringComparison.Ordinal)
                && parameter.Name.EndsWith(".weight", StringComparison.Ordinal);
            float[] values = new float[parameter.Length];
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)((scales ? 1 : 0) + Deviation * generator.NextNormal());
            _network.Parameters.Write(parameter, values);
        }
        _values = _network.Parameters.All.ToDictionary(
            parameter => parameter.Name,
            parameter => _network.Parameters.Read(parameter).Select(value => (double)value).ToArray());
        _reference = new TransformerReference(width, Layers, options, _values);
    }

    public string Name { get; }

    public IReadOnlyList<CheckedParameter> Parameters =>
        [.. _network.Parameters.All.Select(parameter => new CheckedParameter(parameter.Name, _values[parameter.Name]))];

    public double Loss() => Enumerable.Range(0, Sentences.Length).Sum(row =>
    {
        double[] probabilities = Softmax(Logits(Pool(_reference.Forward(Words(row)))));
        return -Math.Log(probabilities[Label(row)]) / Sentences.Length;
    });

    public IReadOnlyList<double[]> Gradients()
    {
        var gradients = _values.ToDictionary(entry => entry.Key, entry => new double[entry.Value.Length]);
        for (int row = 0; row < Sentences.Length; row++)
        {
            double[][] words = Words(row);
            double[] pooled = Pool(_reference.Forward(words));
            double[] dLogits = Softmax(Logits(pooled));
            dLogits[Label(row)]--;
            double[] dPooled = new double[_width];
            for (int c = 0; c < Classes; c++)
            {
                double d = dLogits[c] / Sentences.Length;
                gradients[OutputBias][c] += d;
                for (int i = 0; i < _width; i++)
                {
                    gradients[OutputWeight][c * _width + i] += d * pooled[i];
                    dPooled[i] += d * _values[OutputWeight][c * _width + i];
                }
            }
            double[] dOutput = [.. dPooled.Select(d => d / words.Length)];
            double[][] dWords = _reference.Backward(words, [.. words.Select(_ => dOutput)], gradients);
            for (int t = 0; t < words.Length; t++)
            {
                for (int i = 0; i < _width; i++)
                    gradients[NetworkLayout.EmbeddingWeight][Sentences[row][t] * _width + i] += dWords[t][i];
            }
        }
        return [.. _network.Parameters.All.Select(parameter => gradients[parameter.Name])];
    }

    public (double Loss, IReadOnlyList<float[]> Gradients) Engine()
    {
        var texts = new EncodedTexts();
        for (int row = 0; row < Sentences.Length; row++)
            texts.Add(Sentences[row], Label(row));
        var batch = new Batch();
        batch.Fill(texts, [.. Enumerable.Range(0, Sentences.Length)]);
        var step = new TrainingStep(_network, new StepSettings(), WorkerPool.CallerAlone);
        double loss = step.ComputeGradients(batch);
        Parameters gradients = step.CopyGradients();
        return (loss, [.. _network.Parameters.All.Select(gradients.Read)]);
    }

    private static int Label(int row) => row % Classes;

    private double[][] Words(int row) =>
        [.. Sentences[row].Select(id => _values[NetworkLayout.EmbeddingWeight].AsSpan(id * _width, _width).ToArray())];

    private double[] Pool(double[][] states) =>
        [.. Enumerable.Range(0, _width).Select(i => states.Average(state => state[i]))];

    private double[] Logits(double[] pooled) =>
    [
        .. Enumerable.Range(0, Classes).Select(c => _values[OutputBias][c]
            + Enumerable.Range(0, _width).Sum(i => _values[OutputWeight][c * _width + i] * pooled[i])),
    ];

    private static double[] Softmax(double[] logits)
    {
        double[] powers = [.. logits.Select(z => Math.Exp(z - logits.Max()))];
        return [.. powers.Select(power => power / powers.Sum())];
    }
}
