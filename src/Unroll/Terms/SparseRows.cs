using System.Runtime.InteropServices;

namespace Unroll.Terms;

/// <summary>Rows of which only the columns that are not zero are kept, one row after the other.</summary>
/// <remarks>
/// They lie in blocks. One list that doubles as it grows would leave as much garbage as it holds, of arrays so large that a full
/// collection alone gives them back.
/// </remarks>
internal sealed class SparseRows
{
    private const int BlockSize = 1 << 14;

    private readonly List<Block> _blocks = [];
    private readonly List<Place> _places = [];
    private int _block = -1;
    private int _free;

    /// <summary>The number of rows.</summary>
    public int Count => _places.Count;

    /// <summary>The number of values of all rows.</summary>
    public int ValueCount { get; private set; }

    /// <summary>The columns of one row, ascending.</summary>
    public ReadOnlySpan<int> ColumnsOf(int row)
    {
        Place place = _places[row];
        return _blocks[place.Block].Columns.AsSpan(place.Start, place.Length);
    }

    /// <summary>What stands in these columns, in the same order.</summary>
    public ReadOnlySpan<float> ValuesOf(int row)
    {
        Place place = _places[row];
        return _blocks[place.Block].Values.AsSpan(place.Start, place.Length);
    }

    /// <summary>Removes every row and keeps the memory.</summary>
    public void Clear()
    {
        _places.Clear();
        (_block, _free, ValueCount) = (-1, 0, 0);
    }

    /// <summary>Adds a text's row.</summary>
    public void Add(TermRow row) => Add(CollectionsMarshal.AsSpan(row.Columns), CollectionsMarshal.AsSpan(row.Values));

    /// <summary>Adds a row; without columns it is all zeros.</summary>
    public void Add(ReadOnlySpan<int> columns, ReadOnlySpan<float> values)
    {
        if (_block < 0 || columns.Length > _blocks[_block].Columns.Length - _free)
            TakeBlock(columns.Length);
        Block block = _blocks[_block];
        columns.CopyTo(block.Columns.AsSpan(_free));
        values.CopyTo(block.Values.AsSpan(_free));
        _places.Add(new Place(_block, _free, columns.Length));
        _free += columns.Length;
        ValueCount += columns.Length;
    }

    // A row longer than a block has one of its own.
    private void TakeBlock(int length)
    {
        (_block, _free) = (_block + 1, 0);
        int size = Math.Max(length, BlockSize);
        if (_block == _blocks.Count)
            _blocks.Add(new Block(new int[size], new float[size]));
        else if (_blocks[_block].Columns.Length < length)
            _blocks[_block] = new Block(new int[size], new float[size]);
    }

    private readonly record struct Block(int[] Columns, float[] Values);

    private readonly record struct Place(int Block, int Start, int Length);
}
