using System.Diagnostics;
using Unroll.Models;

namespace Unroll.Extensions;

/// <summary>A model as its files were read once: it answers until they are read again, and whoever holds it keeps it.</summary>
public sealed class LoadedModel
{
    private readonly UnrollTelemetry _telemetry;
    private readonly TimeProvider _time;

    internal LoadedModel(
        SentenceClassifier classifier, string name, int version, string stamp, UnrollTelemetry telemetry, TimeProvider time)
    {
        (Classifier, Name, Version, Stamp, _telemetry, _time) = (classifier, name, version, stamp, telemetry, time);
        At = time.GetUtcNow();
    }

    /// <summary>The model.</summary>
    public SentenceClassifier Classifier { get; }

    /// <summary>What metrics and traces call it.</summary>
    public string Name { get; }

    /// <summary>1 for what was read first, 2 for what was read next.</summary>
    public int Version { get; }

    /// <summary>When it was read.</summary>
    public DateTimeOffset At { get; }

    /// <summary>What the files looked like.</summary>
    internal string Stamp { get; }

    /// <summary>Classifies a text, counted and traced.</summary>
    /// <param name="text">Any text.</param>
    /// <exception cref="InputException">It cannot be classified.</exception>
    public Prediction Predict(string text) => Counted(() => [Classifier.Predict(text)])[0];

    /// <summary>Classifies texts together, counted and traced as one call.</summary>
    /// <param name="texts">Any texts.</param>
    /// <exception cref="InputException">One cannot be classified.</exception>
    public Prediction[] Predict(IReadOnlyCollection<string> texts) => Counted(() => [.. Classifier.Predict(texts)]);

    private Prediction[] Counted(Func<Prediction[]> predict)
    {
        using Activity? activity = _telemetry.BeginPredict(Name);
        long started = _time.GetTimestamp();
        try
        {
            Prediction[] predictions = predict();
            _telemetry.Count(Name, predictions, _time.GetElapsedTime(started), activity);
            return predictions;
        }
        catch (InputException e)
        {
            _telemetry.CountRefused(Name, activity, e);
            throw;
        }
    }
}
