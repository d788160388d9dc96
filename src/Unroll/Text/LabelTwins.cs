using System.Globalization;
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

    /// <summary>A label as a warning shows it: what is not seen, and marks apart from their letter, are numbers.</summary>
    public static string Shown(string label) =>
        string.Concat(Excerpt.Visible(label).Select(c => IsMark(c) ? $"\\u{(int)c:X4}" : $"{c}"));

    // A number's value, or else what is seen of a label: in one case and form, without quotes around it.
    private static string Key(string label) => NumberOf(label) is { } number
        ? FormattableString.Invariant($"#{number}")
        : Seen(label).ToUpperInvariant();

    private static string Seen(string label)
    {
        string seen = string.Concat(label.Where(c => !IsUnseen(c)));
        seen = seen.Trim('"', '\'', '“', '”') is { Length: > 0 } inside ? inside : seen;
        return ComposedLetters.Decompose(string.Concat(seen.Select(NarrowOf)));
    }

    // The forms of Latin letters and digits that are as wide as Chinese ones.
    private static char NarrowOf(char c) => c is >= '\uFF01' and <= '\uFF5E' ? (char)(c - 0xFEE0) : c;

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
        string text = string.Concat(label.Where(c => !IsUnseen(c)));
        // All digits count: of numbers with more of them, such as long keys, the spelling stays.
        return text.Length <= MostDigits && Number().IsMatch(text)
            && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number)
            ? number / 1.0000000000000000000000000000m
            : null;
    }

    // White space, zero-width characters, soft hyphens, byte-order marks, marks of direction, selectors of a form.
    private static bool IsUnseen(char c) =>
        char.IsWhiteSpace(c) || char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format
            || c is >= '\uFE00' and <= '\uFE0F' or '\u034F' or '\u180E';

    private static bool IsMark(char c) => char.GetUnicodeCategory(c) is
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    [GeneratedRegex(@"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$")]
    private static partial Regex Number();
}
