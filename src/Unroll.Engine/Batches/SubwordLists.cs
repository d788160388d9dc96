using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Unroll.Engine.Batches;

/// <summary>Of each of some words the rows of the table of sub-words that stand for its pieces.</summary>
public sealed class SubwordLists
{
    private readonly List<int> _rows = [];
    private readonly List<int> _starts = [0];

    /// <summary>The number of words.</summary>
    public int Count => _starts.Count - 1;

    /// <summary>The rows of one word; a row may come several times.</summary>
    /// <param name="word">Which word, from 0.</param>
    public ReadOnlySpan<int> this[int word] => CollectionsMarshal.AsSpan(_rows)[_starts[word].._starts[word + 1]];

    /// <summary>Adds a word.</summary>
    /// <param name="rows">The rows of its pieces; none for a token that has no pieces.</param>
    public void Add(ReadOnlySpan<int> rows)
    {
        _rows.AddRange(rows);
        _starts.Add(_rows.Count);
    }

    /// <summary>Removes every word and keeps the memory.</summary>
    public void Clear()
    {
        _rows.Clear();
        _starts.RemoveRange(1, _starts.Count - 1);
    }

    /// <summary>Adds all lists to a hash.</summary>
    /// <param name="hash">Added to.</param>
    public void AppendTo(IncrementalHash hash)
    {
        foreach (List<int> values in new[] { _rows, _starts })
            hash.AppendData(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(values)));
    }
}
