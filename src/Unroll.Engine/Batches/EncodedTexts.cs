using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Unroll.Engine.Batches;

/// <summary>Texts as ids, one after the other in one array, with the label of each.</summary>
public sealed class EncodedTexts
{
    private readonly List<int> _ids = [];
    private readonly List<int> _starts = [0];
    private readonly List<int> _labels = [];

    /// <summary>
    /// The pieces of words that a network does not know, for ids from 2·V on: id 2·V + k is the k-th. Ids from V to 2·V - 1
    /// are the known words again, by their pieces alone.
    /// </summary>
    public SubwordLists UnknownWords { get; init; } = new();

    /// <summary>The number of texts.</summary>
    public int Count => _labels.Count;

    /// <summary>The number of tokens of all texts.</summary>
    public int TokenCount => _ids.Count;

    /// <summary>Adds a text.</summary>
    /// <param name="ids">Its tokens' ids, at least one.</param>
    /// <param name="label">Its class.</param>
    public void Add(ReadOnlySpan<int> ids, int label)
    {
        ArgumentOutOfRangeException.ThrowIfZero(ids.Length);
        _ids.AddRange(ids);
        _starts.Add(_ids.Count);
        _labels.Add(label);
    }

    /// <summary>Removes every text and keeps the memory.</summary>
    public void Clear()
    {
        _ids.Clear();
        _starts.RemoveRange(1, _starts.Count - 1);
        _labels.Clear();
        UnknownWords.Clear();
    }

    /// <summary>The number of tokens of one text.</summary>
    /// <param name="row">Which text.</param>
    public int LengthOf(int row) => _starts[row + 1] - _starts[row];

    /// <summary>The class of one text.</summary>
    /// <param name="row">Which text.</param>
    public int LabelOf(int row) => _labels[row];

    /// <summary>The ids of one text.</summary>
    /// <param name="row">Which text.</param>
    public ReadOnlySpan<int> IdsOf(int row) => CollectionsMarshal.AsSpan(_ids)[_starts[row].._starts[row + 1]];

    /// <summary>One id of one text.</summary>
    /// <param name="row">Which text.</param>
    /// <param name="position">Which token, from 0.</param>
    public int IdAt(int row, int position) => _ids[_starts[row] + position];

    /// <summary>Weights that make every class count alike: w_c = n / (C n_c); 1 for a class without rows.</summary>
    /// <param name="classes">C.</param>
    /// <returns>w, [C].</returns>
    public float[] BalancedWeights(int classes)
    {
        int[] counts = new int[classes];
        foreach (int label in _labels)
            counts[label]++;
        return [.. counts.Select(count => count == 0 ? 1 : Count / ((float)classes * count))];
    }

    /// <summary>
    /// The mean loss of a model that answers every text with how frequent the classes are: their entropy, in nats.
    /// </summary>
    /// <param name="classes">C.</param>
    /// <param name="classWeights">The weight of each class in the loss, [C]; null for equal ones.</param>
    public double LossOfChance(int classes, IReadOnlyList<float>? classWeights = null)
    {
        double[] weights = new double[classes];
        foreach (int label in _labels)
            weights[label] += classWeights?[label] ?? 1;
        double total = weights.Sum();
        return -weights.Where(weight => weight > 0).Sum(weight => weight / total * Math.Log(weight / total));
    }

    /// <summary>Adds all ids, lengths and labels to a hash.</summary>
    /// <param name="hash">Added to.</param>
    public void AppendTo(IncrementalHash hash)
    {
        foreach (List<int> values in new[] { _ids, _starts, _labels })
            hash.AppendData(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(values)));
        if (UnknownWords.Count > 0)
            UnknownWords.AppendTo(hash);
    }
}
