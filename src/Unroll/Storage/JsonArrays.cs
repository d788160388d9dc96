using System.Text.Json;

namespace Unroll.Storage;

/// <summary>Arrays in JSON. What is no number is null in them, as <see cref="JsonNumbers"/> says.</summary>
public static class JsonArrays
{
    /// <summary>An array of texts.</summary>
    /// <param name="json">Inside an object.</param>
    /// <param name="name">The key.</param>
    /// <param name="texts">The texts.</param>
    public static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    /// <summary>An array of floats, in the shortest digits that give them back.</summary>
    /// <param name="json">Inside an object.</param>
    /// <param name="name">The key.</param>
    /// <param name="values">The numbers.</param>
    public static void WriteFloats(this Utf8JsonWriter json, string name, IEnumerable<float> values)
    {
        json.WriteStartArray(name);
        WriteValues(json, values);
        json.WriteEndArray();
    }

    /// <summary>An array of arrays of numbers.</summary>
    /// <param name="json">Inside an object.</param>
    /// <param name="name">The key.</param>
    /// <param name="rows">The rows.</param>
    public static void WriteRows(this Utf8JsonWriter json, string name, IEnumerable<IReadOnlyList<double>> rows)
    {
        json.WriteStartArray(name);
        foreach (IReadOnlyList<double> row in rows)
        {
            json.WriteStartArray();
            foreach (double value in row)
                json.WriteNumberOrNull(value);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    /// <summary>An array of arrays of floats, in the shortest digits that give them back.</summary>
    /// <param name="json">Inside an object.</param>
    /// <param name="name">The key.</param>
    /// <param name="rows">The rows.</param>
    public static void WriteRows(this Utf8JsonWriter json, string name, IEnumerable<IReadOnlyList<float>> rows)
    {
        json.WriteStartArray(name);
        foreach (IReadOnlyList<float> row in rows)
        {
            json.WriteStartArray();
            WriteValues(json, row);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static void WriteValues(Utf8JsonWriter json, IEnumerable<float> values)
    {
        foreach (float value in values)
            json.WriteNumberOrNull(value);
    }
}
