using System.Diagnostics.CodeAnalysis;

namespace Unroll.Text;

/// <summary>How a text is cut into tokens.</summary>
public enum TokenKind
{
    /// <summary>At white space: for text that is already tokenised, or whose words are all that matters.</summary>
    Whitespace,

    /// <summary>
    /// Words and numbers; punctuation marks and symbols are tokens of their own. Text of scripts that are written without spaces
    /// falls to one token a character.
    /// </summary>
    Word,

    /// <summary>
    /// Characters as a reader sees them (Unicode's extended grapheme clusters). Each run of white space is one token, <c>▁</c>.
    /// </summary>
    [SuppressMessage("Naming", "CA1720", Justification = "Its name in config.json is char")]
    Char,
}

/// <summary>Cuts texts into tokens; the <c>tokens</c> entry of a model's <c>config.json</c>.</summary>
/// <param name="Kind">Where the text is cut.</param>
/// <param name="Lowercase">Whether upper-case letters become lower-case first, by Unicode's rules without a culture.</param>
/// <remarks>
/// No token is empty or holds white space, so a vocabulary file can hold every token. <c>docs/data.md</c> has examples.
/// </remarks>
public sealed record Tokenizer(TokenKind Kind = TokenKind.Whitespace, bool Lowercase = true)
{
    /// <summary>The tokens of a text, in order.</summary>
    /// <param name="text">
    /// Any text; one that is empty or all white space has no tokens. Half a surrogate pair is read as U+FFFD, for it cannot be
    /// written.
    /// </param>
    public string[] Tokenize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string whole = WithoutLoneSurrogates(text);
        // .NET leaves the one letter whose lower case differs from language to language; Unicode's own mapping is i.
        string cased = Lowercase ? whole.ToLowerInvariant().Replace('İ', 'i') : whole;
        return Kind switch
        {
            TokenKind.Word => WordTokens.Cut(cased),
            TokenKind.Char => GraphemeTokens.Cut(cased),
            TokenKind.Whitespace => cased.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries),
            _ => throw new InvalidOperationException($"no kind of tokens {Kind}"),
        };
    }

    // Two different halves would be one character in vocabulary.txt, and the file could not be read back.
    private static string WithoutLoneSurrogates(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return text;
        return string.Concat(text.EnumerateRunes());
    }
}
