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

    /// <summary>The most words of a term: 1 or 2; not of texts in characters.</summary>
    public int WordNgrams { get; set; } = 2;

    /// <summary>The most characters of a piece of a word, 2 to 5; 0 for no pieces; not of texts in characters.</summary>
    public int CharNgrams { get; set; } = TermKeys.LookBack + 1;

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
    /// <param name="old">A table whose terms are kept and come first, with the rarities they have; null for none.</param>
    /// <returns>The table, the rows, and df, in how many texts each term stands, [F].</returns>
    public (TermTable Terms, SparseRows Rows, int[] TextsWith) Keep(int limit, TermTable? old = null)
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
        return old is null
            ? (new TermTable(names, rarity, _kind), Weighed(columnOf, rarity), textsWith)
            : Behind(old, limit, columnOf, names, rarity, textsWith);
    }

    // Old terms keep their columns; the others come behind them, as many as there is room for.
    private (TermTable Terms, SparseRows Rows, int[] TextsWith) Behind(
        TermTable old, int limit, int[] columnOf, string[] names, float[] rarity, int[] textsWith)
    {
        var allNames = new List<string>(old.Names);
        var allRarity = new List<float>(old.Rarity.ToArray());
        // A term of no text is never stepped on; 1 keeps its penalty a number.
        var allTexts = new List<int>(Enumerable.Repeat(1, old.Count));
        int[] place = new int[names.Length];
        for (int column = 0; column < names.Length; column++)
        {
            if (old.Find(TermKeys.Of(names[column])) is { } before)
            {
                place[column] = before;
                allTexts[before] = textsWith[column];
            }
            else if (allNames.Count < Math.Max(limit, old.Count))
            {
                place[column] = allNames.Count;
                allNames.Add(names[column]);
                allRarity.Add(rarity[column]);
                allTexts.Add(textsWith[column]);
            }
            else
            {
                place[column] = -1;
            }
        }
        for (int i = 0; i < columnOf.Length; i++)
            columnOf[i] = columnOf[i] < 0 ? -1 : place[columnOf[i]];
        float[] all = [.. allRarity];
        return (new TermTable(allNames, all, _kind), Weighed(columnOf, all), [.. allTexts]);
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
        if (WordNgrams == 1 && _kind != TokenKind.Char)
            row.Keys.AddRange(tokens.Select(token => TermKeys.Of(token)));
        else
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
        if (CharNgrams > TermKeys.LookBack)
            return [.. keys.Select(ColumnOf)];
        // A piece is written with a blank before it.
        IEnumerable<int> lengths = TermKeys.NamesOfToken(_corpus.Tokens[token], _kind)
            .Select(piece => piece.EnumerateRunes().Count() - 1);
        return [.. keys.Zip(lengths).Where(piece => piece.Second <= CharNgrams).Select(piece => ColumnOf(piece.First))];
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
            if (keys.Any(key => Column(key) is >= 0 and var column && names[column] is null))
                Name(keys, TermKeys.NamesOfText(tokens, _kind));
        }
        return names;

        void Name(List<ulong> keys, IEnumerable<string> written)
        {
            int i = 0;
            foreach (string name in written)
            {
                int column = Column(keys[i++]);
                if (column >= 0)
                    names[column] ??= name;
            }
        }

        // Terms that are longer than wanted have none.
        int Column(ulong key) => _columns.TryGetValue(key, out int found) ? columnOf[found] : -1;
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
