using Unroll.Text;

namespace Unroll.Export;

/// <summary>How a text is cut, as C#.</summary>
internal static class CSharpTokens
{
    public static string Of(Tokenizer tokenizer)
    {
        string lower = tokenizer.Lowercase ? "text.ToLowerInvariant().Replace('İ', 'i')" : "text";
        (string cut, string more) = tokenizer.Kind switch
        {
            TokenKind.Whitespace => (Whitespace, ""),
            TokenKind.Word => (Word, "\n\n" + WordParts + "\n\n" + Grapheme),
            TokenKind.Char => (Char, "\n\n" + Grapheme),
            _ => throw new InvalidOperationException($"no kind of tokens {tokenizer.Kind}"),
        };
        return $$"""
            /// <summary>Cuts a text as the model reads it.</summary>
            public static List<string> Tokenize(string text)
            {
                text = string.Concat(text.EnumerateRunes());   // half a surrogate pair is U+FFFD
                string cased = {{lower}};
                var tokens = new List<string>();
            {{cut}}
                return tokens;
            }
            """ + more;
    }

    private const string Whitespace = """
            for (int start = 0; start < cased.Length;)
            {
                int end = start;
                while (end < cased.Length && !char.IsWhiteSpace(cased[end]))
                    end++;
                if (end > start)
                    tokens.Add(cased[start..end]);
                start = end + 1;
            }
        """;

    private const string Char = """
            ReadOnlySpan<char> rest = cased.AsSpan().Trim();
            while (!rest.IsEmpty)
            {
                int length = 1;
                if (char.IsWhiteSpace(rest[0]))
                {
                    while (char.IsWhiteSpace(rest[length]))
                        length++;
                    tokens.Add("▁");
                }
                else
                {
                    length = GraphemeLength(rest);
                    tokens.Add(rest[..length].ToString());
                }
                rest = rest[length..];
            }
        """;

    private const string Word = """
            ReadOnlySpan<char> rest = cased;
            while (!rest.IsEmpty)
            {
                Kind first = KindAt(rest, out int length);
                if (first is Kind.Letter or Kind.Digit or Kind.Mark)
                {
                    length = WordLength(rest, length, first);
                    tokens.Add(rest[..length].ToString());
                }
                else if (first is not (Kind.Space or Kind.Invisible))
                {
                    length = GraphemeLength(rest);
                    if (first == Kind.Punctuation && length == 1)
                        length = RunLength(rest);
                    tokens.Add(rest[..length].ToString());
                }
                rest = rest[length..];
            }
        """;

    private const string WordParts = """
        private enum Kind { Space, Letter, Digit, Mark, Invisible, Spaceless, Punctuation, Symbol }

        // A word is letters, digits and their marks; an apostrophe stays inside, and a point or comma between digits.
        private static int WordLength(ReadOnlySpan<char> text, int length, Kind last)
        {
            while (length < text.Length)
            {
                Kind next = KindAt(text[length..], out int size);
                if (next is Kind.Letter or Kind.Digit)
                    last = next;
                else if (next is not (Kind.Mark or Kind.Invisible) && !Joins(text[length], last, text[(length + size)..]))
                    return length;
                length += size;
            }
            return length;
        }

        private static bool Joins(char mark, Kind before, ReadOnlySpan<char> after)
        {
            if (after.IsEmpty)
                return false;
            Kind next = KindAt(after, out _);
            return mark switch
            {
                '\'' or '\u2019' => next is Kind.Letter or Kind.Digit,
                '.' or ',' or '\u066B' or '\u066C' => before == Kind.Digit && next == Kind.Digit,
                _ => false,
            };
        }

        // At most three of the same punctuation mark are one token.
        private static int RunLength(ReadOnlySpan<char> text)
        {
            int length = 1;
            while (length < 3 && length < text.Length && text[length] == text[0])
                length++;
            return length > 1 && GraphemeLength(text[(length - 1)..]) > 1 ? length - 1 : length;
        }

        private static Kind KindAt(ReadOnlySpan<char> text, out int length)
        {
            Rune.DecodeFromUtf16(text, out Rune rune, out length);
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.DecimalDigitNumber:
                    return Kind.Digit;
                case UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter:
                    return Kind.Letter;
                case UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.LetterNumber
                    or UnicodeCategory.OtherNumber:
                    return IsSpaceless(rune.Value) ? Kind.Spaceless : Kind.Letter;
                case UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark:
                    return Kind.Mark;
                case UnicodeCategory.Control or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator:
                    return Kind.Space;
                case UnicodeCategory.Format:
                    return rune.Value == 0x200B ? Kind.Space : Kind.Invisible;
                case UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol or UnicodeCategory.ModifierSymbol:
                    return rune.IsAscii ? Kind.Punctuation : Kind.Symbol;
                case UnicodeCategory.OtherSymbol or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned:
                    return Kind.Symbol;
                default:
                    return Kind.Punctuation;
            }
        }

        // Scripts that are written without spaces: a character is a token.
        private static bool IsSpaceless(int value) => value is >= 0x0E00 and <= 0x0EFF or >= 0x1000 and <= 0x109F
            or >= 0x1780 and <= 0x17FF or >= 0x1950 and <= 0x19DF or >= 0x1A20 and <= 0x1AAF or >= 0x1B00 and <= 0x1B7F
            or >= 0x2E80 and <= 0x2FDF or >= 0x3005 and <= 0x312F or >= 0x31A0 and <= 0x31FF or >= 0x3400 and <= 0x4DBF
            or >= 0x4E00 and <= 0xA4CF or >= 0xA980 and <= 0xA9FF or >= 0xAA60 and <= 0xAADF or >= 0xF900 and <= 0xFAFF
            or >= 0xFF66 and <= 0xFF9D or >= 0x1AFF0 and <= 0x1B2FF or >= 0x20000 and <= 0x3FFFF;
        """;

    private const string Grapheme = """
        // The characters of one character as a reader sees it, which ends before any white space.
        private static int GraphemeLength(ReadOnlySpan<char> text)
        {
            int length = StringInfo.GetNextTextElementLength(text);
            for (int i = 1; i < length; i++)
            {
                if (char.IsWhiteSpace(text[i]))
                    return i;
            }
            return length;
        }
        """;
}
