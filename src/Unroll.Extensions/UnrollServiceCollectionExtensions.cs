using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Unroll.Extensions;
using Unroll.Models;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers models.</summary>
public static class UnrollServiceCollectionExtensions
{
    /// <summary>
    /// Serves a model as <see cref="ISentenceClassifier"/>. A host reads it when it starts, and again when its files change.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="path">The model: its folder, or one file.</param>
    /// <param name="configure">Sets options; null for the defaults.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddUnroll(
        this IServiceCollection services, string path, Action<UnrollOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        AddTelemetry(services);
        services.AddSingleton(provider => Create(provider, path, configure));
        services.AddSingleton<ISentenceClassifier>(provider => provider.GetRequiredService<ServedClassifier>());
        services.AddSingleton<IHostedService>(provider => new LoadAtStart(provider.GetRequiredService<ServedClassifier>));
        return services;
    }

    /// <summary>Serves one of several models, as the <see cref="ISentenceClassifier"/> of a key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key, as <c>[FromKeyedServices]</c> has it.</param>
    /// <param name="path">The model: its folder, or one file.</param>
    /// <param name="configure">Sets options; null for the defaults.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddKeyedUnroll(
        this IServiceCollection services, object key, string path, Action<UnrollOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        AddTelemetry(services);
        services.AddKeyedSingleton(key, (provider, _) => Create(provider, path, configure));
        services.AddKeyedSingleton<ISentenceClassifier>(
            key, (provider, _) => provider.GetRequiredKeyedService<ServedClassifier>(key));
        services.AddSingleton<IHostedService>(
            provider => new LoadAtStart(() => provider.GetRequiredKeyedService<ServedClassifier>(key)));
        return services;
    }

    /// <summary>Adds the check whether a model answers.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">What the check is called.</param>
    /// <param name="key">the key of <see cref="AddKeyedUnroll"/>; null for the only model.</param>
    /// <param name="tags">Tags of the check.</param>
    /// <returns>The health checks.</returns>
    public static IHealthChecksBuilder AddUnroll(
        this IHealthChecksBuilder builder, string name = "unroll", object? key = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name,
            provider => new UnrollHealthCheck(key is null
                ? provider.GetRequiredService<ServedClassifier>()
                : provider.GetRequiredKeyedService<ServedClassifier>(key)),
            failureStatus: null, tags));
    }

    private static void AddTelemetry(IServiceCollection services) =>
        services.TryAddSingleton(provider => new UnrollTelemetry(provider.GetService<IMeterFactory>()));

    private static ServedClassifier Create(IServiceProvider provider, string path, Action<UnrollOptions>? configure)
    {
        var options = new UnrollOptions { Path = path };
        configure?.Invoke(options);
        return new ServedClassifier(
            options, provider.GetRequiredService<UnrollTelemetry>(),
            provider.GetService<ILogger<ServedClassifier>>() ?? NullLogger<ServedClassifier>.Instance,
            provider.GetService<TimeProvider>());
    }

    // What is wrong with a model is told when the host starts, not with the first request.
    private sealed class LoadAtStart(Func<ServedClassifier> classifier) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.Run(() => classifier().Load(), cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
