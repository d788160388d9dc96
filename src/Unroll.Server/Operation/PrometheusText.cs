using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Unroll.Extensions;

namespace Unroll.Server.Operation;

/// <summary>
/// The meters of the server and of its models in the text format of Prometheus (version 0.0.4): counters end in
/// <c>_total</c>, histograms have cumulative buckets.
/// </summary>
internal sealed class PrometheusText : IDisposable
{
    private static readonly double[] Seconds =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static readonly double[] Counts = [1, 2, 4, 8, 16, 32, 64];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(Instrument Instrument, string Labels), Series> _series = new();

    /// <summary>Begins to listen.</summary>
    /// <param name="meters">Made the meters that are listened to.</param>
    public PrometheusText(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == meters
                && instrument.Meter.Name is UnrollTelemetry.MeterName or ServerMetrics.MeterName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Everything as it is now.</summary>
    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (IGrouping<Instrument, KeyValuePair<(Instrument Instrument, string Labels), Series>> instrument in _series
            .GroupBy(series => series.Key.Instrument).OrderBy(group => group.Key.Name, StringComparer.Ordinal))
        {
            bool isHistogram = IsHistogram(instrument.Key);
            string name = NameOf(instrument.Key);
            if (instrument.Key.Description is { Length: > 0 } description)
                text.Append("# HELP ").Append(name).Append(' ').Append(description).Append('\n');
            text.Append("# TYPE ").Append(name).Append(' ')
                .Append(isHistogram ? "histogram" : IsCounter(instrument.Key) ? "counter" : "gauge").Append('\n');
            foreach (((_, string labels), Series series) in instrument.OrderBy(each => each.Key.Labels, StringComparer.Ordinal))
                series.Write(text, name, labels);
        }
        AppendProcess(text);
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private static void AppendProcess(StringBuilder text) => text.Append(
        CultureInfo.InvariantCulture,
        $"""
        # HELP process_resident_memory_bytes Memory of the process
        # TYPE process_resident_memory_bytes gauge
        process_resident_memory_bytes {Environment.WorkingSet}

        """);

    private static bool IsHistogram(Instrument instrument) => instrument is Histogram<double> or Histogram<int>;

    private static bool IsCounter(Instrument instrument) => instrument is Counter<long>;

    private static string NameOf(Instrument instrument)
    {
        string name = instrument.Name.Replace('.', '_');
        if (instrument.Unit == "s")
            name += "_seconds";
        return IsCounter(instrument) ? name + "_total" : name;
    }

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        Series series = _series.GetOrAdd(
            (instrument, Labels(tags)),
            static key => new Series(IsHistogram(key.Instrument) ? key.Instrument.Unit == "s" ? Seconds : Counts : null));
        series.Add(value, sets: instrument.IsObservable);
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0)
            return "";
        var text = new StringBuilder();
        foreach ((string key, object? value) in tags)
        {
            if (text.Length > 0)
                text.Append(',');
            string shown = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            text.Append(key.Replace('.', '_')).Append("=\"").Append(Escape(shown)).Append('"');
        }
        return text.ToString();
    }

    private static string Escape(string value) => value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");

    // One instrument with one set of labels.
    private sealed class Series(double[]? bounds)
    {
        private readonly Lock _lock = new();
        private readonly long[] _buckets = new long[(bounds?.Length ?? -1) + 1];
        private double _sum;
        private long _count;

        public void Add(double value, bool sets)
        {
            lock (_lock)
            {
                _sum = sets ? value : _sum + value;
                _count++;
                if (bounds is null)
                    return;
                int bucket = 0;
                while (bucket < bounds.Length && value > bounds[bucket])
                    bucket++;
                _buckets[bucket]++;
            }
        }

        public void Write(StringBuilder text, string name, string labels)
        {
            lock (_lock)
            {
                if (bounds is null)
                {
                    Line(name, labels, _sum);
                    return;
                }
                string before = labels.Length == 0 ? "" : labels + ",";
                long below = 0;
                for (int i = 0; i < bounds.Length; i++)
                {
                    below += _buckets[i];
                    Line(name + "_bucket", before + FormattableString.Invariant($"le=\"{bounds[i]}\""), below);
                }
                Line(name + "_bucket", before + "le=\"+Inf\"", _count);
                Line(name + "_sum", labels, _sum);
                Line(name + "_count", labels, _count);
            }

            void Line(string of, string with, double value)
            {
                text.Append(of);
                if (with.Length > 0)
                    text.Append('{').Append(with).Append('}');
                text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
            }
        }
    }
}
