using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Unroll.Engine.Batches;

/// <summary>Texts as ids, one after the other in one array, with the label of each.</summary>
/// <param name="onDisk">Whether the ids stand in a temporary file.</param>
public sealed class EncodedTexts(bool onDisk = false)
{
    private readonly NumberStore _ids = new(onDisk);
    private readonly List<int> _starts = [0];
    private readonly List<int> _labels = [];

    /// <summary>
    /// The pieces of words that a network does not know, for ids from 2·V on: id 2·V + k is the k-th. Ids from V to 2·V - 1
    /// are the known words again, by their pieces alone.
    /// </summary>
    public SubwordLists UnknownWords { get; init; } = new();

    /// <summary>
    /// The classes of each label, where texts may have several: the label of a text is then the number of a set. Null for one
    /// class a text.
    /// </summary>
    public LabelSets? Sets { get; init; }

    /// <summary>The number of texts.</summary>
    public int Count => _labels.Count;

    /// <summary>The number of tokens of all texts.</summary>
    public int TokenCount => _ids.Count;

    /// <summary>Whether the ids stand in a temporary file.</summary>
    public bool OnDisk => _ids.OnDisk;

    /// <summary>Gives back the memory of ids that were read of the file.</summary>
    public void Release() => _ids.Release();

    /// <summary>Adds a text.</summary>
    /// <param name="ids">Its tokens' ids, at least one.</param>
    /// <param name="label">Its class, or the number of its set.</param>
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

    /// <summary>The class of one text, or the number of its set.</summary>
    /// <param name="row">Which text.</param>
    public int LabelOf(int row) => _labels[row];

    /// <summary>The ids of one text.</summary>
    /// <param name="row">Which text.</param>
    public ReadOnlySpan<int> IdsOf(int row) => _ids.Slice(_starts[row], LengthOf(row));

    /// <summary>One id of one text.</summary>
    /// <param name="row">Which text.</param>
    /// <param name="position">Which token, from 0.</param>
    public int IdAt(int row, int position) => _ids[_starts[row] + position];

    /// <summary>
    /// Weights that make every class count alike: w_c = n / (C n_c), and where texts may have several, (n - n_c) / n_c, so that
    /// those with the class weigh as much as those without; 1 for a class without rows.
    /// </summary>
    /// <param name="classes">C.</param>
    /// <returns>w, [C].</returns>
    public float[] BalancedWeights(int classes) => Sets is null
        ? [.. TextsOf(classes).Select(count => count == 0 ? 1 : Count / ((float)classes * count))]
        : [.. TextsOf(classes).Select(count => count == 0 || count == Count ? 1 : (Count - count) / (float)count)];

    /// <summary>
    /// The mean loss of a model that answers every text with how frequent the classes are: their entropy, in nats; where texts
    /// may have several, the mean of the entropies of having each.
    /// </summary>
    /// <param name="classes">C.</param>
    /// <param name="classWeights">The weight of each class in the loss, [C]; null for equal ones.</param>
    public double LossOfChance(int classes, IReadOnlyList<float>? classWeights = null)
    {
        double[] weights = [.. TextsOf(classes).Select((count, c) => (double)count * (classWeights?[c] ?? 1))];
        if (Sets is null)
            return Entropy(weights);
        // Those with a class weigh as they do in the loss, which is divided by all texts.
        return TextsOf(classes).Select((count, c) => (weights[c] + Count - count) / Count * Entropy([weights[c], Count - count]))
            .Average();
    }

    /// <summary>How many texts have each class; labels that are none of the classes are left out.</summary>
    /// <param name="classes">C.</param>
    /// <returns>n, [C].</returns>
    public int[] TextsOf(int classes)
    {
        int[] counts = new int[classes];
        foreach (int label in _labels)
        {
            foreach (int c in Sets is null ? new ReadOnlySpan<int>(in label) : Sets[label])
            {
                if (c < classes)
                    counts[c]++;
            }
        }
        return counts;
    }

    private static double Entropy(double[] weights)
    {
        double total = weights.Sum();
        return -weights.Where(weight => weight > 0).Sum(weight => weight / total * Math.Log(weight / total));
    }

    /// <summary>Adds all ids, lengths and labels to a hash.</summary>
    /// <param name="hash">Added to.</param>
    public void AppendTo(IncrementalHash hash)
    {
        const int together = 1 << 20;
        for (int start = 0; start < _ids.Count; start += together)
            hash.AppendData(MemoryMarshal.AsBytes(_ids.Slice(start, Math.Min(together, _ids.Count - start))));
        Release();
        foreach (List<int> values in new[] { _starts, _labels })
            hash.AppendData(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(values)));
        Sets?.AppendTo(hash);
        if (UnknownWords.Count > 0)
            UnknownWords.AppendTo(hash);
    }
}
