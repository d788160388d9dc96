using Unroll.Terms;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Terms;

public class TermKeysTests
{
    [Fact]
    public void A_text_has_its_words_and_pairs_with_its_edges()
    {
        string[] names = [.. TermKeys.NamesOfText(["not", "so", "good"], TokenKind.Word)];
        Assert.Equal(["not", "▁ not", "so", "not so", "good", "so good", "good ▁"], names);
        Assert.Empty(TermKeys.NamesOfText([], TokenKind.Word));
    }

    [Fact]
    public void A_word_has_its_pieces_of_two_to_five_characters()
    {
        string[] names = [.. TermKeys.NamesOfToken("ab", TokenKind.Word)];
        Assert.Equal([" ▁a", " ▁ab", " ▁ab▁", " ab", " ab▁", " b▁"], names);
        // A character outside the basic plane is not cut.
        Assert.Equal([" ▁😀", " ▁😀▁", " 😀▁"], TermKeys.NamesOfToken("😀", TokenKind.Word));
        Assert.Empty(TermKeys.NamesOfToken("a", TokenKind.Char));
    }

    [Fact]
    public void Characters_have_pieces_of_one_to_five_over_the_whole_text()
    {
        string[] names = [.. TermKeys.NamesOfText(["a", "b"], TokenKind.Char)];
        Assert.Equal([" a", " ▁a", " b", " ab", " ▁ab", " b▁", " ab▁", " ▁ab▁"], names);
        string[] six = [.. TermKeys.NamesOfText([.. "abcdef".Select(c => c.ToString())], TokenKind.Char)];
        Assert.Contains(" abcde", six);
        Assert.DoesNotContain(six, name => name.Length > 6);
    }

    [Theory]
    [InlineData(TokenKind.Word)]
    [InlineData(TokenKind.Whitespace)]
    [InlineData(TokenKind.Char)]
    public void Keys_are_those_of_the_names_in_the_same_order(TokenKind kind)
    {
        string[] tokens = ["the", "movie", "ist", "schön", "😀", "a", "b", "c"];
        var keys = new List<ulong>();
        TermKeys.AddOfText(tokens, kind, keys);
        Assert.Equal(TermKeys.NamesOfText(tokens, kind).Select(term => TermKeys.Of(term)), keys);
        keys.Clear();
        foreach (string token in tokens)
            TermKeys.AddOfToken(token, kind, keys);
        Assert.Equal(tokens.SelectMany(token => TermKeys.NamesOfToken(token, kind)).Select(term => TermKeys.Of(term)), keys);
    }

    [Fact]
    public void A_key_is_fnv_1a()
    {
        // Of the published test vectors, whose bytes are code units here.
        Assert.Equal(0xCBF29CE484222325, TermKeys.Of(""));
        Assert.Equal(0xAF63DC4C8601EC8C, TermKeys.Of("a"));
        Assert.Equal(0x85944171F73967E8, TermKeys.Of("foobar"));
    }
}
