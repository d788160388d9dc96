using Microsoft.AspNetCore.Routing;

namespace Unroll.Server.Protocols;

/// <summary>Adds routes whose failures are answered in one line, the way of their protocol.</summary>
/// <param name="routes">Where they go.</param>
/// <param name="guard">Stands around every request.</param>
internal sealed class Routes(IEndpointRouteBuilder routes, RequestGuard guard)
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
        routes.MapMethods(
            pattern, [method],
            context => guard.RunAsync(context, pattern, isOpen, isLong, handle, told => RefuseAsync(context, dialect, told)));

    private static async Task RefuseAsync(HttpContext context, Dialect dialect, RequestFailure told)
    {
        if (context.Response.HasStarted)
            return;
        if (told.Status == StatusCodes.Status429TooManyRequests)
            context.Response.Headers.RetryAfter = "1";
        await JsonBody.WriteAsync(context, told.Status, json => ErrorBody.Write(json, dialect, told.Status, told.Message))
            .ConfigureAwait(false);
    }
}
