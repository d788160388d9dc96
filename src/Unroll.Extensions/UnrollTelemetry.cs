using System.Diagnostics;
using System.Diagnostics.Metrics;
using Unroll.Models;

namespace Unroll.Extensions;

/// <summary>The metrics and traces of models that a program serves.</summary>
/// <remarks>
/// The meter <see cref="MeterName"/> has <c>unroll.predictions</c>, <c>unroll.predict.duration</c> (seconds a call),
/// <c>unroll.tokens</c>, <c>unroll.unknown_tokens</c>, <c>unroll.abstentions</c>, <c>unroll.refused</c> (calls with a text that
/// cannot be classified) and <c>unroll.loads</c> (by <c>outcome</c>: loaded or failed), each with the tag <c>model</c>.
/// </remarks>
public sealed class UnrollTelemetry : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Unroll";

    /// <summary>The name of the source of traces: <c>unroll.predict</c> and <c>unroll.load</c>.</summary>
    public const string ActivitySourceName = "Unroll";

    private readonly ActivitySource _source = new(ActivitySourceName);
    private readonly Meter _meter;
    private readonly bool _ownsMeter;
    private readonly Counter<long> _predictions;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _tokens;
    private readonly Counter<long> _unknown;
    private readonly Counter<long> _abstentions;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _loads;

    /// <summary>Makes the meter.</summary>
    /// <param name="meters">Makes meters; null to make one without it.</param>
    public UnrollTelemetry(IMeterFactory? meters = null)
    {
        _meter = meters?.Create(MeterName) ?? new Meter(MeterName);
        _ownsMeter = meters is null;
        _predictions = _meter.CreateCounter<long>("unroll.predictions", "{prediction}", "Texts that were classified");
        _duration = _meter.CreateHistogram<double>("unroll.predict.duration", "s", "Time of a call that classifies");
        _tokens = _meter.CreateCounter<long>("unroll.tokens", "{token}", "Tokens of the texts that were classified");
        _unknown = _meter.CreateCounter<long>("unroll.unknown_tokens", "{token}", "Tokens that the model does not know");
        _abstentions = _meter.CreateCounter<long>("unroll.abstentions", "{prediction}", "Texts that the model was not sure of");
        _refused = _meter.CreateCounter<long>("unroll.refused", "{call}", "Calls with a text that cannot be classified");
        _loads = _meter.CreateCounter<long>("unroll.loads", "{load}", "Times that a model was read");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _source.Dispose();
        if (_ownsMeter)
            _meter.Dispose();
    }

    /// <summary>Begins the trace of a call that classifies, if anybody listens.</summary>
    internal Activity? BeginPredict(string model) => _source.StartActivity("unroll.predict")?.SetTag("unroll.model", model);

    /// <summary>Begins the trace of a load, if anybody listens.</summary>
    internal Activity? BeginLoad(string model) => _source.StartActivity("unroll.load")?.SetTag("unroll.model", model);

    /// <summary>Counts predictions of one call.</summary>
    internal void Count(string model, ReadOnlySpan<Prediction> predictions, TimeSpan took, Activity? activity)
    {
        (int tokens, int unknown, int abstained) = (0, 0, 0);
        foreach (Prediction prediction in predictions)
        {
            tokens += prediction.Tokens;
            unknown += prediction.UnknownTokens;
            abstained += prediction.Abstains ? 1 : 0;
        }
        var tag = new KeyValuePair<string, object?>("model", model);
        _predictions.Add(predictions.Length, tag);
        _duration.Record(took.TotalSeconds, tag);
        _tokens.Add(tokens, tag);
        _unknown.Add(unknown, tag);
        _abstentions.Add(abstained, tag);
        activity?.SetTag("unroll.texts", predictions.Length).SetTag("unroll.tokens", tokens)
            .SetTag("unroll.unknown_tokens", unknown);
        if (predictions is [var only])
            activity?.SetTag("unroll.label", only.Answer);
    }

    /// <summary>Counts a call with a text that cannot be classified.</summary>
    internal void CountRefused(string model, Activity? activity, InputException reason)
    {
        _refused.Add(1, new KeyValuePair<string, object?>("model", model));
        activity?.SetStatus(ActivityStatusCode.Error, reason.Message);
    }

    /// <summary>Counts a load.</summary>
    internal void CountLoad(string model, bool loaded) => _loads.Add(
        1, new KeyValuePair<string, object?>("model", model),
        new KeyValuePair<string, object?>("outcome", loaded ? "loaded" : "failed"));
}
