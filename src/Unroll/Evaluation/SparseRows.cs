using System.Runtime.InteropServices;

namespace Unroll.Evaluation;

/// <summary>Rows of which only the columns that are not zero are kept, one row after the other.</summary>
internal sealed class SparseRows
{
    private readonly List<int> _starts = [0];
    private readonly List<int> _columns = [];
    private readonly List<float> _values = [];

    /// <summary>The number of rows.</summary>
    public int Count => _starts.Count - 1;

    /// <summary>The columns of one row, ascending.</summary>
    public ReadOnlySpan<int> ColumnsOf(int row) =>
        CollectionsMarshal.AsSpan(_columns)[_starts[row].._starts[row + 1]];

    /// <summary>What stands in these columns, in the same order.</summary>
    public ReadOnlySpan<float> ValuesOf(int row) =>
        CollectionsMarshal.AsSpan(_values)[_starts[row].._starts[row + 1]];

    /// <summary>The number of values of all rows.</summary>
    public int ValueCount => _values.Count;

    /// <summary>Adds a row; without columns it is all zeros.</summary>
    public void Add(ReadOnlySpan<int> columns, ReadOnlySpan<float> values)
    {
        _columns.AddRange(columns);
        _values.AddRange(values);
        _starts.Add(_columns.Count);
    }
}
