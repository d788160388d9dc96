using Unroll.Server.Operation;

namespace Unroll.Server.Models;

/// <summary>Every model that is served, by name. No path ever comes from a request.</summary>
internal sealed class ModelStore : IDisposable
{
    private readonly Dictionary<string, ModelSlot> _slots = new(StringComparer.Ordinal);

    /// <summary>Loads them all.</summary>
    /// <param name="options">Of the server.</param>
    /// <param name="metrics">Where loads are counted.</param>
    /// <param name="clock">Tells when.</param>
    /// <exception cref="InputException">One cannot be loaded.</exception>
    public ModelStore(ServerOptions options, ServerMetrics metrics, TimeProvider clock)
    {
        All = [.. options.Models.Select(source => new ModelSlot(source, options, metrics, clock))];
        foreach (ModelSlot slot in All)
            _slots.Add(slot.Name, slot);
    }

    /// <summary>In the order in which they were given; the first is the default one.</summary>
    public IReadOnlyList<ModelSlot> All { get; }

    /// <summary>The model that answers where none is named.</summary>
    public ModelSlot Default => All[0];

    /// <summary>A model by its name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="RequestException">There is none: 404.</exception>
    public ModelSlot Find(string name) => _slots.TryGetValue(name, out ModelSlot? slot)
        ? slot
        : throw new RequestException(
            StatusCodes.Status404NotFound,
            $"there is no model '{Excerpt(name)}', expected one of {string.Join(", ", All.Select(each => each.Name))}");

    public void Dispose()
    {
        foreach (ModelSlot slot in All)
            slot.Dispose();
    }

    private static string Excerpt(string name) => name.Length <= 60 ? name : name[..60] + "…";
}
