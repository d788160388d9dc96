using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Unroll.Server.Protocols;

/// <summary>Reads and writes bodies.</summary>
internal static class JsonBody
{
    // Deeper nesting is no request of any protocol.
    private static readonly JsonDocumentOptions Depth = new() { MaxDepth = 16 };

    // Labels and texts as they are; the answer is never part of a page.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The body as one JSON object.</summary>
    /// <param name="context">The request.</param>
    /// <exception cref="RequestException">It is none: 400.</exception>
    public static async Task<JsonDocument> ReadAsync(HttpContext context)
    {
        JsonDocument document;
        try
        {
            document = await JsonDocument.ParseAsync(context.Request.Body, Depth, context.RequestAborted).ConfigureAwait(false);
        }
        catch (JsonException e)
        {
            string place = e.LineNumber is { } line
                ? FormattableString.Invariant($" at line {line + 1}, byte {(e.BytePositionInLine ?? 0) + 1}")
                : "";
            throw new RequestException(StatusCodes.Status400BadRequest, $"the body is no JSON{place}; send a JSON object");
        }
        string? fault = document.RootElement.ValueKind != JsonValueKind.Object
            ? $"the body is {Describe(document.RootElement)}, expected a JSON object"
            : HasReadableNames(document.RootElement) ? null
            : "a name in the body is no Unicode text: half a character is written as \\ud83d or so; send both halves";
        if (fault is null)
            return document;
        document.Dispose();
        throw new RequestException(StatusCodes.Status400BadRequest, fault);
    }

    // Looking for a property fails at a name that cannot be read.
    private static bool HasReadableNames(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
            return element.EnumerateArray().All(HasReadableNames);
        if (element.ValueKind != JsonValueKind.Object)
            return true;
        try
        {
            return element.EnumerateObject().All(property => property.Name.Length >= 0 && HasReadableNames(property.Value));
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>A string that must be there.</summary>
    /// <param name="element">The value.</param>
    /// <param name="what">What it is, such as <c>"text"</c>.</param>
    /// <exception cref="RequestException">It is no string, or no Unicode text: 422.</exception>
    public static string Text(JsonElement element, string what)
    {
        if (element.ValueKind != JsonValueKind.String)
            throw Unusable($"{what} is {Describe(element)}, expected a string");
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Unusable($"{what} is no Unicode text: half a character is written as \\ud83d or so; send both halves");
        }
    }

    /// <summary>A property that must be there.</summary>
    /// <param name="body">The object.</param>
    /// <param name="name">The property.</param>
    /// <exception cref="RequestException">It is missing: 422.</exception>
    public static JsonElement Property(JsonElement body, string name) =>
        body.TryGetProperty(name, out JsonElement value) ? value : throw Unusable($"\"{name}\" is missing; give it");

    /// <summary>What a value is, in words.</summary>
    public static string Describe(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => FormattableString.Invariant($"a list of {element.GetArrayLength()}"),
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Null => "null",
        JsonValueKind.Undefined => "nothing",
        _ => throw new InvalidOperationException($"no JSON of kind {element.ValueKind}"),
    };

    /// <summary>422.</summary>
    public static RequestException Unusable(string message) => new(StatusCodes.Status422UnprocessableEntity, message);

    /// <summary>Answers with JSON.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The status code.</param>
    /// <param name="write">Writes the body.</param>
    public static async Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Plain))
            write(json);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = buffer.WrittenCount;
        await context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
    }
}
