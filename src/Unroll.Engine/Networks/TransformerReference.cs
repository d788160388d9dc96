using Unroll.Engine.Layers;

namespace Unroll.Engine.Networks;

/// <summary>
/// The layers of a Transformer in double precision and plain loops, one sentence at a time, nothing dropped: what the engine's
/// are compared with, and what finite differences are taken of. <see cref="TransformerLayer"/> has the equations.
/// </summary>
/// <param name="width">E.</param>
/// <param name="layers">Layers of the encoder.</param>
/// <param name="options">Its other sizes and choices.</param>
/// <param name="parameters">
/// Those of the network by their names, row by row; others may be among them. They may be changed between two calls.
/// </param>
public sealed class TransformerReference(
    int width, int layers, TransformerOptions options, IReadOnlyDictionary<string, double[]> parameters)
{
    private const double Epsilon = 1e-5;

    private bool NormsFirst => options.Norm == NormPlace.Before;

    private int HeadWidth => width / options.Heads;

    /// <summary>Names and lengths of the parameters that it reads.</summary>
    public IEnumerable<(string Name, int Length)> Parameters()
    {
        int feedForward = options.FeedForwardOf(width);
        if (options.Positions == Positions.Learned)
            yield return (NetworkLayout.PositionWeight, options.MaximumPositions * width);
        for (int layer = 0; layer < layers; layer++)
        {
            string name = NetworkLayout.TransformerName(layer);
            yield return ($"{name}.self_attn.in_proj_weight", 3 * width * width);
            yield return ($"{name}.self_attn.in_proj_bias", 3 * width);
            yield return ($"{name}.self_attn.out_proj.weight", width * width);
            yield return ($"{name}.self_attn.out_proj.bias", width);
            yield return ($"{name}.linear1.weight", feedForward * width);
            yield return ($"{name}.linear1.bias", feedForward);
            yield return ($"{name}.linear2.weight", width * feedForward);
            yield return ($"{name}.linear2.bias", width);
            foreach (string norm in (string[])["norm1", "norm2"])
            {
                yield return ($"{name}.{norm}.weight", width);
                yield return ($"{name}.{norm}.bias", width);
            }
        }
        if (!options.HasFinalNorm)
            yield break;
        yield return ($"{NetworkLayout.Encoder}.norm.weight", width);
        yield return ($"{NetworkLayout.Encoder}.norm.bias", width);
    }

    /// <summary>Word vectors → what is pooled.</summary>
    /// <param name="words">x, [T][E].</param>
    /// <returns>y, [T][E].</returns>
    public double[][] Forward(double[][] words) => Run(words).Output;

    /// <summary>dy → dx and the gradients of the parameters.</summary>
    /// <param name="words">x, [T][E].</param>
    /// <param name="dOutput">dy, [T][E].</param>
    /// <param name="gradients">By the parameters' names; added to.</param>
    /// <returns>dx, [T][E].</returns>
    public double[][] Backward(double[][] words, double[][] dOutput, IReadOnlyDictionary<string, double[]> gradients)
    {
        Trace trace = Run(words);
        double[][] d = options.HasFinalNorm
            ? NormBackward($"{NetworkLayout.Encoder}.norm", trace.Top, dOutput, gradients)
            : dOutput;
        for (int layer = layers - 1; layer >= 0; layer--)
            d = LayerBackward(trace.Layers[layer], d, gradients);
        for (int t = 0; t < d.Length && options.Positions == Positions.Learned; t++)
            AddTo(gradients[NetworkLayout.PositionWeight].AsSpan(t * width, width), d[t]);
        return d;
    }

    private Trace Run(double[][] words)
    {
        double[][] x = [.. words.Select((word, t) => word.Select((value, i) => value + Position(t, i)).ToArray())];
        var traces = new LayerTrace[layers];
        for (int layer = 0; layer < layers; layer++)
        {
            traces[layer] = LayerForward(NetworkLayout.TransformerName(layer), x);
            x = traces[layer].Output;
        }
        return new Trace(traces, x, options.HasFinalNorm ? Norm($"{NetworkLayout.Encoder}.norm", x) : x);
    }

    private double Position(int t, int i) => options.Positions switch
    {
        Positions.Sinusoidal => (options.PositionScale ?? 1) * SinusoidalPositions.Value(t, i, width),
        Positions.Learned => parameters[NetworkLayout.PositionWeight][t * width + i],
        _ => throw new InvalidOperationException($"no positions {options.Positions}"),
    };

    private LayerTrace LayerForward(string name, double[][] x)
    {
        double[][] attends = NormsFirst ? Norm($"{name}.norm1", x) : x;
        double[][] qkv = Linear($"{name}.self_attn.in_proj_", attends);
        double[][] heads = Heads(qkv);
        double[][] first = Add(x, Linear($"{name}.self_attn.out_proj.", heads));
        double[][] feeds = Norm(NormsFirst ? $"{name}.norm2" : $"{name}.norm1", first);
        double[][] hidden = [.. Linear($"{name}.linear1.", feeds).Select(row => row.Select(a => Math.Max(a, 0)).ToArray())];
        double[][] second = Add(NormsFirst ? first : feeds, Linear($"{name}.linear2.", hidden));
        return new LayerTrace(
            name, x, attends, qkv, heads, first, feeds, hidden, second, NormsFirst ? second : Norm($"{name}.norm2", second));
    }

    private double[][] LayerBackward(LayerTrace at, double[][] dy, IReadOnlyDictionary<string, double[]> gradients)
    {
        double[][] dSecond = NormsFirst ? dy : NormBackward($"{at.Name}.norm2", at.Second, dy, gradients);
        double[][] dHidden = LinearBackward($"{at.Name}.linear2.", at.Hidden, dSecond, gradients);
        for (int t = 0; t < dHidden.Length; t++)
        {
            for (int j = 0; j < dHidden[t].Length; j++)
                dHidden[t][j] = at.Hidden[t][j] > 0 ? dHidden[t][j] : 0;
        }
        double[][] dFeeds = LinearBackward($"{at.Name}.linear1.", at.Feeds, dHidden, gradients);
        double[][] dFirst = NormsFirst
            ? Add(dSecond, NormBackward($"{at.Name}.norm2", at.First, dFeeds, gradients))
            : NormBackward($"{at.Name}.norm1", at.First, Add(dSecond, dFeeds), gradients);
        double[][] dHeads = LinearBackward($"{at.Name}.self_attn.out_proj.", at.Heads, dFirst, gradients);
        double[][] dAttends = LinearBackward(
            $"{at.Name}.self_attn.in_proj_", at.Attends, HeadsBackward(at.Qkv, dHeads), gradients);
        return Add(dFirst, NormsFirst ? NormBackward($"{at.Name}.norm1", at.X, dAttends, gradients) : dAttends);
    }

    // P of one head, [T][T].
    private double[][] Weights(double[][] qkv, int head)
    {
        int from = head * HeadWidth;
        return [.. qkv.Select(query => Softmax([.. qkv.Select(key => Score(query, key))]))];

        double Score(double[] query, double[] key) =>
            Dot(query.AsSpan(from, HeadWidth), key.AsSpan(width + from, HeadWidth)) / Math.Sqrt(HeadWidth);
    }

    private double[][] Heads(double[][] qkv)
    {
        double[][] output = Zeros(qkv.Length, width);
        for (int head = 0; head < options.Heads; head++)
        {
            double[][] p = Weights(qkv, head);
            for (int t = 0; t < qkv.Length; t++)
            {
                for (int j = 0; j < qkv.Length; j++)
                {
                    for (int i = head * HeadWidth; i < (head + 1) * HeadWidth; i++)
                        output[t][i] += p[t][j] * qkv[j][2 * width + i];
                }
            }
        }
        return output;
    }

    private double[][] HeadsBackward(double[][] qkv, double[][] dOutput)
    {
        double[][] d = Zeros(qkv.Length, 3 * width);
        double scale = 1 / Math.Sqrt(HeadWidth);
        for (int head = 0; head < options.Heads; head++)
        {
            int from = head * HeadWidth;
            double[][] p = Weights(qkv, head);
            for (int t = 0; t < qkv.Length; t++)
            {
                double[] dp = [.. qkv.Select(
                    value => Dot(dOutput[t].AsSpan(from, HeadWidth), value.AsSpan(2 * width + from, HeadWidth)))];
                double mean = Dot(p[t], dp);
                for (int j = 0; j < qkv.Length; j++)
                {
                    double dScore = scale * p[t][j] * (dp[j] - mean);
                    for (int i = from; i < from + HeadWidth; i++)
                    {
                        d[t][i] += dScore * qkv[j][width + i];
                        d[j][width + i] += dScore * qkv[t][i];
                        d[j][2 * width + i] += p[t][j] * dOutput[t][i];
                    }
                }
            }
        }
        return d;
    }

    private double[][] Norm(string name, double[][] x) => [.. x.Select(row =>
    {
        (double[] normed, _) = Normed(row);
        return normed.Select((value, i) => value * parameters[$"{name}.weight"][i] + parameters[$"{name}.bias"][i]).ToArray();
    })];

    private double[][] NormBackward(string name, double[][] x, double[][] dy, IReadOnlyDictionary<string, double[]> gradients)
    {
        double[][] dx = Zeros(x.Length, width);
        for (int t = 0; t < x.Length; t++)
        {
            (double[] normed, double inverse) = Normed(x[t]);
            double[] g = [.. dy[t].Select((d, i) => d * parameters[$"{name}.weight"][i])];
            double ofProduct = Dot(g, normed) / width;
            for (int i = 0; i < width; i++)
            {
                gradients[$"{name}.weight"][i] += dy[t][i] * normed[i];
                gradients[$"{name}.bias"][i] += dy[t][i];
                dx[t][i] = inverse * (g[i] - g.Average() - normed[i] * ofProduct);
            }
        }
        return dx;
    }

    // x̂ and 1/√(variance + ε)
    private static (double[] Normed, double Inverse) Normed(double[] x)
    {
        double mean = x.Average();
        double inverse = 1 / Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + Epsilon);
        return ([.. x.Select(value => (value - mean) * inverse)], inverse);
    }

    private double[][] Linear(string name, double[][] x)
    {
        double[] weight = parameters[name + "weight"];
        double[] bias = parameters[name + "bias"];
        return [.. x.Select(row => bias.Select((b, o) => b + Dot(weight.AsSpan(o * row.Length, row.Length), row)).ToArray())];
    }

    private double[][] LinearBackward(string name, double[][] x, double[][] dy, IReadOnlyDictionary<string, double[]> gradients)
    {
        double[] weight = parameters[name + "weight"];
        double[] dWeight = gradients[name + "weight"];
        int columns = x[0].Length;
        double[][] dx = Zeros(x.Length, columns);
        for (int t = 0; t < x.Length; t++)
        {
            AddTo(gradients[name + "bias"], dy[t]);
            for (int o = 0; o < dy[t].Length; o++)
            {
                for (int i = 0; i < columns; i++)
                {
                    dWeight[o * columns + i] += dy[t][o] * x[t][i];
                    dx[t][i] += dy[t][o] * weight[o * columns + i];
                }
            }
        }
        return dx;
    }

    private static double[] Softmax(double[] scores)
    {
        double max = scores.Max();
        double[] exponentials = [.. scores.Select(score => Math.Exp(score - max))];
        double sum = exponentials.Sum();
        return [.. exponentials.Select(value => value / sum)];
    }

    private static double[][] Zeros(int rows, int columns) => [.. Enumerable.Range(0, rows).Select(_ => new double[columns])];

    private static double[][] Add(double[][] a, double[][] b) =>
        [.. a.Zip(b, (x, y) => x.Zip(y, (left, right) => left + right).ToArray())];

    private static void AddTo(Span<double> sum, ReadOnlySpan<double> values)
    {
        for (int i = 0; i < values.Length; i++)
            sum[i] += values[i];
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private sealed record Trace(LayerTrace[] Layers, double[][] Top, double[][] Output);

    // First is x + attention, Feeds what the feed-forward part reads, Second the sum behind it.
    private sealed record LayerTrace(
        string Name, double[][] X, double[][] Attends, double[][] Qkv, double[][] Heads, double[][] First, double[][] Feeds,
        double[][] Hidden, double[][] Second, double[][] Output);
}
