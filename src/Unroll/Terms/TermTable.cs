using System.Runtime.InteropServices;
using Unroll.Text;

namespace Unroll.Terms;

/// <summary>
/// The terms that a linear model weighs, each with a column of its own, and the row of numbers that a text becomes.
/// </summary>
/// <remarks>
/// <code>
/// x_j = (1 + log tf_j) r_j,  x / ‖x‖₂          r_j = (1 + log((1 + n) / (1 + df_j))) · (½ for a piece of a token)
/// </code>
/// tf: how often the term stands in the text, df: in how many of the n texts of the training it stood. Salton and Buckley,
/// "Term-weighting approaches in automatic text retrieval", 1988; smoothed as if one more text held every term once.
/// </remarks>
internal sealed class TermTable
{
    private readonly TermColumns _columns;
    private readonly float[] _rarity;
    private readonly TokenKind _kind;

    /// <summary>Makes a table of terms.</summary>
    /// <param name="names">The terms as they are written (<see cref="TermKeys"/>); column j is the j-th.</param>
    /// <param name="rarity">r, [F].</param>
    /// <param name="kind">What a token is.</param>
    /// <exception cref="InputException">A term stands twice, or the numbers are not as many as the terms.</exception>
    public TermTable(IReadOnlyList<string> names, float[] rarity, TokenKind kind)
    {
        if (names.Count != rarity.Length)
            throw new InputException($"{names.Count} terms and {rarity.Length} rarities, expected as many of both");
        (Names, _rarity, _kind) = (names, rarity, kind);
        _columns = new TermColumns(names.Count);
        for (int column = 0; column < names.Count; column++)
        {
            if (!_columns.TryAdd(names is TermNames lines ? lines.KeyOf(column) : TermKeys.Of(names[column])))
                throw new InputException($"the term \"{names[column]}\" stands twice, expected every term once");
        }
    }

    /// <summary>The terms as they are written.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>F: the number of terms.</summary>
    public int Count => Names.Count;

    /// <summary>r, [F].</summary>
    public ReadOnlyMemory<float> Rarity => _rarity;

    /// <summary>The column of a term's key; null for a term that is not weighed.</summary>
    public int? Find(ulong key) => _columns.Find(key) is >= 0 and var column ? column : null;

    /// <summary>Turns a text into a row; terms without a column do not count.</summary>
    /// <param name="tokens">The text's tokens.</param>
    /// <param name="row">Overwritten.</param>
    public void Read(ReadOnlySpan<string> tokens, TermRow row)
    {
        row.Keys.Clear();
        row.Columns.Clear();
        TermKeys.AddOfText(tokens, _kind, row.Keys);
        foreach (string token in tokens)
            TermKeys.AddOfToken(token, _kind, row.Keys);
        AddColumns(row.Keys, row.Columns);
        Finish(row);
    }

    /// <summary>Turns texts of a corpus into rows.</summary>
    /// <param name="corpus">Has the texts.</param>
    /// <param name="rows">Which of them; null for all.</param>
    public SparseRows Read(Corpus corpus, IReadOnlyList<int>? rows)
    {
        var sparse = new SparseRows();
        var row = new TermRow();
        var tokens = new List<string>();
        // A token's pieces are looked up once.
        int[]?[] piecesOfToken = new int[]?[corpus.Tokens.Count];
        foreach (int text in rows ?? [.. Enumerable.Range(0, corpus.Count)])
        {
            row.Keys.Clear();
            row.Columns.Clear();
            tokens.Clear();
            foreach (int token in corpus.TokensOf(text))
                tokens.Add(corpus.Tokens[token]);
            TermKeys.AddOfText(CollectionsMarshal.AsSpan(tokens), _kind, row.Keys);
            AddColumns(row.Keys, row.Columns);
            foreach (int token in corpus.TokensOf(text))
                row.Columns.AddRange(piecesOfToken[token] ??= PiecesOf(corpus.Tokens[token]));
            Finish(row);
            sparse.Add(row);
        }
        return sparse;
    }

    private int[] PiecesOf(string token)
    {
        var keys = new List<ulong>();
        var columns = new List<int>();
        TermKeys.AddOfToken(token, _kind, keys);
        AddColumns(keys, columns);
        return [.. columns];
    }

    private void AddColumns(List<ulong> keys, List<int> columns)
    {
        foreach (ulong key in CollectionsMarshal.AsSpan(keys))
        {
            if (_columns.Find(key) is >= 0 and var column)
                columns.Add(column);
        }
    }

    private void Finish(TermRow row)
    {
        row.CountColumns();
        Weigh(CollectionsMarshal.AsSpan(row.Columns), CollectionsMarshal.AsSpan(row.Values), _rarity);
    }

    /// <summary>Makes a row's numbers of how often its terms stand in the text.</summary>
    /// <param name="columns">The columns of the row.</param>
    /// <param name="values">tf; x afterwards.</param>
    /// <param name="rarity">r, [F].</param>
    public static void Weigh(ReadOnlySpan<int> columns, Span<float> values, ReadOnlySpan<float> rarity)
    {
        float squares = 0;
        for (int i = 0; i < columns.Length; i++)
        {
            values[i] = (1 + MathF.Log(values[i])) * rarity[columns[i]];
            squares += values[i] * values[i];
        }
        if (squares == 0)
            return;
        float scale = 1 / MathF.Sqrt(squares);
        foreach (ref float value in values)
            value *= scale;
    }
}
