using System.Text.Json;

namespace Unroll.Server.Protocols;

/// <summary>How a protocol writes an error.</summary>
internal enum Dialect
{
    /// <summary>Open Inference Protocol: <c>{"error":"…"}</c>.</summary>
    Inference,

    /// <summary>text-embeddings-inference: <c>{"error":"…","error_type":"…"}</c>.</summary>
    TextEmbeddings,

    /// <summary>The classify route of language model servers: <c>{"error":{"message":"…","type":"…","code":…}}</c>.</summary>
    Classify,
}

/// <summary>Writes an error the way of a protocol.</summary>
internal static class ErrorBody
{
    /// <summary>Writes it.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="dialect">The protocol.</param>
    /// <param name="status">The status code.</param>
    /// <param name="message">One line.</param>
    public static void Write(Utf8JsonWriter json, Dialect dialect, int status, string message)
    {
        json.WriteStartObject();
        switch (dialect)
        {
            case Dialect.Inference:
                json.WriteString("error", message);
                break;
            case Dialect.TextEmbeddings:
                json.WriteString("error", message);
                json.WriteString("error_type", TextEmbeddingsType(status));
                break;
            case Dialect.Classify:
                json.WriteStartObject("error");
                json.WriteString("message", message);
                json.WriteString("type", status < 500 ? "invalid_request_error" : "server_error");
                json.WriteNull("param");
                json.WriteNumber("code", status);
                json.WriteEndObject();
                break;
            default:
                throw new InvalidOperationException($"no dialect {dialect}");
        }
        json.WriteEndObject();
    }

    private static string TextEmbeddingsType(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge or StatusCodes.Status422UnprocessableEntity or StatusCodes.Status400BadRequest =>
            "validation",
        StatusCodes.Status429TooManyRequests => "overloaded",
        StatusCodes.Status503ServiceUnavailable => "unhealthy",
        _ => "backend",
    };
}
