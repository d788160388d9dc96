using System.Text.Json;

namespace Unroll.Storage;

/// <summary>Numbers in JSON, which has no infinity and no NaN: those are null.</summary>
public static class JsonNumbers
{
    /// <summary>A number, or null.</summary>
    /// <param name="json">Where a value may stand.</param>
    /// <param name="value">The number.</param>
    public static void WriteNumberOrNull(this Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteNullValue();
    }

    /// <summary>A number in the shortest digits that give the float back, or null.</summary>
    /// <param name="json">Where a value may stand.</param>
    /// <param name="value">The number.</param>
    public static void WriteNumberOrNull(this Utf8JsonWriter json, float value)
    {
        if (float.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteNullValue();
    }

    /// <summary>An array of numbers and nulls.</summary>
    /// <param name="json">Inside an object.</param>
    /// <param name="name">The key.</param>
    /// <param name="values">The numbers.</param>
    public static void WriteNumbers(this Utf8JsonWriter json, string name, IEnumerable<double> values)
    {
        json.WriteStartArray(name);
        foreach (double value in values)
            json.WriteNumberOrNull(value);
        json.WriteEndArray();
    }
}
