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

/// <summary>Gives the token of some characters.</summary>
internal delegate string TokenOfCharacters(ReadOnlySpan<char> characters);

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
        string cased = Lowercase ? ToLower(whole) : whole;
        var tokens = new List<string>(cased.Length / 4 + 1);
        Cut(cased, tokens, GraphemeTokens.Text);
        return [.. tokens];
    }

    /// <summary>Adds the tokens of a text to a list, with strings of a pool.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="pool">Gives the strings.</param>
    /// <param name="tokens">Added to.</param>
    internal void Tokenize(string text, TokenPool pool, List<string> tokens)
    {
        ArgumentNullException.ThrowIfNull(text);
        string whole = WithoutLoneSurrogates(text);
        Cut(Lowercase ? pool.ToLower(whole) : whole, tokens, pool.Token);
    }

    /// <summary>A text in lower case, by Unicode's rules without a culture.</summary>
    internal static string ToLower(string text) =>
        // .NET leaves the one letter whose lower case differs from language to language; Unicode's own mapping is i.
        text.ToLowerInvariant().Replace('İ', 'i');

    private void Cut(ReadOnlySpan<char> text, List<string> tokens, TokenOfCharacters token)
    {
        switch (Kind)
        {
            case TokenKind.Word:
                WordTokens.Cut(text, tokens, token);
                break;
            case TokenKind.Char:
                GraphemeTokens.Cut(text, tokens, token);
                break;
            case TokenKind.Whitespace:
                CutAtWhiteSpace(text, tokens, token);
                break;
            default:
                throw new InvalidOperationException($"no kind of tokens {Kind}");
        }
    }

    private static void CutAtWhiteSpace(ReadOnlySpan<char> text, List<string> tokens, TokenOfCharacters token)
    {
        for (int start = 0; start < text.Length;)
        {
            int end = start;
            while (end < text.Length && !char.IsWhiteSpace(text[end]))
                end++;
            if (end > start)
                tokens.Add(token(text[start..end]));
            start = end + 1;
        }
    }

    // Two different halves would be one character in vocabulary.txt, and the file could not be read back.
    private static string WithoutLoneSurrogates(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return text;
        return string.Concat(text.EnumerateRunes());
    }
}
