using System.Text.Json;
using Unroll.Engine.Batches;

namespace Unroll.Engine.Networks;

/// <summary>Adds up ‖∂L/∂h_t‖ over the sampled sentences of an epoch.</summary>
public sealed class GradientFlowSums
{
    /// <summary>One step of so many is looked at, the first of an epoch always.</summary>
    public const int EverySteps = 32;

    private const string SamplesKey = "gradient_samples";
    private const string LongerKey = "gradient_sentences";
    private const string DistanceKey = "gradient_by_distance";
    private const string StepKey = "gradient_by_step";

    // As many sentences have a word at step t as have one at distance t from the end: those of more than t words.
    private readonly List<int> _sentences = [];
    private readonly List<double> _byDistance = [];
    private readonly List<double> _byStep = [];
    private int _samples;

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _samples = 0;
        _sentences.Clear();
        _byDistance.Clear();
        _byStep.Clear();
    }

    /// <summary>Adds the sentences of a batch, after its backward pass.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="buffers">Have measured its gradients.</param>
    /// <param name="totalWeight">By which the batch divided the sum of its sentences' losses.</param>
    internal void Add(Batch batch, PassBuffers buffers, double totalWeight)
    {
        _samples += batch.Count;
        while (_sentences.Count < batch.Steps)
        {
            _sentences.Add(0);
            _byDistance.Add(0);
            _byStep.Add(0);
        }
        for (int s = 0; s < batch.ShardCount; s++)
        {
            Shard shard = batch.ShardAt(s);
            for (int t = 0; t < shard.Steps; t++)
            {
                for (int row = 0; row < shard.BatchSize(t); row++)
                {
                    double norm = totalWeight * buffers.GradientNorm(shard.FirstToken + shard.Offset(t) + row);
                    _sentences[t]++;
                    _byDistance[shard.LengthOf(row) - 1 - t] += norm;
                    _byStep[t] += norm;
                }
            }
        }
    }

    /// <summary>How many sentences were looked at.</summary>
    public int Samples => _samples;

    /// <summary>Means of ‖∂L/∂h_t‖ by the distance of t from the last word, 0 first.</summary>
    public double[] MeansByDistance => Means(_byDistance);

    /// <summary>Means of ‖∂L/∂h_t‖ by t, the first word first.</summary>
    public double[] MeansByStep => Means(_byStep);

    /// <summary>Writes what was added up into an object, so that a training can go on within an epoch.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        // JSON knows no infinity: then the rest of the epoch is measured alone.
        if (_samples == 0 || !_byStep.Concat(_byDistance).All(double.IsFinite))
            return;
        json.WriteNumber(SamplesKey, _samples);
        Write(LongerKey, _sentences.Select(count => (double)count));
        Write(DistanceKey, _byDistance);
        Write(StepKey, _byStep);

        void Write(string key, IEnumerable<double> values)
        {
            json.WriteStartArray(key);
            foreach (double value in values)
                json.WriteNumberValue(value);
            json.WriteEndArray();
        }
    }

    /// <summary>Reads what <see cref="WriteTo"/> wrote.</summary>
    /// <exception cref="FormatException">Something else wrote it.</exception>
    public void ReadFrom(JsonElement json)
    {
        Clear();
        if (!json.TryGetProperty(SamplesKey, out JsonElement samples))
            return;
        _samples = samples.GetInt32();
        _sentences.AddRange(Values(LongerKey).Select(count => (int)count));
        _byDistance.AddRange(Values(DistanceKey));
        _byStep.AddRange(Values(StepKey));
        bool fits = _samples > 0 && _byDistance.Count == _sentences.Count && _byStep.Count == _sentences.Count
            && _sentences.TrueForAll(count => count > 0 && count <= _samples);
        if (!fits)
            throw new FormatException("sums of gradients that no training wrote");

        IEnumerable<double> Values(string key) => json.GetProperty(key).EnumerateArray().Select(value => value.GetDouble());
    }

    private double[] Means(List<double> sums) => [.. sums.Zip(_sentences, (sum, count) => sum / count)];
}
