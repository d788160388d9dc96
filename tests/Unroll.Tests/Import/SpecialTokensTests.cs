using Unroll.Import;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Import;

/// <summary>Padding and unknown word are found by their names, never by their places, and never swapped.</summary>
public class SpecialTokensTests
{
    [Theory]
    [InlineData("<pad> <unk> a fine dull tune", "<pad>", "<unk>")]
    [InlineData("<unk> <pad> a fine dull tune", "<pad>", "<unk>")]
    [InlineData("<UNK> <PAD> a fine dull tune", "<PAD>", "<UNK>")]
    [InlineData("<PAD> <UNK> a fine dull tune", "<PAD>", "<UNK>")]
    [InlineData("a fine dull tune <Unk> <Pad>", "<Pad>", "<Unk>")]
    [InlineData("a [UNK] fine [PAD] dull tune", "[PAD]", "[UNK]")]
    [InlineData("UNK PAD a fine dull tune", "PAD", "UNK")]
    [InlineData("a fine dull tune PAD UNK", "PAD", "UNK")]
    [InlineData("<oov> <blank> a fine dull tune", "<blank>", "<oov>")]
    [InlineData("<blank> <unk> <s> fine dull tune", "<blank>", "<unk>")]
    [InlineData("_PAD _GO _EOS _UNK fine tune", "_PAD", "_UNK")]
    [InlineData("@@PADDING@@ @@UNKNOWN@@ a fine dull tune", "@@PADDING@@", "@@UNKNOWN@@")]
    [InlineData("__UNK__ __PAD__ a fine dull tune", "__PAD__", "__UNK__")]
    [InlineData("#UNK# #PAD# a fine dull tune", "#PAD#", "#UNK#")]
    [InlineData("{unk} {pad} a fine dull tune", "{pad}", "{unk}")]
    [InlineData("<|unk|> <|pad|> a fine dull tune", "<|pad|>", "<|unk|>")]
    [InlineData("<unk_token> <pad_token> a fine dull tune", "<pad_token>", "<unk_token>")]
    [InlineData("<UNKNOWN> <PADDING> a fine dull tune", "<PADDING>", "<UNKNOWN>")]
    [InlineData("[OOV] [NULL] a fine dull tune", "[NULL]", "[OOV]")]
    [InlineData("<out-of-vocabulary> <pad/> a fine dull tune", "<pad/>", "<out-of-vocabulary>")]
    [InlineData("pad unk a fine dull tune", "pad", "unk")]
    [InlineData("-OOV- a fine dull tune pad", null, "-OOV-")]
    // Ordinary words beside special ones stay words.
    [InlineData("<unk> a fine unknown pad tune", null, "<unk>")]
    [InlineData("UNK a NULL BLANK PADDING tune", null, "UNK")]
    [InlineData("<unk> <pad> [unk] unk PAD UNK", "<pad>", "<unk>")]
    [InlineData("[UNK] [PAD] (unknown) [unknown] ##pad \"unknown\"", "[PAD]", "[UNK]")]
    public void They_are_known_in_any_spelling_and_place(string tokens, string? padding, string unknown)
    {
        string[] words = tokens.Split(' ');
        int[] foundPadding = SpecialTokens.FindPadding(words);
        Assert.Equal(padding, foundPadding.Length == 1 ? words[foundPadding[0]] : null);
        Assert.Equal(unknown, words[Assert.Single(SpecialTokens.FindUnknown(words))]);
        if (words.Distinct().Count(word => word is "<unk>" or "<pad>") == 2 && words[0] == "<unk>" && words[2] == "[unk]")
            return;

        using var file = new StateDictFile();
        ImportedModel model = file.Import(string.Join('\n', words));
        // What the rows answer, read as words.
        var renamed = words.Select((_, row) => $"row{row}");
        ImportedModel rows = file.Import(
            string.Join('\n', renamed), options => options with { Unknown = UnknownWords.Refuse });
        double expected = StateDictFile.Good(rows, $"row{Array.IndexOf(words, unknown)}");
        Assert.Equal(expected, StateDictFile.Good(model, "zzz"), 6);
        Assert.True(model.Classifier.Predict("").IsNone);
    }

