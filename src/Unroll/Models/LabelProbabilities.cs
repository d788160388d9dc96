using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Unroll.Models;

/// <summary>
/// The probability of every label, in the model's order; to be asked by label, by place, or gone through. Two are equal where all
/// labels and probabilities are.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "What it holds says more than what it is kept in")]
public sealed class LabelProbabilities
    : IReadOnlyList<KeyValuePair<string, double>>, IReadOnlyDictionary<string, double>, IEquatable<LabelProbabilities>
{
    private readonly IReadOnlyList<string> _labels;
    private readonly double[] _values;

    /// <summary>Takes labels and their probabilities.</summary>
    /// <param name="entries">Each label once.</param>
    public LabelProbabilities(IEnumerable<KeyValuePair<string, double>> entries)
    {
        KeyValuePair<string, double>[] all = [.. entries];
        _labels = [.. all.Select(entry => entry.Key)];
        _values = [.. all.Select(entry => entry.Value)];
    }

    /// <summary>Labels and probabilities without a copy.</summary>
    internal LabelProbabilities(IReadOnlyList<string> labels, double[] values) => (_labels, _values) = (labels, values);

    /// <summary>No labels.</summary>
    public static LabelProbabilities Empty { get; } = new([], []);

    /// <summary>The number of labels.</summary>
    public int Count => _values.Length;

    /// <summary>The labels, in the model's order.</summary>
    public IEnumerable<string> Keys => _labels;

    /// <summary>The probabilities, in the model's order.</summary>
    public IEnumerable<double> Values => _values;

    /// <summary>Label and probability of one place.</summary>
    /// <param name="index">The place, from 0.</param>
    public KeyValuePair<string, double> this[int index] => new(_labels[index], _values[index]);

    /// <summary>The probability of a label.</summary>
    /// <param name="key">The label.</param>
    /// <exception cref="KeyNotFoundException">The model has no such label.</exception>
    public double this[string key] => TryGetValue(key, out double value)
        ? value
        : throw new KeyNotFoundException($"no label \"{key}\", expected one of {string.Join(", ", _labels)}");

    /// <inheritdoc/>
    public bool ContainsKey(string key) => IndexOf(key) >= 0;

    /// <inheritdoc/>
    public bool TryGetValue(string key, out double value)
    {
        int index = IndexOf(key);
        value = index < 0 ? 0 : _values[index];
        return index >= 0;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, double>> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(LabelProbabilities? other) =>
        other is not null && _values.AsSpan().SequenceEqual(other._values) && _labels.SequenceEqual(other._labels);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LabelProbabilities);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (double value in _values)
            hash.Add(value);
        return hash.ToHashCode();
    }

    private int IndexOf(string label)
    {
        for (int i = 0; i < _labels.Count; i++)
        {
            if (string.Equals(_labels[i], label, StringComparison.Ordinal))
                return i;
        }
        return -1;
    }
}
