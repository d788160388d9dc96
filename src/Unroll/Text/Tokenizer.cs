namespace Unroll.Text;

/// <summary>How a text is cut into tokens.</summary>
public enum TokenKind
{
    /// <summary>At white space: for text that is already tokenised, or whose words are all that matters.</summary>
    Whitespace,
}

/// <summary>Cuts texts into tokens; the <c>tokens</c> entry of a model's <c>config.json</c>.</summary>
/// <param name="Kind">Where the text is cut.</param>
/// <param name="Lowercase">Whether upper-case letters become lower-case first, by Unicode's rules without a culture.</param>
public sealed record Tokenizer(TokenKind Kind = TokenKind.Whitespace, bool Lowercase = true)
{
    /// <summary>The tokens of a text, in order.</summary>
    /// <param name="text">Any text; one that is empty or all white space has no tokens.</param>
    public string[] Tokenize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string cased = Lowercase ? text.ToLowerInvariant() : text;
        return cased.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }
}
