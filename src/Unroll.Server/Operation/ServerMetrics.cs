using System.Diagnostics.Metrics;

namespace Unroll.Server.Operation;

/// <summary>What the server counts, as the standard meter <c>Unroll.Server</c>, which OpenTelemetry and <c>/metrics</c>
/// read.</summary>
internal sealed class ServerMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Unroll.Server";

    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private readonly Histogram<int> _batch;
    private readonly Counter<long> _tokens;
    private readonly Counter<long> _unknown;
    private readonly Counter<long> _answers;
    private readonly Counter<long> _loads;

    /// <summary>The meter of this server alone.</summary>
    public Meter Meter { get; } = new(MeterName);

    /// <summary>Begins to count.</summary>
    public ServerMetrics()
    {
        _requests = Meter.CreateCounter<long>("unroll.requests", description: "Requests by route and status");
        _duration = Meter.CreateHistogram<double>("unroll.request.duration", "s", "Time of a request by route");
        _batch = Meter.CreateHistogram<int>("unroll.batch.size", description: "Texts that were computed together");
        _tokens = Meter.CreateCounter<long>("unroll.tokens", description: "Tokens read");
        _unknown = Meter.CreateCounter<long>("unroll.unknown.tokens", description: "Tokens that the model does not know");
        _answers = Meter.CreateCounter<long>("unroll.answers", description: "Texts by the label that was answered");
        _loads = Meter.CreateCounter<long>("unroll.model.loads", description: "Loads of a model, and whether they succeeded");
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
    public void Answer(string model, string label, int tokens, int unknown)
    {
        var ofModel = new KeyValuePair<string, object?>("model", model);
        _answers.Add(1, ofModel, new KeyValuePair<string, object?>("label", label));
        _tokens.Add(tokens, ofModel);
        _unknown.Add(unknown, ofModel);
    }

    /// <summary>A model was loaded, or could not be.</summary>
    public void Loaded(string model, bool succeeded) =>
        _loads.Add(1, new("model", model), new KeyValuePair<string, object?>("result", succeeded ? "loaded" : "failed"));

    /// <summary>Shows how many texts wait.</summary>
    /// <param name="waiting">Counts them by model.</param>
    public void ObserveQueues(Func<IEnumerable<(string Model, int Texts)>> waiting) => Meter.CreateObservableGauge(
        "unroll.queue.texts",
        () => waiting().Select(
            queue => new Measurement<int>(queue.Texts, new KeyValuePair<string, object?>("model", queue.Model))),
        description: "Texts that wait");

    public void Dispose() => Meter.Dispose();
}
