namespace Unroll.Terms;

/// <summary>One text as a row of numbers; its memory is kept from text to text. It serves one thread at a time.</summary>
internal sealed class TermRow
{
    /// <summary>The keys of the text's terms, as they were met.</summary>
    public List<ulong> Keys { get; } = [];

    /// <summary>The columns that are not zero, ascending.</summary>
    public List<int> Columns { get; } = [];

    /// <summary>What stands in these columns.</summary>
    public List<float> Values { get; } = [];

    /// <summary>Sorts the columns, keeps each once and sets the values to how often it stood there.</summary>
    public void CountColumns()
    {
        Columns.Sort();
        Values.Clear();
        int distinct = 0;
        for (int i = 0, next; i < Columns.Count; i = next)
        {
            next = i + 1;
            while (next < Columns.Count && Columns[next] == Columns[i])
                next++;
            Columns[distinct++] = Columns[i];
            Values.Add(next - i);
        }
        Columns.RemoveRange(distinct, Columns.Count - distinct);
    }
}
