using System.Runtime.InteropServices;

namespace Unroll.Terms;

/// <summary>Rows of which only the columns that are not zero are kept, one row after the other.</summary>
internal sealed class SparseRows
{
    private readonly List<int> _starts;
    private readonly List<int> _columns;
    private readonly List<float> _values;

    /// <summary>Begins without rows.</summary>
    /// <param name="rows">For how many rows there is room before it must grow.</param>
    /// <param name="values">For how many values.</param>
    public SparseRows(int rows = 0, int values = 0)
    {
        _starts = new List<int>(rows + 1) { 0 };
        _columns = new List<int>(values);
        _values = new List<float>(values);
    }

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

    /// <summary>Removes every row and keeps the memory.</summary>
    public void Clear()
    {
        _starts.RemoveRange(1, _starts.Count - 1);
        _columns.Clear();
        _values.Clear();
    }

    /// <summary>Adds a text's row.</summary>
    public void Add(TermRow row) => Add(CollectionsMarshal.AsSpan(row.Columns), CollectionsMarshal.AsSpan(row.Values));

    /// <summary>Adds a row; without columns it is all zeros.</summary>
    public void Add(ReadOnlySpan<int> columns, ReadOnlySpan<float> values)
    {
        _columns.AddRange(columns);
        _values.AddRange(values);
        _starts.Add(_columns.Count);
    }
}
