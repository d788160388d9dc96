using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Unroll.Models;

namespace Unroll.Extensions;

/// <summary>
/// A model that a program serves: it is read again when its files change, while the old one answers. Safe from several threads
/// at once; a call is answered by one model, the old or the new.
/// </summary>
public sealed partial class ServedClassifier : ISentenceClassifier, IDisposable
{
    private const int MostTogether = 64;

    private readonly UnrollOptions _options;
    private readonly UnrollTelemetry _telemetry;
    private readonly ILogger<ServedClassifier> _logger;
    private readonly TimeProvider _time;
    private readonly Lock _loading = new();
    private readonly string _name;
    private ITimer? _timer;
    private string _failedStamp = "";
    private volatile LoadedModel? _loaded;
    private volatile string? _failure;

    /// <summary>Makes it; the model is read with <see cref="Load"/>, or when it is first asked.</summary>
    /// <param name="options">How it is served.</param>
    /// <param name="telemetry">Counts what it does.</param>
    /// <param name="logger">Told of loads and of files that cannot be read.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="InputException">An option is out of range.</exception>
    public ServedClassifier(
        UnrollOptions options, UnrollTelemetry telemetry, ILogger<ServedClassifier> logger, TimeProvider? time = null)
    {
        options.Validate();
        (_options, _telemetry, _logger, _time) = (options, telemetry, logger, time ?? TimeProvider.System);
        _name = options.Name ?? System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(options.Path));
    }

    /// <summary>The model's path.</summary>
    public string Path => _options.Path;

    /// <summary>When the model that answers was read; null where none was.</summary>
    public DateTimeOffset? LoadedAt => _loaded?.At;

    /// <summary>Why the files that are there now cannot be read; null where the model that answers is theirs.</summary>
    public string? Failure => _failure;

    /// <summary>The model that answers, as it was read.</summary>
    /// <exception cref="InputException">There is none, and its files cannot be read.</exception>
    public LoadedModel Loaded => _loaded ?? LoadFirst();

    /// <summary>The model that answers.</summary>
    /// <exception cref="InputException">There is none, and its files cannot be read.</exception>
    public SentenceClassifier Current => Loaded.Classifier;

    /// <inheritdoc/>
    public IReadOnlyList<string> Labels => Current.Labels;

    /// <inheritdoc/>
    public Prediction Predict(string text) => Loaded.Predict(text);

    /// <inheritdoc/>
    public IEnumerable<Prediction> Predict(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        LoadedModel model = Loaded;
        return texts.Chunk(MostTogether).SelectMany(model.Predict);
    }

    /// <summary>Reads the model, where it was not read yet.</summary>
    /// <exception cref="InputException">Its files cannot be read, after <see cref="UnrollOptions.LoadTries"/> tries.</exception>
    public void Load() => _ = Current;

    /// <summary>Reads the model again if its files have changed. If they cannot be read, the old model goes on.</summary>
    /// <returns>Whether another model answers now.</returns>
    public bool ReloadIfChanged()
    {
        lock (_loading)
        {
            string stamp = ModelFiles.StampOf(_options.Path);
            if (_loaded is not { } loaded || stamp == loaded.Stamp)
            {
                _failure = null;
                return false;
            }
            // Files that cannot be read are tried again when they change, and at every look while they are incomplete.
            try
            {
                _loaded = Read(stamp);
                _failure = null;
                LogReloaded(_options.Path);
                return true;
            }
            catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
            {
                _failure = e.Message;
                // Once for each state of the files.
                if (stamp != _failedStamp)
                    LogFailed(_options.Path, e.Message);
                _failedStamp = stamp;
                return false;
            }
        }
    }

    /// <summary>Reads the model again, whether its files have changed or not.</summary>
    /// <returns>The model that answers now.</returns>
    /// <exception cref="InputException">Its files cannot be read; the old model goes on.</exception>
    public LoadedModel Reload()
    {
        lock (_loading)
        {
            LoadedModel loaded = Read(ModelFiles.StampOf(_options.Path));
            (_loaded, _failure) = (loaded, null);
            LogReloaded(_options.Path);
            return loaded;
        }
    }

    /// <summary>Ends the looking for changes.</summary>
    public void Dispose() => _timer?.Dispose();

    private LoadedModel LoadFirst()
    {
        lock (_loading)
        {
            if (_loaded is { } already)
                return already;
            for (int tries = 1; ; tries++)
            {
                string stamp = ModelFiles.StampOf(_options.Path);
                try
                {
                    LoadedModel loaded = _loaded = Read(stamp);
                    _failure = null;
                    LogLoaded(_options.Path, loaded.Classifier.Labels.Count);
                    if (_options.ReloadOnChange)
                        _timer ??= _time.CreateTimer(_ => Look(), null, _options.PollInterval, _options.PollInterval);
                    return loaded;
                }
                catch (Exception e) when (e is InputException or IOException && tries < _options.LoadTries)
                {
                    LogRetried(_options.Path, e.Message);
                    Thread.Sleep(_options.RetryDelay);
                }
                catch (InputException e)
                {
                    _failure = e.Message;
                    throw;
                }
            }
        }
    }

    private void Look()
    {
        try
        {
            ReloadIfChanged();
        }
        catch (Exception e)
        {
            // A timer's exception would end the process.
            _failure = e.Message;
            LogFailed(_options.Path, e.Message);
        }
    }

    private LoadedModel Read(string stamp)
    {
        using Activity? activity = _telemetry.BeginLoad(_name);
        bool loaded = false;
        try
        {
            SentenceClassifier model = SentenceClassifier.Load(_options.Path);
            if (_options.MaximumTokens is { } most)
                model.MaximumTokens = most;
            if (_options.Threshold is { } threshold)
                model.Threshold = threshold;
            if (_options.HalfPrecision)
                model.HalfPrecision = true;
            loaded = true;
            return new LoadedModel(model, _name, (_loaded?.Version ?? 0) + 1, stamp, _telemetry, _time);
        }
        finally
        {
            _telemetry.CountLoad(_name, loaded);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Loaded the model {Path}, {Labels} labels")]
    private partial void LogLoaded(string path, int labels);

    [LoggerMessage(2, LogLevel.Information, "The model {Path} was loaded again")]
    private partial void LogReloaded(string path);

    [LoggerMessage(3, LogLevel.Warning, "The model {Path} cannot be loaded again, the old one goes on: {Reason}")]
    private partial void LogFailed(string path, string reason);

    [LoggerMessage(4, LogLevel.Information, "The model {Path} cannot be loaded yet, trying again: {Reason}")]
    private partial void LogRetried(string path, string reason);
}
