using System.Runtime.InteropServices;

namespace Unroll.Terms;

/// <summary>One text as a row of numbers; its memory is kept from text to text. It serves one thread at a time.</summary>
internal sealed class TermRow
{
    // How often each column stands in the text; zeros between texts.
    private int[] _counts = [];

    /// <summary>The keys of the text's terms, as they were met.</summary>
    public List<ulong> Keys { get; } = [];

    /// <summary>The columns that are not zero, ascending.</summary>
    public List<int> Columns { get; } = [];

    /// <summary>What stands in these columns.</summary>
    public List<float> Values { get; } = [];

    /// <summary>Keeps each column once, ascending, and sets the values to how often it stood there.</summary>
    public void CountColumns()
    {
        int distinct = 0;
        Span<int> columns = CollectionsMarshal.AsSpan(Columns);
        foreach (int column in columns)
        {
            if (column >= _counts.Length)
                Array.Resize(ref _counts, Math.Max(column + 1, 2 * _counts.Length));
            if (_counts[column]++ == 0)
                columns[distinct++] = column;
        }
        // In a long text many stand often: there are fewer to sort now.
        columns = columns[..distinct];
        columns.Sort();
        Values.Clear();
        foreach (int column in columns)
        {
            Values.Add(_counts[column]);
            _counts[column] = 0;
        }
        Columns.RemoveRange(distinct, Columns.Count - distinct);
    }
}
