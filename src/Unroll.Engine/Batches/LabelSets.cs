using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Unroll.Engine.Batches;

/// <summary>
/// Sets of classes, for texts that may have several, one or none: the label of such a text is the number of its set.
/// </summary>
public sealed class LabelSets
{
    private readonly List<int> _classes = [];
    private readonly List<int> _starts = [0];

    /// <summary>The number of sets.</summary>
    public int Count => _starts.Count - 1;

    /// <summary>The classes of one set, each once, in ascending order.</summary>
    /// <param name="set">Which set, from 0.</param>
    public ReadOnlySpan<int> this[int set] => CollectionsMarshal.AsSpan(_classes)[_starts[set].._starts[set + 1]];

    /// <summary>Adds a set.</summary>
    /// <param name="classes">Its classes, each once, in ascending order; none for a text without a label.</param>
    /// <returns>Its number.</returns>
    public int Add(ReadOnlySpan<int> classes)
    {
        _classes.AddRange(classes);
        _starts.Add(_classes.Count);
        return Count - 1;
    }

    /// <summary>Adds all sets to a hash.</summary>
    /// <param name="hash">Added to.</param>
    public void AppendTo(IncrementalHash hash)
    {
        foreach (List<int> values in new[] { _classes, _starts })
            hash.AppendData(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(values)));
    }
}
