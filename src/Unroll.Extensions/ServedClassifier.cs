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
    private readonly UnrollOptions _options;
    private readonly UnrollTelemetry _telemetry;
    private readonly ILogger<ServedClassifier> _logger;
    private readonly TimeProvider _time;
    private readonly Lock _loading = new();
    private readonly string _name;
    private ITimer? _timer;
    private string _failedStamp = "";
    private volatile Served? _served;
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
    public DateTimeOffset? LoadedAt => _served?.At;

    /// <summary>Why the files that are there now cannot be read; null where the model that answers is theirs.</summary>
    public string? Failure => _failure;

    /// <summary>The model that answers.</summary>
    /// <exception cref="InputException">There is none, and its files cannot be read.</exception>
    public SentenceClassifier Current => (_served ?? LoadFirst()).Model;

    /// <inheritdoc/>
    public IReadOnlyList<string> Labels => Current.Labels;

    /// <inheritdoc/>
    public Prediction Predict(string text)
    {
        SentenceClassifier model = Current;
        using Activity? activity = _telemetry.BeginPredict(_name);
        long started = _time.GetTimestamp();
        try
        {
            Prediction prediction = model.Predict(text);
            _telemetry.Count(_name, [prediction], _time.GetElapsedTime(started), activity);
            return prediction;
        }
        catch (InputException e)
        {
            _telemetry.CountRefused(_name, activity, e);
            throw;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<Prediction> Predict(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        SentenceClassifier model = Current;
        return texts.Chunk(MostTogether).SelectMany(chunk => PredictChunk(model, chunk));
    }

    private const int MostTogether = 64;

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
            if (_served is not { } served || stamp == served.Stamp)
            {
                _failure = null;
                return false;
            }
            // Files that cannot be read are tried again when they change, and at every look while they are incomplete.
            try
            {
                _served = Read(stamp);
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

    /// <summary>Ends the looking for changes.</summary>
    public void Dispose() => _timer?.Dispose();

    private Prediction[] PredictChunk(SentenceClassifier model, string[] chunk)
    {
        using Activity? activity = _telemetry.BeginPredict(_name);
        long started = _time.GetTimestamp();
        try
        {
            Prediction[] predictions = [.. model.Predict(chunk)];
            _telemetry.Count(_name, predictions, _time.GetElapsedTime(started), activity);
            return predictions;
        }
        catch (InputException e)
        {
            _telemetry.CountRefused(_name, activity, e);
            throw;
        }
    }

    private Served LoadFirst()
    {
        lock (_loading)
        {
            if (_served is { } already)
                return already;
            for (int tries = 1; ; tries++)
            {
                string stamp = ModelFiles.StampOf(_options.Path);
                try
                {
                    Served served = _served = Read(stamp);
                    _failure = null;
                    LogLoaded(_options.Path, served.Model.Labels.Count);
                    if (_options.ReloadOnChange)
                        _timer ??= _time.CreateTimer(_ => Look(), null, _options.PollInterval, _options.PollInterval);
                    return served;
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

    private Served Read(string stamp)
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
            return new Served(model, stamp, _time.GetUtcNow());
        }
        finally
        {
            _telemetry.CountLoad(_name, loaded);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Loaded the model {Path}, {Labels} labels")]
    private partial void LogLoaded(string path, int labels);

    [LoggerMessage(2, LogLevel.Information, "The files of the model {Path} changed; it was loaded again")]
    private partial void LogReloaded(string path);

    [LoggerMessage(3, LogLevel.Warning, "The model {Path} cannot be loaded again, the old one goes on: {Reason}")]
    private partial void LogFailed(string path, string reason);

    [LoggerMessage(4, LogLevel.Information, "The model {Path} cannot be loaded yet, trying again: {Reason}")]
    private partial void LogRetried(string path, string reason);

    private sealed record Served(SentenceClassifier Model, string Stamp, DateTimeOffset At);
}
