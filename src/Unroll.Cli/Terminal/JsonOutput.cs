using System.Text.Json;
using Unroll.Storage;

namespace Unroll.Cli;

/// <summary>
/// JSON that the command prints: one object a line, whose first field is the version of its form. The number grows when a field
/// changes its meaning or goes; a field more does not change it.
/// </summary>
internal static class JsonOutput
{
    /// <summary>The version of the form.</summary>
    public const int Version = 1;

    /// <summary>One object.</summary>
    /// <param name="writeFields">Writes what stands behind the version.</param>
    public static string Of(Action<Utf8JsonWriter> writeFields) => JsonLine.Of(json =>
    {
        json.WriteNumber("version", Version);
        writeFields(json);
    });

    /// <summary>An object that was written elsewhere.</summary>
    /// <param name="line">The object.</param>
    public static string Versioned(string line) => line is "{}"
        ? $"{{\"version\":{Version}}}"
        : $"{{\"version\":{Version},{line[1..]}";
}
