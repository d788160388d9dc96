using System.Globalization;
using Unroll.Data;
using Unroll.Storage;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Text;

public class TokenizerTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData(" \t\u3000\n", "")]
    [InlineData("A gorgeous, witty film!", "A|gorgeous|,|witty|film|!")]
    [InlineData("don't l'homme don\u2019t rock'n'roll 90's", "don't|l'homme|don\u2019t|rock'n'roll|90's")]
    [InlineData("'tis the dogs' 'quoted'", "'|tis|the|dogs|'|'|quoted|'")]
    [InlineData("$3.50, 1,000.25 v2.0 1.", "$|3.50|,|1,000.25|v2.0|1|.")]
    [InlineData("a.b 1,b .5 U.S.", "a|.|b|1|,|b|.|5|U|.|S|.")]
    [InlineData("so... good!! well-known (yes)", "so|...|good|!!|well|-|known|(|yes|)")]
    [InlineData("wow!!!!!!! --?!", "wow|!!!|!!!|!|--|?|!")]
    [InlineData("snake_case me@x.org #tag <pad>", "snake|_|case|me|@|x|.|org|#|tag|<|pad|>")]
    [InlineData("Café Straße cafe\u0301 Ångström", "Café|Straße|cafe\u0301|Ångström")]
    [InlineData("Это хорошо, не так ли?", "Это|хорошо|,|не|так|ли|?")]
    [InlineData("Καλημέρα κόσμε·", "Καλημέρα|κόσμε|·")]
    [InlineData("هٰذَا فِيلْمٌ جَيِّدٌ، ١٢٫٥؟", "هٰذَا|فِيلْمٌ|جَيِّدٌ|،|١٢٫٥|؟")]
    [InlineData("می\u200Cخواهم soft\u00ADhyphen", "می\u200Cخواهم|soft\u00ADhyphen")]
    [InlineData("हिन्दी में अच्छा।", "हिन्दी|में|अच्छा|।")]
    [InlineData("이 영화는 좋다", "이|영화는|좋다")]
    [InlineData("電影很好。iPhone15が好き", "電|影|很|好|。|iPhone15|が|好|き")]
    [InlineData("カラー ｶﾗｰ 〇", "カ|ラ|ー|ｶ|ﾗ|ｰ|〇")]
    [InlineData("ดีมาก ๑๒", "ดี|ม|า|ก|๑๒")]
    [InlineData("\U00020000\U00020001x", "\U00020000|\U00020001|x")]
    [InlineData("nice👍🏽👍🏽 👨‍👩‍👧 🇩🇪🇫🇷 ❤️", "nice|👍🏽|👍🏽|👨‍👩‍👧|🇩🇪|🇫🇷|❤️")]
    [InlineData("1️⃣ #️⃣ m² ½", "1️⃣|#️⃣|m²|½")]
    [InlineData("a\u200Bb\u0000c\uFEFF d", "a|b|c\uFEFF|d")]
    [InlineData("¡qué «bien» — sí… ™ €5", "¡|qué|«|bien|»|—|sí|…|™|€|5")]
    [InlineData("!!\u0301", "!|!\u0301")]
    [InlineData("\u0600 x", "x")]
    public void Words(string text, string expected) =>
        AssertTokens(new Tokenizer(TokenKind.Word, Lowercase: false), text, expected);

    [Theory]
    [InlineData("", "")]
    [InlineData("  \n", "")]
    [InlineData("  a b\t\tc ", "a|▁|b|▁|c")]
    [InlineData("cafe\u0301", "c|a|f|e\u0301")]
    [InlineData("👍🏽👨‍👩‍👧x", "👍🏽|👨‍👩‍👧|x")]
    [InlineData("हिंदी", "हिं|दी")]
    [InlineData("a \u0301b", "a|▁|\u0301|b")]
    [InlineData("\u0600 x\u0600\r\ny", "\u0600|▁|x|\u0600|▁|y")]
    public void Characters(string text, string expected) =>
        AssertTokens(new Tokenizer(TokenKind.Char, Lowercase: false), text, expected);

    [Theory]
    [InlineData(TokenKind.Whitespace, "ÉTÉ À PARIS", "été|à|paris")]
    [InlineData(TokenKind.Word, "ÉTÉ: DON'T", "été|:|don't")]
    [InlineData(TokenKind.Char, "ÉT É", "é|t|▁|é")]
    [InlineData(TokenKind.Word, "İYİ IŞIK ışık", "iyi|işik|ışık")]
    public void Lower_case_applies_to_every_kind(TokenKind kind, string text, string expected) =>
        AssertTokens(new Tokenizer(kind), text, expected);

    [Theory]
    [InlineData(TokenKind.Whitespace)]
    [InlineData(TokenKind.Word)]
    [InlineData(TokenKind.Char)]
    public void Half_a_surrogate_pair_is_the_replacement_character(TokenKind kind) =>
        Assert.Equal("\uFFFD", Assert.Single(new Tokenizer(kind).Tokenize("\uD800")));

    /// <summary>The worst case for a vocabulary: any characters in any order.</summary>
    [Theory]
    [InlineData(TokenKind.Whitespace)]
    [InlineData(TokenKind.Word)]
    [InlineData(TokenKind.Char)]
    public void Every_token_of_any_text_can_stand_in_a_vocabulary(TokenKind kind)
    {
        var random = new Random(1);
        string[] texts = [.. Enumerable.Range(0, 2000).Select(_ => RandomText(random))];
        var corpus = new Corpus(new Tokenizer(kind));
        corpus.AddRange(texts.Select(text => new LabelledText("x", text)));
        Vocabulary vocabulary = Vocabulary.Build(corpus);
        string[] lines = string.Join('\n', vocabulary.Tokens).Split('\n');
        Assert.Equal(vocabulary.Tokens, new Vocabulary(lines, UnknownWords.Token).Tokens);
        Assert.All(
            texts.Select(corpus.Tokenizer.Tokenize),
            tokens => Assert.DoesNotContain(1, tokens.Length == 0 ? [] : vocabulary.Encode(tokens)));
    }

    /// <summary>Nothing that is seen gets lost: tokens in order are the text without what parts them.</summary>
    [Fact]
    public void Words_hold_every_visible_character()
    {
        var random = new Random(2);
        for (int i = 0; i < 2000; i++)
        {
            string text = RandomText(random);
            string joined = string.Concat(new Tokenizer(TokenKind.Word, Lowercase: false).Tokenize(text));
            Assert.Equal(Visible(text), Visible(joined));
        }

        static string Visible(string text) => string.Concat(text.EnumerateRunes().Where(rune =>
            !System.Text.Rune.IsWhiteSpace(rune)
                && System.Text.Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format)));
    }

    [Theory]
    [InlineData(TokenKind.Whitespace, "whitespace")]
    [InlineData(TokenKind.Word, "word")]
    [InlineData(TokenKind.Char, "char")]
    public void The_kind_is_written_to_a_models_config_and_read_back(TokenKind kind, string name)
    {
        var config = new ModelConfig { Embedding = 2, Hidden = 2, Labels = ["a", "b"], Tokens = new Tokenizer(kind) };
        byte[] json = ModelConfigJson.Write(config);
        Assert.Contains($"\"kind\": \"{name}\"", System.Text.Encoding.UTF8.GetString(json), StringComparison.Ordinal);
        Assert.Equal(config.Tokens, ModelConfigJson.Read(json, "config.json").Tokens);
    }

    private static void AssertTokens(Tokenizer tokenizer, string text, string expected) =>
        Assert.Equal(expected.Split('|', StringSplitOptions.RemoveEmptyEntries), tokenizer.Tokenize(text));

    private static string RandomText(Random random)
    {
        char[] text = new char[random.Next(12)];
        for (int i = 0; i < text.Length; i++)
            text[i] = (char)(random.Next(3) == 0 ? random.Next(0x80) : random.Next(0x10000));
        return new string(text);
    }
}
