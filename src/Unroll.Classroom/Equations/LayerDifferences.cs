using System.Text.Json;

namespace Unroll.Classroom.Equations;

/// <summary>What the check found for one layer.</summary>
/// <param name="Name">The layer.</param>
/// <param name="Loss">How far the engine's loss is from the reference's, as a share of it.</param>
/// <param name="Parameters">One for each parameter.</param>
public sealed record LayerDifferences(string Name, double Loss, IReadOnlyList<ParameterDifference> Parameters)
{
    /// <summary>How many numbers were checked.</summary>
    public int Count => Parameters.Sum(parameter => parameter.Count);

    /// <summary>The largest difference of a gradient from finite differences, as a share of it.</summary>
    public double Relative => Parameters.Max(parameter => parameter.Relative);

    /// <summary>The largest difference of the engine's gradient, as a share of the parameter's largest.</summary>
    public double Engine => Parameters.Max(parameter => parameter.Engine);

    /// <summary>Whether every parameter, and the engine's loss, are near enough. A number that is not finite is not.</summary>
    public bool Passes => Loss <= LayerCheck.LargestEngine && Parameters.All(
        parameter => parameter.Relative <= LayerCheck.LargestRelative && parameter.Engine <= LayerCheck.LargestEngine);

    internal void WriteFields(Utf8JsonWriter json)
    {
        json.WriteBoolean("passes", Passes);
        json.WriteNumber("numbers", Count);
        json.WriteNumber("relative", Relative);
        json.WriteNumber("engine", Engine);
        json.WriteNumber("engine_loss", Loss);
        json.WriteStartObject("parameters");
        foreach (ParameterDifference parameter in Parameters)
        {
            json.WriteStartObject(parameter.Name);
            json.WriteNumber("numbers", parameter.Count);
            json.WriteNumber("gradient", parameter.Gradient);
            json.WriteNumber("relative", parameter.Relative);
            json.WriteNumber("engine", parameter.Engine);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}

/// <summary>What the check found for one parameter of a layer.</summary>
/// <param name="Name">The parameter.</param>
/// <param name="Count">How many numbers it has.</param>
/// <param name="Gradient">The largest size of its gradient.</param>
/// <param name="Relative">Its largest difference from finite differences, as a share of the gradient.</param>
/// <param name="Engine">The engine's largest difference from it, as a share of the largest gradient.</param>
public sealed record ParameterDifference(string Name, int Count, double Gradient, double Relative, double Engine);
