using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
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
    // Without it a native program is smaller.
    [FeatureSwitchDefinition("Unroll.Server.Grpc")]
    private static bool GrpcIsThere => !AppContext.TryGetSwitch("Unroll.Server.Grpc", out bool isThere) || isThere;

    /// <summary>Loads the models and makes the server; <c>Run</c> or <c>Start</c> it.</summary>
    /// <param name="options">What is served, where and to whom.</param>
    /// <param name="configure">Changes the builder before it builds, such as its logging; null for nothing.</param>
    /// <exception cref="InputException">A setting makes no sense, or a model cannot be loaded.</exception>
    public static WebApplication Create(ServerOptions options, Action<WebApplicationBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (!GrpcIsThere && options.GrpcUrls.Count > 0)
            throw new InputException("this program has no gRPC; build it without Unroll.Server.Grpc=false, or serve REST");
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions());
        builder.WebHost.UseUrls([.. options.Urls, .. options.GrpcUrls]);
        int endpoints = 0;
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // In the order of the addresses above. Without TLS nothing tells the two apart, so each has a port of its own.
            kestrel.ConfigureEndpointDefaults(listen =>
                listen.Protocols = endpoints++ < options.Urls.Count ? HttpProtocols.Http1 : HttpProtocols.Http2);
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
        builder.Services.AddSingleton<RequestGuard>();
        if (GrpcIsThere && options.GrpcUrls.Count > 0)
        {
            builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = (int)Math.Min(options.MostBytes, int.MaxValue));
            builder.Services.AddSingleton<GrpcInference>();
        }
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
        var routes = new Routes(app, services.GetRequiredService<RequestGuard>());
        var inference = new InferenceRoutes(store, classification, () => lifetime.ApplicationStopping.IsCancellationRequested);
        inference.Add(routes);
        new TextEmbeddingsRoutes(store, classification, options).Add(routes);
        new ClassifyRoutes(store, classification, clock).Add(routes);
        var explain = new ExplainRoutes(inference, classification, options);
        lifetime.ApplicationStopped.Register(explain.Dispose);
        explain.Add(routes);
        new StreamRoutes(inference, classification, options).Add(routes);
        new OperationRoutes(prometheus).Add(routes);
        if (GrpcIsThere && options.GrpcUrls.Count > 0)
            app.MapGrpcService<GrpcInference>();
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
