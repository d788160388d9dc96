using Unroll.Models;
using Unroll.Server.Operation;

namespace Unroll.Server.Models;

/// <summary>
/// A name, the model that stands behind it now, and what waits for it. A reload is atomic: requests that run keep the model they
/// began with, and a new model that cannot be loaded leaves the old one.
/// </summary>
internal sealed class ModelSlot : IDisposable
{
    private readonly ModelSource _source;
    private readonly ServerOptions _options;
    private readonly ServerMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _loading = new(1, 1);
    private string _stamp = "";
    private volatile ServedModel _current;

    /// <summary>Loads the model.</summary>
    /// <param name="source">Its name and folder.</param>
    /// <param name="options">Of the server.</param>
    /// <param name="metrics">Where loads are counted.</param>
    /// <param name="clock">Tells when.</param>
    /// <exception cref="InputException">It cannot be loaded.</exception>
    public ModelSlot(ModelSource source, ServerOptions options, ServerMetrics metrics, TimeProvider clock)
    {
        (_source, _options, _metrics, _clock) = (source, options, metrics, clock);
        _stamp = ModelFiles.Stamp(source.Path);
        _current = Load(version: 1);
        Queue = new PredictionQueue(this, options, metrics);
        metrics.Loaded(source.Name, succeeded: true);
    }

    /// <summary>The model's name.</summary>
    public string Name => _source.Name;

    /// <summary>The model that answers now.</summary>
    public ServedModel Current => _current;

    /// <summary>What waits for it.</summary>
    public PredictionQueue Queue { get; }

    /// <summary>Loads the model anew, from the folder of the first load.</summary>
    /// <exception cref="InputException">It cannot be loaded; the old one goes on.</exception>
    public async Task<ServedModel> ReloadAsync()
    {
        await _loading.WaitAsync().ConfigureAwait(false);
        try
        {
            string stamp = ModelFiles.Stamp(_source.Path);
            ServedModel next = await Task.Run(() => Load(_current.Version + 1)).ConfigureAwait(false);
            _stamp = stamp;
            _current = next;
            _metrics.Loaded(Name, succeeded: true);
            return next;
        }
        catch
        {
            _metrics.Loaded(Name, succeeded: false);
            throw;
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>Whether its files are others than those that were loaded.</summary>
    public bool HasChanged => ModelFiles.Stamp(_source.Path) is { Length: > 0 } stamp && stamp != _stamp;

    public void Dispose() => _loading.Dispose();

    private ServedModel Load(int version)
    {
        SentenceClassifier classifier;
        try
        {
            classifier = SentenceClassifier.Load(_source.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{_source.Path}: {e.Message}; check the folder", e);
        }
        classifier.MaximumTokens = _options.MostTokens;
        classifier.HalfPrecision = _options.HalfPrecision;
        // The first prediction compiles and takes memory: better before a request than in it.
        classifier.Predict("");
        return new ServedModel(_source.Name, version, _clock.GetUtcNow(), classifier);
    }
}
