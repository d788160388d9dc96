using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Unroll.Data;

namespace Unroll.Text;

/// <summary>
/// Different labels that people take for one: they differ in white space or case, look the same, or are the same number.
/// </summary>
internal static partial class LabelTwins
{
    private const int MostDigits = 28;

    /// <summary>A sentence about each group, but for the labels, and its labels.</summary>
    public static IEnumerable<(string What, string[] Labels)> Of(IEnumerable<string> labels)
    {
        foreach (IGrouping<string, string> group in labels.Distinct().GroupBy(Key))
        {
            string[] alike = [.. group.Order(StringComparer.Ordinal)];
            if (alike.Length > 1)
                yield return (What(group.Key, alike), alike);
        }
    }

    /// <summary>Whether two different labels are taken for one.</summary>
    public static bool Are(string label, string other) => label != other && Key(label) == Key(other);

    /// <summary>A label as a warning shows it: what is not seen, and marks apart from their letter, are numbers.</summary>
    public static string Shown(string label) =>
        string.Concat(Excerpt.Visible(label).EnumerateRunes().Select(rune => !IsUnseen(rune) && !IsMark(rune) ? rune.ToString()
            : rune.Value == ' ' ? " "
            : rune.IsBmp ? $"\\u{rune.Value:X4}" : $"\\U{rune.Value:X8}"));

    // A number's value, or else what is seen of a label: in one case and form, without quotes around it.
    private static string Key(string label) => NumberOf(label) is { } number
        ? FormattableString.Invariant($"#{number}")
        : Seen(label).ToUpperInvariant();

    private static string Seen(string label)
    {
        string seen = Bare(label);
        seen = seen.Trim('"', '\'', '“', '”') is { Length: > 0 } inside ? inside : seen;
        return ComposedLetters.Decompose(seen);
    }

    // Without what is not seen, and in the usual one of several forms.
    private static string Bare(string label) => string.Concat(
        label.EnumerateRunes().Where(rune => !IsUnseen(rune))
            .Select(rune => rune.IsBmp ? $"{UsualOf((char)rune.Value)}" : $"{rune}"));

    // The forms of Latin letters and digits that are as wide as Chinese ones, and the signs of units that are letters.
    private static char UsualOf(char c) => c switch
    {
        >= '\uFF01' and <= '\uFF5E' => (char)(c - 0xFEE0),
        '\u212A' => 'K',
        '\u212B' => 'Å',
        '\u2126' => 'Ω',
        _ => c,
    };

    private static string What(string key, string[] alike)
    {
        if (key.StartsWith('#') && alike.All(label => NumberOf(label) is not null))
            return "labels that are the same number are different labels";
        bool isBlanksAndCase = alike.Select(
            label => string.Concat(label.Where(c => !char.IsWhiteSpace(c) || c is '\u00A0' or '\u202F')).ToUpperInvariant())
            .Distinct().Count() == 1;
        return isBlanksAndCase
            ? "labels that differ only in white space or case are different labels"
            : "labels that look the same are different labels";
    }

    private static decimal? NumberOf(string label)
    {
        string text = Bare(label);
        // All digits count: of numbers with more of them, such as long keys, the spelling stays.
        return text.Length <= MostDigits && Number().IsMatch(text)
            && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number)
            ? number / 1.0000000000000000000000000000m
            : null;
    }

    // White space, zero-width characters, soft hyphens, byte-order marks, marks of direction, tags, selectors of a form, fillers.
    private static bool IsUnseen(Rune rune) =>
        Rune.IsWhiteSpace(rune) || Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format
            || rune.Value is (>= 0xFE00 and <= 0xFE0F) or 0x034F or 0x180E or 0x115F or 0x1160 or 0x3164 or 0xFFA0;

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    [GeneratedRegex(@"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$")]
    private static partial Regex Number();
}
