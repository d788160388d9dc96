using System.Globalization;

namespace Unroll.Text;

/// <summary>One token a character as a reader sees it: <see cref="TokenKind.Char"/>.</summary>
internal static class GraphemeTokens
{
    /// <summary>The token of a run of white space (U+2581), as tokens hold no white space themselves.</summary>
    public const string Space = "▁";

    private static readonly string[] Ascii = [.. Enumerable.Range(0, 128).Select(c => ((char)c).ToString())];

    /// <summary>Cuts a text; white space at its ends is dropped.</summary>
    /// <param name="text">The text.</param>
    /// <param name="tokens">Its tokens are added to it.</param>
    /// <param name="token">Gives the token of some characters.</param>
    public static void Cut(ReadOnlySpan<char> text, List<string> tokens, TokenOfCharacters token)
    {
        ReadOnlySpan<char> rest = text.Trim();
        while (!rest.IsEmpty)
        {
            int length = 1;
            if (char.IsWhiteSpace(rest[0]))
            {
                while (char.IsWhiteSpace(rest[length]))
                    length++;
                tokens.Add(Space);
            }
            else
            {
                length = Length(rest);
                tokens.Add(token(rest[..length]));
            }
            rest = rest[length..];
        }
    }

    /// <summary>The number of chars of the first grapheme cluster, which ends before any white space.</summary>
    /// <param name="text">Not empty, and not beginning with white space.</param>
    public static int Length(ReadOnlySpan<char> text)
    {
        if (char.IsAscii(text[0]) && (text.Length == 1 || char.IsAscii(text[1])))
            return 1;
        int length = StringInfo.GetNextTextElementLength(text);
        // A character that goes before others (U+0600, for one) takes a space into its cluster.
        for (int i = 1; i < length; i++)
        {
            if (char.IsWhiteSpace(text[i]))
                return i;
        }
        return length;
    }

    /// <summary>The token of some characters; those of ASCII are made once.</summary>
    public static string Text(ReadOnlySpan<char> characters) =>
        characters is [< '\u0080'] ? Ascii[characters[0]] : characters.ToString();
}
