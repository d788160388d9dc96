using Unroll.Data;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Text;

public class VocabularyTests
{
    [Fact]
    public void Tokens_are_cut_at_any_white_space_and_lowered_on_demand()
    {
        Assert.Equal(["a", "gorgeous", ",", "été"], new Tokenizer().Tokenize("  A\u00A0gorgeous ,\u3000ÉTÉ "));
        Assert.Equal(["A", "b"], new Tokenizer(Lowercase: false).Tokenize("A b"));
        Assert.Empty(new Tokenizer().Tokenize(" \t "));
    }

    [Fact]
    public void The_most_frequent_tokens_come_first_after_the_special_ones()
    {
        Vocabulary vocabulary = Vocabulary.Build(Texts("b a c a", "c a <pad> <unk>"));
        Assert.Equal(["<pad>", "<unk>", "a", "c", "b"], vocabulary.Tokens);
    }

    [Fact]
    public void A_minimum_count_and_a_maximum_size_keep_the_most_frequent_tokens()
    {
        Corpus texts = Texts("b a c a d", "c a <pad> <pad> <pad>");
        Assert.Equal(["<pad>", "<unk>", "a", "c"], Vocabulary.Build(texts, minimumCount: 2).Tokens);
        Assert.Equal(["<pad>", "<unk>", "a", "c", "b"], Vocabulary.Build(texts, maximumSize: 5).Tokens);
        Assert.Equal(["<pad>", "<unk>", "a"], Vocabulary.Build(texts, minimumCount: 2, maximumSize: 3).Tokens);
        Assert.Equal(["<pad>", "<unk>"], Vocabulary.Build(Texts(""), minimumCount: 2).Tokens);
    }

    [Fact]
    public void Limits_that_leave_no_word_are_refused()
    {
        AssertRefused("no token occurs 3 times, the most frequent one occurs 2", 3, 10);
        AssertRefused("the minimum count of the vocabulary is 0, expected at least 1", 0, 10);
        AssertRefused("the maximum size of the vocabulary is 2, expected at least 3", 1, 2);

        static void AssertRefused(string expected, int minimumCount, int maximumSize) => Assert.StartsWith(
            expected,
            Assert.Throws<InputException>(() => Vocabulary.Build(Texts("a b a"), null, minimumCount, maximumSize)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_words_empty_texts_and_the_padding_token_are_read_as_unknown()
    {
        Vocabulary vocabulary = Vocabulary.Build(Texts("a b"));
        Assert.Equal([3, 1, 2, 1, 1], vocabulary.Encode(["b", "zzz", "a", "<pad>", "<unk>"]));
        Assert.Equal([1], vocabulary.Encode([]));
    }

    [Fact]
    public void A_closed_vocabulary_names_the_unknown_word_and_the_known_ones()
    {
        var vocabulary = new Vocabulary(["The", "movie"], UnknownWords.Refuse);
        Assert.Equal([1, 0], vocabulary.Encode(["movie", "The"]));
        Assert.Equal(
            "unknown word \"film\"; known words: The, movie",
            Assert.Throws<InputException>(() => vocabulary.Encode(["The", "film"])).Message);
        Assert.Throws<InputException>(() => vocabulary.Encode([]));
    }

    [Fact]
    public void Broken_lists_are_refused()
    {
        Assert.Throws<InputException>(() => new Vocabulary(["a", "a"], UnknownWords.Refuse));
        Assert.Throws<InputException>(() => new Vocabulary(["a", ""], UnknownWords.Refuse));
        Assert.Throws<InputException>(() => new Vocabulary(["a b"], UnknownWords.Refuse));
        Assert.Throws<InputException>(() => new Vocabulary([], UnknownWords.Refuse));
        Assert.Throws<InputException>(() => new Vocabulary(["a", "b"], UnknownWords.Token));
    }

    private static Corpus Texts(params string[] texts)
    {
        var corpus = new Corpus(new Tokenizer());
        corpus.AddRange(texts.Select(text => new LabelledText("x", text)));
        return corpus;
    }
}
