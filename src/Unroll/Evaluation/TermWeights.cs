using System.Runtime.InteropServices;
using Unroll.Engine.Batches;

namespace Unroll.Evaluation;

/// <summary>
/// The terms of a set of texts, which are its tokens and its pairs of neighbouring tokens, each with a column of its own; and the
/// row of numbers a text becomes.
/// </summary>
/// <remarks>
/// <code>
/// x_j = tf_j (1 + log((1 + n) / (1 + df_j))),  x / ‖x‖₂
/// </code>
/// tf: how often the term stands in the text, df: in how many of the n texts it stands. Salton and Buckley, "Term-weighting
/// approaches in automatic text retrieval", 1988; smoothed as if one more text held every term once.
/// </remarks>
internal sealed class TermWeights
{
    private readonly Dictionary<ulong, int> _columns = [];
    private readonly List<int> _textsWith = [];
    private readonly float[] _rarity;
    private readonly List<int> _found = [];
    private readonly List<float> _values = [];

    /// <summary>Finds the terms of texts.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="rows">Which of them to look at.</param>
    /// <param name="limit">The most terms to keep: those of most texts, of equals the first.</param>
    public TermWeights(EncodedTexts texts, ReadOnlySpan<int> rows, int limit)
    {
        foreach (int row in rows)
            Count(texts, row);
        if (_textsWith.Count > limit)
            KeepMostFrequent(limit);
        float rowsAndOne = 1f + rows.Length;
        _rarity = [.. _textsWith.Select(textsWith => 1 + MathF.Log(rowsAndOne / (1 + textsWith)))];
    }

    /// <summary>F: the number of terms.</summary>
    public int Columns => _textsWith.Count;

    /// <summary>df: in how many texts the term of a column stands, [F].</summary>
    public ReadOnlySpan<int> TextsWith => CollectionsMarshal.AsSpan(_textsWith);

    /// <summary>Turns texts into rows; terms that were not seen before have no column.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="rows">Which of them.</param>
    public SparseRows RowsOf(EncodedTexts texts, ReadOnlySpan<int> rows)
    {
        var sparse = new SparseRows();
        foreach (int row in rows)
        {
            _found.Clear();
            for (int t = 0; t < texts.LengthOf(row); t++)
            {
                if (_columns.TryGetValue(Term(texts.IdAt(row, t)), out int word))
                    _found.Add(word);
                if (t > 0 && _columns.TryGetValue(Term(texts.IdAt(row, t - 1), texts.IdAt(row, t)), out int pair))
                    _found.Add(pair);
            }
            AddRow(sparse);
        }
        return sparse;
    }

    private static ulong Term(int id) => Scatter((uint)id);

    private static ulong Term(int first, int second) => Scatter(((ulong)first + 1) << 32 | (uint)second);

    // Each number has another product, so terms stay apart. The dictionary's hash is the xor of both halves, and without this
    // thousands of pairs of small ids would share one.
    private static ulong Scatter(ulong term) => unchecked(term * 0x9E3779B97F4A7C15);

    private void Count(EncodedTexts texts, int row)
    {
        _found.Clear();
        for (int t = 0; t < texts.LengthOf(row); t++)
        {
            _found.Add(ColumnOf(Term(texts.IdAt(row, t))));
            if (t > 0)
                _found.Add(ColumnOf(Term(texts.IdAt(row, t - 1), texts.IdAt(row, t))));
        }
        _found.Sort();
        for (int i = 0; i < _found.Count; i++)
        {
            if (i == 0 || _found[i] != _found[i - 1])
                _textsWith[_found[i]]++;
        }
    }

    private int ColumnOf(ulong term)
    {
        ref int column = ref CollectionsMarshal.GetValueRefOrAddDefault(_columns, term, out bool known);
        if (!known)
        {
            column = _textsWith.Count;
            _textsWith.Add(0);
        }
        return column;
    }

    private void KeepMostFrequent(int limit)
    {
        KeyValuePair<ulong, int>[] kept =
            [.. _columns.OrderByDescending(term => _textsWith[term.Value]).ThenBy(term => term.Value).Take(limit)];
        int[] counts = [.. kept.Select(term => _textsWith[term.Value])];
        _columns.Clear();
        _textsWith.Clear();
        _textsWith.AddRange(counts);
        for (int column = 0; column < kept.Length; column++)
            _columns.Add(kept[column].Key, column);
    }

    // Equal columns stand together once sorted.
    private void AddRow(SparseRows sparse)
    {
        _found.Sort();
        _values.Clear();
        int distinct = 0;
        float squares = 0;
        for (int i = 0, next; i < _found.Count; i = next)
        {
            int column = _found[i];
            next = i + 1;
            while (next < _found.Count && _found[next] == column)
                next++;
            float value = (next - i) * _rarity[column];
            _found[distinct++] = column;
            _values.Add(value);
            squares += value * value;
        }
        float scale = 1 / MathF.Sqrt(squares);
        foreach (ref float value in CollectionsMarshal.AsSpan(_values))
            value *= scale;
        sparse.Add(CollectionsMarshal.AsSpan(_found)[..distinct], CollectionsMarshal.AsSpan(_values));
    }
}
