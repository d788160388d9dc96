using System.Runtime.InteropServices;
using Unroll.Text;

namespace Unroll.Terms;

/// <summary>Finds the terms of the texts to train on, and turns these texts into rows, in the order they were added.</summary>
internal sealed class TermCounts
{
    private const float RarityOfPiece = 0.5f;

    private readonly Corpus _corpus;
    private readonly List<int> _rows = [];
    private readonly TokenKind _kind;
    private readonly Dictionary<ulong, int> _columns = [];
    private readonly List<int> _textsWith = [];
    private readonly int[]?[] _piecesOfToken;
    private readonly SparseRows _counts = new();

    /// <summary>Begins without texts.</summary>
    /// <param name="corpus">Has the texts.</param>
    public TermCounts(Corpus corpus)
    {
        (_corpus, _kind) = (corpus, corpus.Tokenizer.Kind);
        _piecesOfToken = new int[corpus.Tokens.Count][];
    }

    /// <summary>Reads more texts.</summary>
    /// <param name="rows">Which texts of the corpus.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Add(IEnumerable<int> rows, CancellationToken cancellationToken = default)
    {
        var row = new TermRow();
        var tokens = new List<string>();
        foreach (int text in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Count(text, row, tokens);
            _rows.Add(text);
        }
    }

    /// <summary>Makes the table of the terms of most texts, and the rows of the texts.</summary>
    /// <param name="limit">The most terms to keep; of equals the first.</param>
    /// <returns>The table, the rows, and df, in how many texts each term stands, [F].</returns>
    public (TermTable Terms, SparseRows Rows, int[] TextsWith) Keep(int limit)
    {
        int[] kept = OfMostTexts(limit);
        int[] columnOf = new int[_textsWith.Count];
        Array.Fill(columnOf, -1);
        for (int column = 0; column < kept.Length; column++)
            columnOf[kept[column]] = column;
        int[] textsWith = [.. kept.Select(column => _textsWith[column])];
        string[] names = NamesOf(columnOf, kept.Length);
        float rowsAndOne = 1f + _rows.Count;
        float[] rarity = new float[kept.Length];
        for (int column = 0; column < rarity.Length; column++)
        {
            rarity[column] = (1 + MathF.Log(rowsAndOne / (1 + textsWith[column])))
                * (_kind != TokenKind.Char && TermKeys.IsPiece(names[column]) ? RarityOfPiece : 1);
        }
        return (new TermTable(names, rarity, _kind), Weighed(columnOf, rarity), textsWith);
    }

    // In the order of the columns. There are a million of them where texts are long: too many to sort.
    private int[] OfMostTexts(int limit)
    {
        if (_textsWith.Count <= limit)
            return [.. Enumerable.Range(0, _textsWith.Count)];
        int[] termsIn = new int[_rows.Count + 1];
        foreach (int texts in _textsWith)
            termsIn[texts]++;
        int fewest = _rows.Count;
        int free = limit;
        for (; free >= termsIn[fewest]; fewest--)
            free -= termsIn[fewest];
        // Of the terms in just so few texts the first.
        return
        [
            .. Enumerable.Range(0, _textsWith.Count)
                .Where(column => _textsWith[column] > fewest || (_textsWith[column] == fewest && free-- > 0)),
        ];
    }

    private void Count(int text, TermRow row, List<string> tokens)
    {
        row.Keys.Clear();
        row.Columns.Clear();
        tokens.Clear();
        foreach (int token in _corpus.TokensOf(text))
            tokens.Add(_corpus.Tokens[token]);
        TermKeys.AddOfText(CollectionsMarshal.AsSpan(tokens), _kind, row.Keys);
        foreach (ulong key in CollectionsMarshal.AsSpan(row.Keys))
            row.Columns.Add(ColumnOf(key));
        foreach (int token in _corpus.TokensOf(text))
            row.Columns.AddRange(_piecesOfToken[token] ??= PiecesOf(token));
        row.CountColumns();
        foreach (int column in CollectionsMarshal.AsSpan(row.Columns))
            _textsWith[column]++;
        _counts.Add(row);
    }

    private int[] PiecesOf(int token)
    {
        var keys = new List<ulong>();
        TermKeys.AddOfToken(_corpus.Tokens[token], _kind, keys);
        return [.. keys.Select(ColumnOf)];
    }

    private int ColumnOf(ulong key)
    {
        ref int column = ref CollectionsMarshal.GetValueRefOrAddDefault(_columns, key, out bool known);
        if (!known)
        {
            column = _textsWith.Count;
            _textsWith.Add(0);
        }
        return column;
    }

    // Strings are made of the terms that stay alone.
    private string[] NamesOf(int[] columnOf, int count)
    {
        string[] names = new string[count];
        var keys = new List<ulong>();
        for (int token = 0; token < _piecesOfToken.Length; token++)
        {
            if (_piecesOfToken[token] is null)
                continue;
            keys.Clear();
            TermKeys.AddOfToken(_corpus.Tokens[token], _kind, keys);
            Name(keys, TermKeys.NamesOfToken(_corpus.Tokens[token], _kind));
        }
        foreach (int text in _rows)
        {
            string[] tokens = [.. _corpus.TokensOf(text).ToArray().Select(token => _corpus.Tokens[token])];
            keys.Clear();
            TermKeys.AddOfText(tokens, _kind, keys);
            if (keys.Any(key => columnOf[_columns[key]] >= 0 && names[columnOf[_columns[key]]] is null))
                Name(keys, TermKeys.NamesOfText(tokens, _kind));
        }
        return names;

        void Name(List<ulong> keys, IEnumerable<string> written)
        {
            int i = 0;
            foreach (string name in written)
            {
                int column = columnOf[_columns[keys[i++]]];
                if (column >= 0)
                    names[column] ??= name;
            }
        }
    }

    private SparseRows Weighed(int[] columnOf, float[] rarity)
    {
        var rows = new SparseRows();
        var columns = new List<int>();
        var values = new List<float>();
        for (int row = 0; row < _counts.Count; row++)
        {
            columns.Clear();
            values.Clear();
            ReadOnlySpan<int> found = _counts.ColumnsOf(row);
            for (int i = 0; i < found.Length; i++)
            {
                if (columnOf[found[i]] < 0)
                    continue;
                columns.Add(columnOf[found[i]]);
                values.Add(_counts.ValuesOf(row)[i]);
            }
            TermTable.Weigh(CollectionsMarshal.AsSpan(columns), CollectionsMarshal.AsSpan(values), rarity);
            rows.Add(CollectionsMarshal.AsSpan(columns), CollectionsMarshal.AsSpan(values));
        }
        return rows;
    }
}