    [Theory]
    [InlineData("a fine dull tune unknown pad")]
    [InlineData("a fine (unknown) unknown, \"unk blank")]
    [InlineData("the was pad blank unknown null")]
    public void Ordinary_words_are_none(string tokens)
    {
        string[] words = tokens.Split(' ');
        Assert.Empty(SpecialTokens.FindUnknown(words));
        Assert.Empty(SpecialTokens.FindPadding(words));
        using var file = new StateDictFile();
        Assert.StartsWith(
            "v.txt: no token is known as the unknown word, such as <unk> or [UNK]; the first are ",
            file.Error(string.Join('\n', words)), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_that_can_be_it_are_asked_for()
    {
        using var file = new StateDictFile();
        const string two = "[PAD]\n[UNK]\n<UNK>\n<PAD>\nfine\ndull\n";
        Assert.Equal(
            "v.txt: [UNK] (line 2) and <UNK> (line 3) can each be the unknown word; give TorchImportOptions.UnknownToken = "
                + "NAME if "
                + "the model has such a token, TorchImportOptions.Unknown = Drop if the model drops words that it does not "
                + "know, or "
                + "TorchImportOptions.Unknown = Refuse to refuse such texts",
            file.Error(two));
        Assert.Equal(
            "v.txt: [PAD] (line 1) and <PAD> (line 4) can each be the padding; give TorchImportOptions.Padding = NAME",
            file.Error(two, options => options with { Unknown = UnknownWords.Drop }));
        ImportedModel model = file.Import(two, options => options with { UnknownToken = "<UNK>", Padding = "[PAD]" });
        Assert.Equal(["<pad>", "<unk>", "[UNK]", "<PAD>", "fine", "dull"], model.Classifier.Vocabulary.Tokens);
        Assert.Equal("[PAD] (line 1) is read as the padding and <UNK> (line 3) as the unknown word", model.Notes[0]);
    }

    [Fact]
    public void Told_names_win_and_a_wrong_one_is_an_error()
    {
        using var file = new StateDictFile();
        const string words = "NIL\nRARE\na\nfine\ndull\ntune\n";
        ImportedModel model = file.Import(words, options => options with { UnknownToken = "RARE", Padding = "NIL" });
        Assert.Equal(["<pad>", "<unk>", "a", "fine", "dull", "tune"], model.Classifier.Vocabulary.Tokens);
        Assert.Equal("NIL (line 1) is read as the padding and RARE (line 2) as the unknown word", model.Notes[0]);
        Assert.Equal(
            "v.txt: no token is \"rare\", as TorchImportOptions.UnknownToken says; did you mean "
                + "TorchImportOptions.UnknownToken = "
                + "\"RARE\"?",
            file.Error(words, options => options with { UnknownToken = "rare" }));
        Assert.Equal(
            "v.txt: no token is \"<padding-token>\", as TorchImportOptions.Padding says; give it as the vocabulary has it",
            file.Error(words, options => options with { UnknownToken = "RARE", Padding = "<padding-token>" }));
        Assert.Equal(
            "TorchImportOptions.Padding = \"NIL\" is the unknown word too, expected two tokens",
            file.Error(words, options => options with { UnknownToken = "NIL", Padding = "NIL" }));
        Assert.Contains(
            "is for models that read unknown words as that token",
            file.Error(words, options => options with { UnknownToken = "NIL", Unknown = UnknownWords.Drop }),
            StringComparison.Ordinal);
        Assert.Equal(
            "v.txt: <unk> (line 2) is a word beside the special tokens that were told, and Unroll's own special token has its "
                + "name; rename it",
            file.Error("NIL\n<unk>\nRARE\na\nb\nc\n", options => options with { UnknownToken = "RARE" }));
    }
}
