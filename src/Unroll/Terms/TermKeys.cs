using System.Runtime.CompilerServices;
using Unroll.Text;

namespace Unroll.Terms;

/// <summary>
/// The terms of a text, for a linear model: its tokens, its pairs of neighbouring tokens, and the pieces of two to five
/// characters of every token. <c>▁</c> stands before the first and after the last of both. A model that reads characters has
/// pieces of one to five of its tokens instead.
/// </summary>
/// <remarks>
/// A term is written as a string: tokens with a blank between them (<c>not good</c>), pieces with a blank before them
/// (<c> ▁goo</c>); no token holds a blank. Its key is the 64-bit FNV-1a hash of that string's UTF-16 code units, so that a text
/// is read without making strings.
/// </remarks>
internal static class TermKeys
{
    /// <summary>Stands before the first and after the last token of a text, and character of a token.</summary>
    public const string Edge = "▁";

    /// <summary>How many tokens before the last one a term may have.</summary>
    public const int LookBack = LongestPiece - 1;

    private const int LongestPiece = 5;
    private const int CharsOnStack = 256;
    private const ulong Start = 0xCBF29CE484222325;
    private const ulong Prime = 0x100000001B3;

    /// <summary>The key of a term.</summary>
    /// <param name="term">As it is written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Of(ReadOnlySpan<char> term) => Append(Start, term);

    /// <summary>Whether a term is a piece of tokens, not tokens.</summary>
    /// <param name="term">As it is written.</param>
    public static bool IsPiece(string term) => term.StartsWith(' ');

    /// <summary>Tells the terms that go over the borders of tokens, in the order of their last tokens.</summary>
    /// <param name="tokens">The text's tokens.</param>
    /// <param name="kind">What a token is.</param>
    /// <param name="keys">Their keys are added to it.</param>
    public static void AddOfText(ReadOnlySpan<string> tokens, TokenKind kind, List<ulong> keys)
    {
        if (tokens.IsEmpty)
            return;
        for (int last = 0; last <= tokens.Length; last++)
            AddEndingAt(last, tokens, kind, keys);
    }

    /// <summary>
    /// Tells the terms that end with one token, or with the end of the text: the shortest first, each a token longer than the one
    /// before it.
    /// </summary>
    /// <param name="last">Which token; T for the end of the text.</param>
    /// <param name="tokens">The text's tokens, T of them; of those before the last only <see cref="LookBack"/> are read.</param>
    /// <param name="kind">What a token is.</param>
    /// <param name="keys">Their keys are added to it.</param>
    public static void AddEndingAt(int last, ReadOnlySpan<string> tokens, TokenKind kind, List<ulong> keys)
    {
        string token = At(last, tokens);
        if (kind != TokenKind.Char)
        {
            if (last < tokens.Length)
                keys.Add(Append(Start, token));
            keys.Add(Append(Append(Append(Start, At(last - 1, tokens)), " "), token));
            return;
        }
        for (int first = last == tokens.Length ? last - 1 : last; first >= Math.Max(-1, last - LookBack); first--)
        {
            ulong key = Append(Start, " ");
            for (int t = first; t <= last; t++)
                key = Append(key, At(t, tokens));
            keys.Add(key);
        }
    }

    /// <summary>Tells the pieces of a token; none where tokens are characters.</summary>
    /// <param name="token">The token.</param>
    /// <param name="kind">What a token is.</param>
    /// <param name="keys">Their keys are added to it.</param>
    public static void AddOfToken(string token, TokenKind kind, List<ulong> keys)
    {
        if (kind == TokenKind.Char)
            return;
        Span<char> whole = token.Length + 2 <= CharsOnStack ? stackalloc char[CharsOnStack] : new char[token.Length + 2];
        whole = whole[..(token.Length + 2)];
        whole[0] = whole[^1] = Edge[0];
        token.CopyTo(whole[1..]);
        for (int first = 0; first < whole.Length; first = Next(whole, first))
        {
            ulong key = Append(Start, " ");
            int end = first;
            for (int length = 1; length <= LongestPiece && end < whole.Length; length++)
            {
                int next = Next(whole, end);
                key = Append(key, whole[end..next]);
                end = next;
                if (length > 1)
                    keys.Add(key);
            }
        }
    }

    /// <summary>The terms of a text as they are written, in the order of <see cref="AddOfText"/>.</summary>
    /// <param name="tokens">The text's tokens.</param>
    /// <param name="kind">What a token is.</param>
    public static IEnumerable<string> NamesOfText(string[] tokens, TokenKind kind)
    {
        for (int last = 0; last <= tokens.Length && tokens.Length > 0; last++)
        {
            string token = At(last, tokens);
            if (kind != TokenKind.Char)
            {
                if (last < tokens.Length)
                    yield return token;
                yield return $"{At(last - 1, tokens)} {token}";
                continue;
            }
            string piece = last == tokens.Length ? token : "";
            for (int first = last == tokens.Length ? last - 1 : last; first >= Math.Max(-1, last - LookBack); first--)
            {
                piece = At(first, tokens) + piece;
                yield return " " + piece;
            }
        }
    }

    /// <summary>The pieces of a token as they are written, in the order of <see cref="AddOfToken"/>.</summary>
    /// <param name="token">The token.</param>
    /// <param name="kind">What a token is.</param>
    public static IEnumerable<string> NamesOfToken(string token, TokenKind kind)
    {
        if (kind == TokenKind.Char)
            yield break;
        string whole = Edge + token + Edge;
        for (int first = 0; first < whole.Length; first = Next(whole, first))
        {
            int end = Next(whole, first);
            for (int length = 2; length <= LongestPiece && end < whole.Length; length++)
            {
                end = Next(whole, end);
                yield return " " + whole[first..end];
            }
        }
    }

    private static string At(int place, ReadOnlySpan<string> tokens) =>
        place < 0 || place == tokens.Length ? Edge : tokens[place];

    // A character outside the basic plane is two code units, and half of one cannot be written.
    private static int Next(ReadOnlySpan<char> text, int at) =>
        at + (char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Append(ulong key, ReadOnlySpan<char> text)
    {
        foreach (char unit in text)
            key = unchecked((key ^ unit) * Prime);
        return key;
    }
}
