namespace Unroll.Text;

/// <summary>
/// Which of some texts are the same: their hashes in order, with their labels. It takes twenty bytes a row while it stands, a
/// third of what sets and dictionaries take, and is made for many rows.
/// </summary>
internal sealed class TextCopies
{
    private readonly UInt128[] _hashes;
    private readonly int[] _labels;

    private TextCopies(UInt128[] hashes, int[] labels)
    {
        (_hashes, _labels) = (hashes, labels);
        Array.Sort(_hashes, _labels);
    }

    /// <summary>Looks at the texts of some rows.</summary>
    /// <param name="corpus">Has them.</param>
    /// <param name="rows">Which rows.</param>
    public static TextCopies Of(Corpus corpus, IEnumerable<int> rows)
    {
        int count = rows.Count();
        var hashes = new UInt128[count];
        int[] labels = new int[count];
        int next = 0;
        foreach (int row in rows)
            (hashes[next], labels[next++]) = (corpus.HashOf(row), corpus.LabelOf(row));
        corpus.EndPass();
        return new TextCopies(hashes, labels);
    }

    /// <summary>Rows that repeat text and label of another one.</summary>
    public int DuplicateRows => Copies().Sum(group => group.Count - Labels(group).Distinct().Count());

    /// <summary>The texts that have more than one label.</summary>
    public HashSet<UInt128> Conflicting =>
        [.. Copies().Where(group => Labels(group).Distinct().Skip(1).Any()).Select(group => _hashes[group.Start])];

    /// <summary>How many of these rows have a text that is one of others, too.</summary>
    /// <param name="others">The others.</param>
    public int RowsIn(TextCopies others)
    {
        int rows = 0;
        int at = 0;
        foreach (UInt128 hash in _hashes)
        {
            while (at < others._hashes.Length && others._hashes[at] < hash)
                at++;
            rows += at < others._hashes.Length && others._hashes[at] == hash ? 1 : 0;
        }
        return rows;
    }

    private ArraySegment<int> Labels((int Start, int Count) group) =>
        new ArraySegment<int>(_labels, group.Start, group.Count);

    // Those of two rows and more.
    private IEnumerable<(int Start, int Count)> Copies()
    {
        for (int start = 0; start < _hashes.Length;)
        {
            int end = start + 1;
            while (end < _hashes.Length && _hashes[end] == _hashes[start])
                end++;
            if (end - start > 1)
                yield return (start, end - start);
            start = end;
        }
    }
}
