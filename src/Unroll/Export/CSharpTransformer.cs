using System.Globalization;
using Unroll.Storage;

namespace Unroll.Export;

/// <summary>A Transformer as C#.</summary>
internal static class CSharpTransformer
{
    private const string Guard = """
                if (ids.Length > MOST)
                    throw new ArgumentException($"{ids.Length} tokens, expected at most MOST", nameof(tokens));

        """;

    private const string Sines = """
            // Sines and cosines of the place.
            private static double Position(int t, int i)
            {
                double angle = t * Math.Pow(10_000, -(double)(i - i % 2) / E);
                return i % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle);
            }


        """;

    private const string NormsFirst = """
                    double[][] sum = Sum(x, Attention(Norm(x, _norm1Weight, _norm1Bias)));
                    return Sum(sum, FeedForward(Norm(sum, _norm2Weight, _norm2Bias)));
        """;

    private const string NormsLast = """
                    double[][] sum = Norm(Sum(x, Attention(x)), _norm1Weight, _norm1Bias);
                    return Norm(Sum(sum, FeedForward(sum)), _norm2Weight, _norm2Bias);
        """;

    public static string Of(ModelConfig config)
    {
        TransformerOptions options = config.Transformer;
        bool isLearned = options.Positions == Positions.Learned;
        bool first = options.Norm == NormPlace.Before;
        string position = isLearned
            ? "_positions[t * E + i]"
            : CSharpSource.Number(options.PositionScale ?? 1) + " * Position(t, i)";
        string most = options.MaximumPositions.ToString(CultureInfo.InvariantCulture);
        string fields = CSharpWords.Fields(config) + (isLearned ? "    private readonly float[] _positions;\n" : "")
            + (options.HasFinalNorm ? "    private readonly float[] _normWeight, _normBias;\n" : "")
            + CSharpWords.PoolingFields(config);
        string positions = isLearned ? $"        _positions = reader.Floats({most}, E);\n" : "";
        string finalNorm = options.HasFinalNorm
            ? "        _normWeight = reader.Floats(E);\n        _normBias = reader.Floats(E);\n"
            : "";
        string normed = options.HasFinalNorm ? "        x = Norm(x, _normWeight, _normBias);\n" : "";
        string guard = isLearned ? Guard.Replace("MOST", most, StringComparison.Ordinal) : "";
        string sines = isLearned ? "" : Sines;
        return string.Create(CultureInfo.InvariantCulture, $$"""
            // Word vectors and positions → layers of attention and feed-forward → pooling → logits. E wide, T tokens.
            private sealed class Network
            {
                private const int E = {{config.Embedding}};
                private const int Heads = {{options.Heads}};

                private readonly Layer[] _layers = new Layer[{{config.Layers}}];
            {{fields}}    private readonly float[] _outputWeight, _outputBias;

                public Network(Reader reader, int vocabulary)
                {
            {{CSharpWords.Read(config)}}{{positions}}        for (int k = 0; k < _layers.Length; k++)
                        _layers[k] = new Layer(reader);
            {{finalNorm}}{{CSharpWords.PoolingRead(config)}}        _outputWeight = reader.Floats(Labels.Length, E);
                    _outputBias = reader.Floats(Labels.Length);
                }

                public double[] Logits(int[] ids, List<string> tokens)
                {
            {{guard}}        double[][] x =
                        [.. ids.Select((id, t) => Word(id, tokens).Select((value, i) => value + {{position}}).ToArray())];
                    foreach (Layer layer in _layers)
                        x = layer.Forward(x);
            {{normed}}        return Product(_outputWeight, Pool(x), _outputBias);
                }

            {{CSharpWords.Word(config)}}{{CSharpWords.Pool(config)}}
            {{sines}}    private static double[] Product(float[] weight, double[] x, float[] bias)
                {
                    double[] product = new double[bias.Length];
                    for (int row = 0; row < product.Length; row++)
                    {
                        double sum = bias[row];
                        for (int j = 0; j < x.Length; j++)
                            sum += weight[row * x.Length + j] * x[j];
                        product[row] = sum;
                    }
                    return product;
                }

                private static double[][] Norm(double[][] x, float[] weight, float[] bias) => [.. x.Select(row =>
                {
                    double mean = row.Average();
                    double inverse = 1 / Math.Sqrt(row.Average(value => (value - mean) * (value - mean)) + 1e-5);
                    return row.Select((value, i) => (value - mean) * inverse * weight[i] + bias[i]).ToArray();
                })];

                private static double[][] Sum(double[][] a, double[][] b) =>
                    [.. a.Zip(b, (x, y) => x.Zip(y, (left, right) => left + right).ToArray())];

                private sealed class Layer
                {
                    private readonly float[] _inWeight, _inBias, _outWeight, _outBias;
                    private readonly float[] _firstWeight, _firstBias, _secondWeight, _secondBias;
                    private readonly float[] _norm1Weight, _norm1Bias, _norm2Weight, _norm2Bias;

                    public Layer(Reader reader)
                    {
                        _inWeight = reader.Floats(3 * E, E);
                        _inBias = reader.Floats(3 * E);
                        _outWeight = reader.Floats(E, E);
                        _outBias = reader.Floats(E);
                        _firstWeight = reader.Floats({{options.FeedForwardOf(config.Embedding)}}, E);
                        _firstBias = reader.Floats({{options.FeedForwardOf(config.Embedding)}});
                        _secondWeight = reader.Floats(E, {{options.FeedForwardOf(config.Embedding)}});
                        _secondBias = reader.Floats(E);
                        _norm1Weight = reader.Floats(E);
                        _norm1Bias = reader.Floats(E);
                        _norm2Weight = reader.Floats(E);
                        _norm2Bias = reader.Floats(E);
                    }

                    public double[][] Forward(double[][] x)
                    {
            {{(first ? NormsFirst : NormsLast)}}
                    }

                    private double[][] FeedForward(double[][] x) => [.. x.Select(row => Product(
                        _secondWeight, [.. Product(_firstWeight, row, _firstBias).Select(a => Math.Max(a, 0))], _secondBias))];

                    private double[][] Attention(double[][] x)
                    {
                        double[][] qkv = [.. x.Select(row => Product(_inWeight, row, _inBias))];
                        double[][] read = [.. x.Select(_ => new double[E])];
                        int width = E / Heads;
                        for (int head = 0; head < Heads; head++)
                        {
                            int from = head * width;
                            for (int t = 0; t < x.Length; t++)
                            {
                                double[] scores = [.. qkv.Select(other => Enumerable.Range(from, width)
                                    .Sum(i => qkv[t][i] * other[E + i]) / Math.Sqrt(width))];
                                double max = scores.Max();
                                double[] weights = [.. scores.Select(score => Math.Exp(score - max))];
                                double sum = weights.Sum();
                                for (int j = 0; j < x.Length; j++)
                                {
                                    for (int i = from; i < from + width; i++)
                                        read[t][i] += weights[j] / sum * qkv[j][2 * E + i];
                                }
                            }
                        }
                        return [.. read.Select(row => Product(_outWeight, row, _outBias))];
                    }
                }
            }
            """);
    }
}
