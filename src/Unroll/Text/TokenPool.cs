namespace Unroll.Text;

/// <summary>Finds the string of some characters; null where there is none.</summary>
internal delegate string? FindToken(ReadOnlySpan<char> characters);

/// <summary>
/// Gives the tokens of texts as strings, without making one twice: words of a vocabulary are the vocabulary's own strings, and
/// others are kept until another one takes their place. It serves one thread at a time.
/// </summary>
/// <param name="find">Finds the string of a word that is likely to come; null for others.</param>
internal sealed class TokenPool(FindToken find)
{
    private const int Places = 1 << 10;

    // A text of more characters is lowered into a string of its own: the buffer would hold on to its memory.
    private const int MostCharacters = 1 << 16;

    private readonly string?[] _others = new string?[Places];
    private char[] _lowered = new char[256];
    private TokenOfCharacters? _token;

    /// <summary><see cref="Get"/>, made once.</summary>
    public TokenOfCharacters Token => _token ??= Get;

    /// <summary>The token of some characters.</summary>
    /// <param name="characters">The characters.</param>
    public string Get(ReadOnlySpan<char> characters)
    {
        if (find(characters) is { } known)
            return known;
        ref string? place = ref _others[string.GetHashCode(characters) & (Places - 1)];
        return characters.SequenceEqual(place) ? place! : place = characters.ToString();
    }

    /// <summary>A text in lower case.</summary>
    /// <param name="text">The text.</param>
    /// <returns>It stands until the next call.</returns>
    public ReadOnlySpan<char> ToLower(string text)
    {
        if (text.Length > MostCharacters)
            return Tokenizer.ToLower(text);
        if (text.Length > _lowered.Length)
            _lowered = new char[Math.Max(text.Length, 2 * _lowered.Length)];
        Span<char> lowered = _lowered.AsSpan(0, text.AsSpan().ToLowerInvariant(_lowered));
        lowered.Replace('İ', 'i');
        return lowered;
    }
}
