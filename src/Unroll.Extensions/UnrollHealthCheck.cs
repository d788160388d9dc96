using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Unroll.Extensions;

/// <summary>
/// Whether a model answers: healthy; degraded where its files have changed and cannot be read, so that the old one answers; else
/// unhealthy.
/// </summary>
/// <param name="classifier">The model.</param>
public sealed class UnrollHealthCheck(ServedClassifier classifier) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (classifier.LoadedAt is null)
        {
            try
            {
                classifier.Load();
            }
            catch (InputException e)
            {
                return Task.FromResult(HealthCheckResult.Unhealthy(e.Message));
            }
        }
        var data = new Dictionary<string, object>
        {
            ["path"] = classifier.Path,
            ["loaded_at"] = classifier.LoadedAt!,
            ["labels"] = classifier.Labels.Count,
        };
        return Task.FromResult(classifier.Failure is { } failure
            ? HealthCheckResult.Degraded($"the old model answers: {failure}", data: data)
            : HealthCheckResult.Healthy($"{classifier.Path} answers", data));
    }
}
