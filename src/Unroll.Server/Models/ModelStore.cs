using System.Globalization;
using Microsoft.Extensions.Logging;
using Unroll.Extensions;
using Unroll.Server.Operation;

namespace Unroll.Server.Models;

/// <summary>Every model that is served, by name. No path ever comes from a request.</summary>
internal sealed class ModelStore : IDisposable
{
    private readonly Dictionary<string, ModelSlot> _slots = new(StringComparer.Ordinal);

    /// <summary>Loads them all.</summary>
    /// <param name="options">Of the server.</param>
    /// <param name="telemetry">Where loads, texts and tokens are counted.</param>
    /// <param name="metrics">Where batches are counted.</param>
    /// <param name="log">Where loads stand.</param>
    /// <param name="clock">Tells when.</param>
    /// <exception cref="InputException">One cannot be loaded.</exception>
    public ModelStore(
        ServerOptions options, UnrollTelemetry telemetry, ServerMetrics metrics, ILogger<ServedClassifier> log,
        TimeProvider clock)
    {
        All =
        [
            .. options.Models.Select(source =>
            {
                var served = new ServedClassifier(OptionsOf(source, options), telemetry, log, clock);
                return new ModelSlot(source.Name, served, options, metrics);
            }),
        ];
        foreach (ModelSlot slot in All)
            _slots.Add(slot.Name, slot);
    }

    /// <summary>In the order in which they were given; the first is the default one.</summary>
    public IReadOnlyList<ModelSlot> All { get; }

    /// <summary>The model that answers where none is named.</summary>
    public ModelSlot Default => All[0];

    /// <summary>A model by its name and version.</summary>
    /// <param name="name">The name.</param>
    /// <param name="version">The version that must be loaded now; null for any.</param>
    /// <exception cref="RequestException">There is none: 404.</exception>
    public ModelSlot Find(string name, string? version)
    {
        ModelSlot slot = Find(name);
        string now = slot.Current.Version.ToString(CultureInfo.InvariantCulture);
        return version is null || version == now
            ? slot
            : throw new RequestException(
                StatusCodes.Status404NotFound,
                $"{slot.Name} has no version '{RequestException.Excerpt(version)}', expected {now}, or no version");
    }

    /// <summary>A model by its name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="RequestException">There is none: 404.</exception>
    public ModelSlot Find(string name) => _slots.TryGetValue(name, out ModelSlot? slot)
        ? slot
        : throw new RequestException(
            StatusCodes.Status404NotFound,
            $"there is no model '{RequestException.Excerpt(name)}', expected one of " +
            string.Join(", ", All.Select(each => each.Name)));

    public void Dispose()
    {
        foreach (ModelSlot slot in All)
            slot.Dispose();
    }

    private static UnrollOptions OptionsOf(ModelSource source, ServerOptions options) => new()
    {
        Path = source.Path,
        Name = source.Name,
        ReloadOnChange = options.Watch,
        PollInterval = options.WatchInterval,
        LoadTries = 1,
        MaximumTokens = options.MostTokens,
        HalfPrecision = options.HalfPrecision,
    };

}
