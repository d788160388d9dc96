using System.Text.Json;

namespace Unroll.Classroom.Equations;

/// <summary>
/// Compares the gradients of every kind of layer, written by hand in double precision, with finite differences, and the engine's
/// gradients in single precision with them.
/// </summary>
/// <remarks>
/// <code>
/// dL/dθ ≈ (8 (L(θ + ε) - L(θ - ε)) - (L(θ + 2ε) - L(θ - 2ε))) / 12ε          wrong by O(ε⁴)
/// </code>
/// </remarks>
public sealed class LayerCheck
{
    /// <summary>A gradient passes when it differs from finite differences by less than this share of itself.</summary>
    public const double LargestRelative = 1e-6;

    /// <summary>The engine passes when it differs from the reference by less than this share of the largest gradient.</summary>
    public const double LargestEngine = 1e-5;

    private const double Epsilon = 1e-4;

    // A bend of a function, such as ReLU's, may lie within a step: then a smaller one is taken.
    private const double SmallerEpsilon = 5e-6;

    // As a share of the parameter's largest gradient: below it, differences are rounding.
    private const double SmallestShare = 1e-3;

    private LayerCheck(IReadOnlyList<LayerDifferences> layers) => Layers = layers;

    /// <summary>One for each layer, in the order of the list.</summary>
    public IReadOnlyList<LayerDifferences> Layers { get; }

    /// <summary>Whether every parameter of every layer passes.</summary>
    public bool Passes => Layers.All(layer => layer.Passes);

    /// <summary>Checks layers.</summary>
    /// <param name="layers">The layers; their parameters are moved and put back.</param>
    public static LayerCheck Run(IEnumerable<ICheckedLayer> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        return new LayerCheck([.. layers.Select(Check)]);
    }

    /// <summary>Writes the result as the fields of a JSON object.</summary>
    /// <param name="json">Where to, inside an object.</param>
    public void WriteFields(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteBoolean("passes", Passes);
        json.WriteStartObject("layers");
        foreach (LayerDifferences layer in Layers)
        {
            json.WriteStartObject(layer.Name);
            layer.WriteFields(json);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static LayerDifferences Check(ICheckedLayer layer)
    {
        IReadOnlyList<double[]> byHand = layer.Gradients();
        (double engineLoss, IReadOnlyList<float[]> byEngine) = layer.Engine();
        double loss = layer.Loss();
        var parameters = new ParameterDifference[layer.Parameters.Count];
        for (int p = 0; p < parameters.Length; p++)
            parameters[p] = Compare(layer, layer.Parameters[p], byHand[p], byEngine[p]);
        return new LayerDifferences(layer.Name, Math.Abs(engineLoss - loss) / Math.Max(1, Math.Abs(loss)), parameters);
    }

    private static ParameterDifference Compare(ICheckedLayer layer, CheckedParameter parameter, double[] byHand, float[] byEngine)
    {
        double largest = byHand.Max(Math.Abs);
        double relative = 0;
        double engine = 0;
        for (int i = 0; i < byHand.Length; i++)
        {
            double difference = Math.Abs(byHand[i] - Slope(layer, parameter.Values, i, Epsilon));
            double limit = LargestRelative / 10 * Math.Max(Math.Abs(byHand[i]), SmallestShare * largest);
            if (!(difference <= limit))
                difference = Math.Min(difference, Math.Abs(byHand[i] - Slope(layer, parameter.Values, i, SmallerEpsilon)));
            relative = Math.Max(relative, difference / Math.Max(Math.Abs(byHand[i]), SmallestShare * largest));
            engine = Math.Max(engine, Math.Abs(byHand[i] - byEngine[i]) / largest);
        }
        return new ParameterDifference(parameter.Name, byHand.Length, largest, relative, engine);
    }

    private static double Slope(ICheckedLayer layer, double[] values, int i, double epsilon)
    {
        double kept = values[i];
        double near = LossAt(epsilon) - LossAt(-epsilon);
        double far = LossAt(2 * epsilon) - LossAt(-2 * epsilon);
        values[i] = kept;
        return (8 * near - far) / (12 * epsilon);

        double LossAt(double by)
        {
            values[i] = kept + by;
            return layer.Loss();
        }
    }
}
