using Unroll.Engine.Networks;
using Unroll.Inspection;

namespace Unroll.Live.Looks;

/// <summary>
/// The plane in which states are drawn: the two units themselves, or the two directions in which the states that are shown differ
/// most.
/// </summary>
/// <param name="Axes">What x and y are.</param>
/// <param name="Explained">The share of the variance along x and along y.</param>
/// <param name="Scores">
/// [C][3]: the logit of each class at a point of the plane is a x + b y + c. Along principal components that is the logit of a
/// state in the plane; states beside it have others.
/// </param>
public sealed record StateFrame(PlaneAxes Axes, IReadOnlyList<double> Explained, IReadOnlyList<double[]> Scores)
{
    private double[] Center { get; init; } = [];

    private IReadOnlyList<double[]> Directions { get; init; } = [];

    /// <summary>Chooses the plane.</summary>
    /// <param name="network">The network.</param>
    /// <param name="states">Every state that is shown, [N][H], at least one.</param>
    public static StateFrame Of(Network network, IReadOnlyList<double[]> states)
    {
        int hidden = network.Config.Hidden;
        float[] weight = network.Parameters["output.weight"];
        float[] bias = network.Parameters["output.bias"];
        bool isUnits = hidden == 2;
        PrincipalComponents? components = isUnits || !states.All(state => state.All(double.IsFinite))
            ? null
            : PrincipalComponents.Of([.. states], count: 2);
        double[] center = components is null ? new double[hidden] : [.. components.Mean];
        IReadOnlyList<double[]> directions = components?.Directions ?? [Unit(0, hidden), Unit(1, hidden)];
        double[] atCenter = Logits(weight, bias, center);
        double[][] scores =
        [
            .. atCenter.Select((logit, c) => new[] { Along(c, directions[0]), Along(c, directions[1]), logit }),
        ];
        PlaneAxes axes = isUnits ? PlaneAxes.Units : PlaneAxes.PrincipalComponents;
        return new StateFrame(axes, components?.Explained ?? [], scores) { Center = center, Directions = directions };

        double Along(int c, double[] direction) => Dot(weight.AsSpan(c * hidden, hidden), direction);
    }

    /// <summary>Where a state is drawn, [2].</summary>
    /// <param name="state">h, [H].</param>
    public double[] Point(double[] state) =>
        [.. Directions.Select(direction => direction.Select((d, i) => d * (state[i] - Center[i])).Sum())];

    /// <summary>W_out h + b_out, [C].</summary>
    internal static double[] Logits(float[] weight, float[] bias, double[] state)
    {
        int hidden = weight.Length / bias.Length;
        return [.. bias.Select((b, c) => b + Dot(weight.AsSpan(c * hidden, hidden), state))];
    }

    /// <summary>The probabilities of logits.</summary>
    internal static double[] Softmax(double[] logits)
    {
        double most = logits.Max();
        double[] exponentials = [.. logits.Select(logit => Math.Exp(logit - most))];
        double sum = exponentials.Sum();
        return [.. exponentials.Select(value => value / sum)];
    }

    private static double[] Unit(int i, int hidden)
    {
        double[] unit = new double[hidden];
        unit[i] = 1;
        return unit;
    }

    private static double Dot(ReadOnlySpan<float> weights, double[] state)
    {
        double sum = 0;
        for (int i = 0; i < weights.Length; i++)
            sum += weights[i] * state[i];
        return sum;
    }
}
