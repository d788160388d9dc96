using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Unroll.Storage;

/// <summary>Machine-readable output: one JSON object a line.</summary>
public static class JsonLine
{
    /// <summary>Leaves letters of all languages readable.</summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private static readonly JsonWriterOptions Readable = new() { Encoder = Encoder };

    /// <summary>One object.</summary>
    /// <param name="writeFields">Writes what stands between its braces.</param>
    public static string Of(Action<Utf8JsonWriter> writeFields) => OfValue(json =>
    {
        json.WriteStartObject();
        writeFields(json);
        json.WriteEndObject();
    });

    /// <summary>One value.</summary>
    /// <param name="write">Writes it whole.</param>
    public static string OfValue(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Readable))
            write(json);
        // Marks that turn text around stand in strings alone, where an escape is the same character.
        return VisibleText.OneLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }
}
