using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Unroll.Server.Operation;

namespace Unroll.Server.Protocols;

/// <summary>
/// What stands around every request, in every protocol: the key, the time limit, what a failure is answered, and the counting.
/// </summary>
/// <param name="options">The limits and keys.</param>
/// <param name="metrics">Where requests are counted.</param>
/// <param name="logs">Where failures of ours stand.</param>
internal sealed partial class RequestGuard(ServerOptions options, ServerMetrics metrics, ILoggerFactory logs)
{
    private readonly ILogger _log = logs.CreateLogger("Unroll.Server");
    private readonly ApiKeys _keys = new(options.ApiKeys);

    /// <summary>Handles a request.</summary>
    /// <param name="context">The request, which ends with <c>RequestAborted</c>.</param>
    /// <param name="route">Its name among what is counted.</param>
    /// <param name="isOpen">Whether it needs no key.</param>
    /// <param name="isLong">Whether it may last as long as its body comes.</param>
    /// <param name="handle">Answers.</param>
    /// <param name="refuse">Answers after a failure, the way of the protocol.</param>
    public async Task RunAsync(
        HttpContext context, string route, bool isOpen, bool isLong, Func<HttpContext, Task> handle,
        Func<RequestFailure, Task> refuse)
    {
        long started = Stopwatch.GetTimestamp();
        CancellationToken gone = context.RequestAborted;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(gone);
        if (!isLong)
            limit.CancelAfter(options.Timeout);
        context.RequestAborted = limit.Token;
        RequestFailure? failure = null;
        try
        {
            if (!isOpen && !_keys.Allows(context.Request))
            {
                context.Response.Headers.WWWAuthenticate = "Bearer";
                throw new RequestException(
                    StatusCodes.Status401Unauthorized, "the key is missing or wrong; send it as Authorization: Bearer KEY");
            }
            await handle(context).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            failure = RequestFailure.Of(e, options, gone);
            if (failure.Value.Status == StatusCodes.Status500InternalServerError)
                Failed(_log, route, e);
        }
        context.RequestAborted = gone;
        if (failure is { Status: not RequestFailure.Gone } told)
            await refuse(told).ConfigureAwait(false);
        int status = failure?.Status ?? context.Response.StatusCode;
        TimeSpan took = Stopwatch.GetElapsedTime(started);
        metrics.Request(route, status, took);
        Answered(_log, context.Request.Method, route, status, took);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Route} failed")]
    private static partial void Failed(ILogger log, string route, Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Route} {Status} in {Took}")]
    private static partial void Answered(ILogger log, string method, string route, int status, TimeSpan took);
}
