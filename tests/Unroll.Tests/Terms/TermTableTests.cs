using Unroll.Data;
using Unroll.Terms;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Terms;

public class TermTableTests
{
    private static readonly double Half = 0.5;

    [Fact]
    public void A_text_becomes_its_weighed_terms_of_length_1()
    {
        (TermTable terms, SparseRows rows, int[] textsWith) = Keep(["g h g", "h", "i h"], limit: 1000);
        Dictionary<string, int> columns = terms.Names.Select((name, column) => (name, column)).ToDictionary();
        Assert.Equal([1, 3, 1, 1, 1], new[] { "g", "h", "g h", "h g", "i" }.Select(term => textsWith[columns[term]]));

        // Rare terms stand in one of three texts, h and its pieces in all; "▁ h" and "h ▁" in one and two.
        double rare = 1 + Math.Log(4.0 / 2), common = 1 + Math.Log(4.0 / 4), twice = 1 + Math.Log(2);
        var expected = new Dictionary<string, double>
        {
            ["g"] = twice * rare,
            ["h"] = common,
        };
        foreach (string pair in new[] { "▁ g", "g h", "h g", "g ▁" })
            expected.Add(pair, rare);
        foreach (string piece in new[] { " ▁g", " ▁g▁", " g▁" })
            expected.Add(piece, twice * rare * Half);
        foreach (string piece in new[] { " ▁h", " ▁h▁", " h▁" })
            expected.Add(piece, common * Half);
        double length = Math.Sqrt(expected.Values.Sum(value => value * value));
        Dictionary<string, double> found = Named(terms, rows, row: 0);
        Assert.Equal(expected.Keys.Order(), found.Keys.Order());
        Assert.All(expected, term => Assert.Equal(term.Value / length, found[term.Key], 1e-6));
    }

    [Fact]
    public void A_text_that_is_read_later_becomes_the_same_row()
    {
        string[] texts = ["the movie is good !", "the movie is bad . bad", "so so"];
        Corpus corpus = CorpusOf(texts);
        (TermTable terms, SparseRows rows, _) = Keep(texts, limit: 1000);
        SparseRows again = terms.Read(corpus, null);
        var row = new TermRow();
        for (int text = 0; text < texts.Length; text++)
        {
            Assert.Equal(rows.ColumnsOf(text), again.ColumnsOf(text));
            Assert.Equal(rows.ValuesOf(text), again.ValuesOf(text));
            terms.Read(corpus.Tokenizer.Tokenize(texts[text]), row);
            Assert.Equal(rows.ColumnsOf(text), [.. row.Columns]);
            Assert.Equal(rows.ValuesOf(text), [.. row.Values]);
        }
    }

    [Fact]
    public void Unknown_terms_have_no_column_and_can_leave_a_row_empty()
    {
        (TermTable terms, _, _) = Keep(["abc", "abd"], limit: 1000);
        var row = new TermRow();
        terms.Read(["xyz"], row);
        Assert.Empty(row.Columns);
        // Of a word with a slip its pieces are known.
        terms.Read(["abx"], row);
        Assert.Equal([" ab", " ▁a", " ▁ab"], row.Columns.Select(column => terms.Names[column]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Past_the_limit_the_terms_of_most_texts_stay()
    {
        (TermTable terms, SparseRows rows, int[] textsWith) = Keep(["a b", "a c", "a b", "d"], limit: 5);
        Assert.Equal(5, terms.Count);
        Assert.Equal(["a", "▁ a", " ▁a", " ▁a▁", " a▁"], terms.Names);
        Assert.Equal([3, 3, 3, 3, 3], textsWith);
        Assert.True(rows.ColumnsOf(3).IsEmpty);
    }

    [Fact]
    public void A_term_that_stands_twice_is_refused()
    {
        string found = Assert.Throws<InputException>(
            () => new TermTable(["good", "bad", "good"], [1, 1, 1], TokenKind.Word)).Message;
        Assert.Equal("the term \"good\" stands twice, expected every term once", found);
    }

    private static (TermTable Terms, SparseRows Rows, int[] TextsWith) Keep(string[] texts, int limit)
    {
        var counts = new TermCounts(CorpusOf(texts));
        counts.Add(Enumerable.Range(0, texts.Length));
        return counts.Keep(limit);
    }

    private static Corpus CorpusOf(string[] texts)
    {
        var corpus = new Corpus(new Tokenizer(TokenKind.Word));
        corpus.AddRange(texts.Select(text => new LabelledText("x", text)));
        return corpus;
    }

    private static Dictionary<string, double> Named(TermTable terms, SparseRows rows, int row)
    {
        float[] values = rows.ValuesOf(row).ToArray();
        return rows.ColumnsOf(row).ToArray().Select((column, i) => (terms.Names[column], (double)values[i])).ToDictionary();
    }
}
