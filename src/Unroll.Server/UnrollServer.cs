using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Unroll.Extensions;
using Unroll.Server.Models;
using Unroll.Server.Operation;
using Unroll.Server.Protocols;

namespace Unroll.Server;

/// <summary>
/// Models behind an address: the Open Inference Protocol, text-embeddings-inference, <c>/v1/classify</c>, explanations, streams
/// and a page.
/// </summary>
public static class UnrollServer
{
    /// <summary>Loads the models and makes the server; <c>Run</c> or <c>Start</c> it.</summary>
    /// <param name="options">What is served, where and to whom.</param>
    /// <param name="configure">Changes the builder before it builds, such as its logging; null for nothing.</param>
    /// <exception cref="InputException">A setting makes no sense, or a model cannot be loaded.</exception>
    public static WebApplication Create(ServerOptions options, Action<WebApplicationBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions());
        builder.WebHost.UseUrls([.. options.Urls]);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MostBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10;
            kestrel.Limits.RequestHeadersTimeout = options.Timeout;
        });
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ssZ ";
            console.UseUtcTimestamp = true;
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // That it could not start is thrown too, and told in one line.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.StopTimeout);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<PrometheusText>();
        builder.Services.AddSingleton<UnrollTelemetry>();
        builder.Services.AddSingleton<ServerMetrics>();
        builder.Services.AddSingleton<ModelStore>();
        builder.Services.AddSingleton<Classification>();
        if (options.Origins.Count > 0)
        {
            builder.Services.AddCors(cors => cors.AddDefaultPolicy(
                policy => policy.WithOrigins([.. options.Origins]).AllowAnyHeader().WithMethods("GET", "POST")));
        }
        configure?.Invoke(builder);
        WebApplication app = builder.Build();
        if (options.Origins.Count > 0)
            app.UseCors();
        app.Use(TellWhatIsNotThere);
        Map(app, options);
        return app;
    }

    private static void Map(WebApplication app, ServerOptions options)
    {
        IServiceProvider services = app.Services;
        // First of all, so that it hears of the models' first loads.
        PrometheusText prometheus = services.GetRequiredService<PrometheusText>();
        ServerMetrics metrics = services.GetRequiredService<ServerMetrics>();
        ModelStore store = services.GetRequiredService<ModelStore>();
        Classification classification = services.GetRequiredService<Classification>();
        TimeProvider clock = services.GetRequiredService<TimeProvider>();
        IHostApplicationLifetime lifetime = services.GetRequiredService<IHostApplicationLifetime>();
        metrics.ObserveQueues(() => store.All.Select(slot => (slot.Name, slot.Queue.Waiting)));
        ILogger log = services.GetRequiredService<ILoggerFactory>().CreateLogger("Unroll.Server");
        var routes = new Routes(app, options, metrics, new ApiKeys(options.ApiKeys), log);
        var inference = new InferenceRoutes(store, classification, () => lifetime.ApplicationStopping.IsCancellationRequested);
        inference.Add(routes);
        new TextEmbeddingsRoutes(store, classification, options).Add(routes);
        new ClassifyRoutes(store, classification, clock).Add(routes);
        var explain = new ExplainRoutes(inference, classification, options);
        lifetime.ApplicationStopped.Register(explain.Dispose);
        explain.Add(routes);
        new StreamRoutes(inference, classification, options).Add(routes);
        new OperationRoutes(prometheus).Add(routes);
    }

    // No route, or none of that method: routing has set the status.
    private static async Task TellWhatIsNotThere(HttpContext context, RequestDelegate next)
    {
        await next(context).ConfigureAwait(false);
        int status = context.Response.StatusCode;
        if (context.Response.HasStarted || status is not (StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed))
            return;
        string message = status == StatusCodes.Status404NotFound
            ? "there is no such route; /openapi/v1.json lists them"
            : $"the route does not take {context.Request.Method}, expected {context.Response.Headers.Allow}";
        await JsonBody.WriteAsync(context, status, json => ErrorBody.Write(json, Dialect.Inference, status, message))
            .ConfigureAwait(false);
    }
}
