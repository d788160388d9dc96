namespace Unroll.Server.Protocols;

/// <summary>What a failed request is answered, in every protocol.</summary>
/// <param name="Status">The status code of HTTP.</param>
/// <param name="Message">One line.</param>
internal readonly record struct RequestFailure(int Status, string Message)
{
    /// <summary>Nobody reads an answer: what nginx calls client closed request.</summary>
    public const int Gone = 499;

    /// <summary>What an exception is answered.</summary>
    /// <param name="failure">The exception.</param>
    /// <param name="options">The limits.</param>
    /// <param name="gone">Cancelled when the client has gone.</param>
    public static RequestFailure Of(Exception failure, ServerOptions options, CancellationToken gone) => failure switch
    {
        RequestException e => new(e.Status, Line(e.Message)),
        InputException => new(StatusCodes.Status422UnprocessableEntity, Line(failure.Message)),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new(
            StatusCodes.Status413PayloadTooLarge,
            FormattableString.Invariant($"the body is longer than {options.MostBytes} bytes; send several requests")),
        BadHttpRequestException e => new(e.StatusCode, "the body did not come whole; send it again"),
        OperationCanceledException or IOException when gone.IsCancellationRequested => new(Gone, ""),
        OperationCanceledException => new(
            StatusCodes.Status503ServiceUnavailable,
            FormattableString.Invariant(
                $"no answer within {options.Timeout.TotalSeconds} seconds; try again with less at once")),
        _ => new(StatusCodes.Status500InternalServerError, "the server failed; its log says where"),
    };

    private static string Line(string message) => message.ReplaceLineEndings(" ");
}
