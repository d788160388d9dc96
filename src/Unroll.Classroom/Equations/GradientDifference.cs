using System.Text.Json;

namespace Unroll.Classroom.Equations;

/// <summary>What the gradient check found for one parameter: the largest values over its numbers and both sentences.</summary>
/// <param name="Parameter">The exercise's symbol.</param>
/// <param name="Shape">Rows × columns.</param>
/// <param name="Gradient">The largest size of the hand-written gradient.</param>
/// <param name="Absolute">Its largest difference from the finite differences.</param>
/// <param name="Relative">The same as a share of the larger of the two.</param>
/// <param name="Engine">Its largest difference from the step that the engine takes in single precision.</param>
public sealed record GradientDifference(
    string Parameter, string Shape, double Gradient, double Absolute, double Relative, double Engine)
{
    /// <summary>Writes the four numbers as the fields of a JSON object.</summary>
    internal void WriteFields(Utf8JsonWriter json)
    {
        json.WriteNumber("gradient", Gradient);
        json.WriteNumber("absolute", Absolute);
        json.WriteNumber("relative", Relative);
        json.WriteNumber("engine", Engine);
    }
}
