using System.Diagnostics.Metrics;

namespace Unroll.Server.Operation;

/// <summary>
/// What the server counts beside its models' own metrics, as the standard meter <c>Unroll.Server</c>, which OpenTelemetry and
/// <c>/metrics</c> read.
/// </summary>
internal sealed class ServerMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Unroll.Server";

    private readonly Meter _meter;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private readonly Histogram<int> _batch;
    private readonly Counter<long> _answers;

    /// <summary>Begins to count.</summary>
    /// <param name="meters">Makes the meter.</param>
    public ServerMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _requests = _meter.CreateCounter<long>("unroll.requests", description: "Requests by route and status");
        _duration = _meter.CreateHistogram<double>("unroll.request.duration", "s", "Time of a request by route");
        _batch = _meter.CreateHistogram<int>("unroll.batch.size", description: "Texts that were computed together");
        _answers = _meter.CreateCounter<long>("unroll.answers", description: "Texts by the label that was answered");
    }

    /// <summary>A request was answered.</summary>
    public void Request(string route, int status, TimeSpan duration)
    {
        _requests.Add(1, new("route", route), new KeyValuePair<string, object?>("status", status));
        _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("route", route));
    }

    /// <summary>Texts are computed together.</summary>
    public void Batch(string model, int texts) => _batch.Record(texts, new KeyValuePair<string, object?>("model", model));

    /// <summary>A text was answered.</summary>
    public void Answer(string model, string label) => _answers.Add(1, new("model", model), new("label", label));

    /// <summary>Shows how many texts wait.</summary>
    /// <param name="waiting">Counts them by model.</param>
    public void ObserveQueues(Func<IEnumerable<(string Model, int Texts)>> waiting) => _meter.CreateObservableGauge(
        "unroll.queue.texts",
        () => waiting().Select(
            queue => new Measurement<int>(queue.Texts, new KeyValuePair<string, object?>("model", queue.Model))),
        description: "Texts that wait");
}
