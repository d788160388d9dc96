using System.Diagnostics;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Unroll.Server.Operation;

namespace Unroll.Server.Protocols;

/// <summary>Adds routes whose failures are answered in one line, the way of their protocol, and which are counted.</summary>
/// <param name="routes">Where they go.</param>
/// <param name="options">The limits.</param>
/// <param name="metrics">Where requests are counted.</param>
/// <param name="keys">Who may pass.</param>
/// <param name="log">Where failures of ours stand.</param>
internal sealed partial class Routes(
    IEndpointRouteBuilder routes, ServerOptions options, ServerMetrics metrics, ApiKeys keys, ILogger log)
{
    /// <summary>Adds a route that is read.</summary>
    public void Get(Dialect dialect, string pattern, Func<HttpContext, Task> handle, bool isOpen = false) =>
        Add("GET", dialect, pattern, handle, isOpen);

    /// <summary>Adds a route that a body is sent to.</summary>
    /// <param name="dialect">Its protocol.</param>
    /// <param name="pattern">The address.</param>
    /// <param name="handle">Answers.</param>
    /// <param name="isLong">Whether a request may last as long as its body comes.</param>
    public void Post(Dialect dialect, string pattern, Func<HttpContext, Task> handle, bool isLong = false) =>
        Add("POST", dialect, pattern, handle, isOpen: false, isLong);

    private void Add(
        string method, Dialect dialect, string pattern, Func<HttpContext, Task> handle, bool isOpen, bool isLong = false) =>
        routes.MapMethods(pattern, [method], context => RunAsync(context, dialect, pattern, handle, isOpen, isLong));

    private async Task RunAsync(
        HttpContext context, Dialect dialect, string pattern, Func<HttpContext, Task> handle, bool isOpen, bool isLong)
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
            if (!isOpen && !keys.Allows(context.Request))
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
                Failed(log, pattern, e);
        }
        context.RequestAborted = gone;
        if (failure is { Status: not RequestFailure.Gone } told && !context.Response.HasStarted)
        {
            if (told.Status == StatusCodes.Status429TooManyRequests)
                context.Response.Headers.RetryAfter = "1";
            await JsonBody.WriteAsync(context, told.Status, json => ErrorBody.Write(json, dialect, told.Status, told.Message))
                .ConfigureAwait(false);
        }
        int status = failure?.Status ?? context.Response.StatusCode;
        TimeSpan took = Stopwatch.GetElapsedTime(started);
        metrics.Request(pattern, status, took);
        Answered(log, context.Request.Method, pattern, status, took);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Route} failed")]
    private static partial void Failed(ILogger log, string route, Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Route} {Status} in {Took}")]
    private static partial void Answered(ILogger log, string method, string route, int status, TimeSpan took);
}
