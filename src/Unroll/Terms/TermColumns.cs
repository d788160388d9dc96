namespace Unroll.Terms;

/// <summary>
/// Finds the column of a term by its key: open addressing with linear steps, a third to two thirds full, in half the memory of a
/// dictionary. Keys are hashes already (<see cref="TermKeys"/>).
/// </summary>
internal sealed class TermColumns
{
    // Column + 1; 0 where nothing stands.
    private readonly int[] _slots;
    private readonly ulong[] _keys;
    private readonly int _shift;

    /// <summary>Makes an empty table.</summary>
    /// <param name="capacity">How many keys will be added; column j is the j-th.</param>
    public TermColumns(int capacity)
    {
        int bits = 4;
        while ((1L << bits) * 2 < capacity * 3L)
            bits++;
        _slots = new int[1 << bits];
        _keys = GC.AllocateUninitializedArray<ulong>(capacity);
        _shift = 64 - bits;
    }

    /// <summary>How many keys there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a key, whose column is how many there were before; false where it is there already.</summary>
    /// <param name="key">The key.</param>
    public bool TryAdd(ulong key)
    {
        int slot = SlotOf(key);
        if (_slots[slot] != 0)
            return false;
        _keys[Count] = key;
        _slots[slot] = ++Count;
        return true;
    }

    /// <summary>The column of a key; -1 for none.</summary>
    /// <param name="key">The key.</param>
    public int Find(ulong key) => _slots[SlotOf(key)] - 1;

    // Where a key stands, or would. The product spreads keys over the upper bits: Fibonacci hashing, Knuth, volume 3, 6.4.
    private int SlotOf(ulong key)
    {
        int slot = (int)(unchecked(key * 0x9E3779B97F4A7C15) >> _shift);
        while (_slots[slot] is > 0 and var found && _keys[found - 1] != key)
            slot = (slot + 1) & (_slots.Length - 1);
        return slot;
    }
}
