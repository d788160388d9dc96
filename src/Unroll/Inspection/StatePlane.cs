using Unroll.Engine.Networks;
using Unroll.Storage;

namespace Unroll.Inspection;

/// <summary>What the two axes of a <see cref="StatePlane"/> are.</summary>
public enum PlaneAxes
{
    /// <summary>The two hidden units themselves.</summary>
    Units,

    /// <summary>The two directions in which the sentence's states differ most.</summary>
    PrincipalComponents,
}

/// <summary>The line a x + b y + c = 0 between two classes; the second class is where a x + b y + c is above 0.</summary>
/// <param name="A">a.</param>
/// <param name="B">b.</param>
/// <param name="C">c.</param>
public sealed record DecisionBoundary(double A, double B, double C);

/// <summary>The top layer's forward hidden states as a path of points in the plane.</summary>
/// <param name="Axes">What x and y are.</param>
/// <param name="Explained">The share of the states' variance along x and along y; zeros where states do not differ.</param>
/// <param name="Points">[T][2]; along principal components from the states' mean.</param>
/// <param name="Boundary">
/// Where the prediction changes; null where it is no line of this plane. It is one for two classes, two hidden units, one
/// direction and pooling of the last state, where a text has one label and there is one network and no linear part: others
/// decide too.
/// </param>
public sealed record StatePlane(
    PlaneAxes Axes, IReadOnlyList<double> Explained, IReadOnlyList<double[]> Points, DecisionBoundary? Boundary)
{
    internal static StatePlane Of(ModelConfig config, Parameters parameters, IReadOnlyList<float[]> states)
    {
        double[][] wide = [.. states.Select(state => Array.ConvertAll(state, value => (double)value))];
        var components = PrincipalComponents.Of(wide, count: 2);
        if (config.Hidden != 2 || config.Directions != 1)
            return new StatePlane(PlaneAxes.PrincipalComponents, components.Explained, components.Project(wide), Boundary: null);
        double[] explained = [components.ShareOf([1, 0]), components.ShareOf([0, 1])];
        return new StatePlane(PlaneAxes.Units, explained, wide, BoundaryOf(config, parameters));
    }

    // z_1 - z_0 = (W_1 - W_0)·h + b_1 - b_0
    private static DecisionBoundary? BoundaryOf(ModelConfig config, Parameters parameters)
    {
        if (config.Classes != 2 || config.Pooling != Pooling.Last || config.LinearShare > 0 || config.Networks > 1
            || config.MultiLabel)
        {
            return null;
        }
        float[] weight = parameters["output.weight"];
        float[] bias = parameters["output.bias"];
        return new DecisionBoundary((double)weight[2] - weight[0], (double)weight[3] - weight[1], (double)bias[1] - bias[0]);
    }
}
