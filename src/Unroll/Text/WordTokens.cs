using System.Globalization;
using System.Text;

namespace Unroll.Text;

/// <summary>
/// Words, numbers, and every punctuation mark and symbol by itself: <see cref="TokenKind.Word"/>. One pass, without look-back.
/// </summary>
/// <remarks>
/// A word is letters, digits and other numerals with their combining marks and the invisible characters between them. An
/// apostrophe (U+0027, U+2019) between two of them stays inside, and so does a point or comma between two digits. A letter of a
/// script that is written without spaces is a token of its own. A run of the same punctuation mark is one token of at most three,
/// so that "..." is one and a hundred exclamation marks are not a hundred entries of the vocabulary. Control characters are white
/// space.
/// </remarks>
internal static class WordTokens
{
    private const int LongestRun = 3;

    private enum Class : byte
    {
        Space,
        Letter,
        Digit,
        Mark,
        Invisible,
        Spaceless,
        Punctuation,
        Symbol,
    }

    private static readonly Class[] Ascii = [.. Enumerable.Range(0, 128).Select(c => Classify(new Rune(c)))];

    /// <summary>Cuts a text in which no surrogate stands alone.</summary>
    /// <param name="text">The text.</param>
    /// <param name="tokens">Its tokens are added to it.</param>
    /// <param name="token">Gives the token of some characters.</param>
    public static void Cut(ReadOnlySpan<char> text, List<string> tokens, TokenOfCharacters token)
    {
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            Class first = ClassAt(rest, out int length);
            switch (first)
            {
                case Class.Space or Class.Invisible:
                    break;
                case Class.Letter or Class.Digit or Class.Mark:
                    length = WordLength(rest, length, first);
                    tokens.Add(token(rest[..length]));
                    break;
                default:
                    length = GraphemeTokens.Length(rest);
                    if (first == Class.Punctuation && length == 1)
                        length = RunLength(rest);
                    tokens.Add(token(rest[..length]));
                    break;
            }
            rest = rest[length..];
        }
    }

    private static int WordLength(ReadOnlySpan<char> text, int length, Class last)
    {
        while (length < text.Length)
        {
            Class next = ClassAt(text[length..], out int size);
            switch (next)
            {
                case Class.Letter or Class.Digit:
                    last = next;
                    break;
                // A mark belongs to the character before it, so 3 with a mark is still a digit.
                case Class.Mark or Class.Invisible:
                    break;
                default:
                    if (!Joins(text[length], last, text[(length + size)..]))
                        return length;
                    break;
            }
            length += size;
        }
        return length;
    }

    // Whether a mark between the words on both sides makes one word of them.
    private static bool Joins(char mark, Class before, ReadOnlySpan<char> after)
    {
        if (after.IsEmpty)
            return false;
        return mark switch
        {
            '\'' or '\u2019' => ClassAt(after, out _) is Class.Letter or Class.Digit,
            // The last two are Arabic's decimal and thousands separators.
            '.' or ',' or '\u066B' or '\u066C' => before == Class.Digit && ClassAt(after, out _) == Class.Digit,
            _ => false,
        };
    }

    private static int RunLength(ReadOnlySpan<char> text)
    {
        int length = 1;
        while (length < LongestRun && length < text.Length && text[length] == text[0])
            length++;
        // The last one of the run may carry marks: it is a token with them.
        return length > 1 && GraphemeTokens.Length(text[(length - 1)..]) > 1 ? length - 1 : length;
    }

    private static Class ClassAt(ReadOnlySpan<char> text, out int length)
    {
        char first = text[0];
        if (first < Ascii.Length)
        {
            length = 1;
            return Ascii[first];
        }
        Rune.DecodeFromUtf16(text, out Rune rune, out length);
        return Classify(rune);
    }

    private static Class Classify(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.DecimalDigitNumber => Class.Digit,
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter => Class.Letter,
        UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter => IsSpaceless(rune.Value) ? Class.Spaceless : Class.Letter,
        UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => IsSpaceless(rune.Value) ? Class.Spaceless : Class.Letter,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => Class.Mark,
        UnicodeCategory.Control or UnicodeCategory.SpaceSeparator => Class.Space,
        UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => Class.Space,
        // Joiners, soft hyphens and direction marks belong to the word they stand in; the zero-width space (U+200B) parts words.
        UnicodeCategory.Format => rune.Value == 0x200B ? Class.Space : Class.Invisible,
        UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol or UnicodeCategory.ModifierSymbol =>
            rune.IsAscii ? Class.Punctuation : Class.Symbol,
        UnicodeCategory.OtherSymbol or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned => Class.Symbol,
        _ => Class.Punctuation,
    };

    // Blocks of scripts written without spaces between words (Unicode 16, Blocks.txt).
    private static bool IsSpaceless(int value) => value switch
    {
        >= 0x0E00 and <= 0x0EFF => true, // Thai, Lao
        >= 0x1000 and <= 0x109F => true, // Myanmar
        >= 0x1780 and <= 0x17FF => true, // Khmer
        >= 0x1950 and <= 0x19DF => true, // Tai Le, New Tai Lue
        >= 0x1A20 and <= 0x1AAF => true, // Tai Tham
        >= 0x1B00 and <= 0x1B7F => true, // Balinese
        >= 0x2E80 and <= 0x2FDF => true, // radicals
        >= 0x3005 and <= 0x312F => true, // Hiragana, Katakana, Bopomofo
        >= 0x31A0 and <= 0x31FF => true, // Bopomofo and Katakana extensions
        >= 0x3400 and <= 0x4DBF => true, // Han
        >= 0x4E00 and <= 0xA4CF => true, // Han, Yi
        >= 0xA980 and <= 0xA9FF => true, // Javanese, Myanmar
        >= 0xAA60 and <= 0xAADF => true, // Myanmar, Tai Viet
        >= 0xF900 and <= 0xFAFF => true, // Han
        >= 0xFF66 and <= 0xFF9D => true, // half-width Katakana
        >= 0x1AFF0 and <= 0x1B2FF => true, // Kana, Nushu
        >= 0x20000 and <= 0x3FFFF => true, // Han
        _ => false,
    };
}
