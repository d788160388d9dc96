using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Xunit;

namespace Unroll.Tests.Oracles;

/// <summary>The first proof of the Transformer: every gradient of its reference in double precision is a slope.</summary>
public class TransformerReferenceTests
{
    private const int Width = 6;
    private const int Words = 4;

    public static TheoryData<int, NormPlace, Positions, bool> Cases()
    {
        var data = new TheoryData<int, NormPlace, Positions, bool>();
        foreach (int layers in (int[])[1, 3])
        {
            foreach (NormPlace norm in Enum.GetValues<NormPlace>())
            {
                data.Add(layers, norm, Positions.Sinusoidal, true);
                data.Add(layers, norm, Positions.Learned, false);
            }
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_are_slopes(int layers, NormPlace norm, Positions positions, bool finalNorm)
    {
        var options = new TransformerOptions
        {
            Heads = 3,
            FeedForward = 5,
            Positions = positions,
            MaximumPositions = Words,
            Norm = norm,
            FinalNorm = finalNorm,
        };
        var random = new TorchGenerator(5);
        var parameters = new Dictionary<string, double[]>();
        var reference = new TransformerReference(Width, layers, options, parameters);
        foreach ((string name, int length) in reference.Parameters())
            parameters[name] = Close.Widen(random.Normal(length, 0.7f));
        double[][] words = Rows(random, Words);
        double[][] direction = Rows(random, Words);
        var gradients = parameters.ToDictionary(entry => entry.Key, entry => new double[entry.Value.Length]);
        double[][] dWords = reference.Backward(words, direction, gradients);
        foreach ((string name, double[] values) in parameters)
        {
            Assert.True(gradients[name].Any(d => Math.Abs(d) > 1e-4), $"{name} has no gradient");
            FiniteDifferences.Check(values, gradients[name], Along, "d " + name);
        }
        for (int t = 0; t < Words; t++)
            FiniteDifferences.Check(words[t], dWords[t], Along, $"d word {t}");

        double Along() => reference.Forward(words).Zip(direction, (y, d) => y.Zip(d, (a, b) => a * b).Sum()).Sum();
    }

    private static double[][] Rows(TorchGenerator random, int rows) =>
        [.. Enumerable.Range(0, rows).Select(_ => Close.Widen(random.Normal(Width)))];
}
