using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Text;

public sealed class CorpusTests
{
    [Fact]
    public void Keeps_numbers_labels_and_hashes_but_no_texts()
    {
        var train = new Corpus(new Tokenizer());
        train.Add("good", "A film a film");
        train.Add("bad", "");
        Corpus dev = train.CreateSharing();
        dev.Add("odd", "the film");
        dev.Add("good", "A film a film");

        Assert.Equal([0, 1, 0, 1], train.TokensOf(0));
        Assert.True(train.TokensOf(1).IsEmpty);
        Assert.Equal([2, 1], dev.TokensOf(0));
        Assert.Equal(["a", "film", "the"], train.Tokens);
        Assert.Equal(["good", "bad", "odd"], train.Labels);
        Assert.Equal((2, 4, 2, 6), (train.Count, train.TokenCount, dev.Count, dev.TokenCount));
        Assert.Equal(train.HashOf(0), dev.HashOf(1));
        Assert.NotEqual(train.HashOf(0), dev.HashOf(0));
    }

    [Fact]
    public void Labels_are_distinct_in_ordinal_order_and_at_least_two()
    {
        var corpus = new Corpus(new Tokenizer());
        corpus.AddRange([new("b", ""), new("B", ""), new("a", ""), new("b", "")]);
        Assert.Equal(["B", "a", "b"], corpus.DistinctLabels([0, 1, 2, 3]));
        InputException e = Assert.Throws<InputException>(() => corpus.DistinctLabels([0, 3]));
        Assert.Contains("has the label \"b\"", e.Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => corpus.DistinctLabels([]));
    }
}
