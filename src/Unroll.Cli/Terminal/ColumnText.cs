using System.Globalization;
using System.Text;

namespace Unroll.Cli;

/// <summary>Text that fills a column of a terminal exactly, whatever its script.</summary>
internal static class ColumnText
{
    // Blocks of characters that terminals draw two columns wide: East Asian scripts and pictures (Unicode Standard Annex 11).
    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115F), (0x2E80, 0x303E), (0x3041, 0xA4CF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE30, 0xFE6F),
        (0xFF00, 0xFF60), (0xFFE0, 0xFFE6), (0x1F300, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1FAFF), (0x20000, 0x3FFFD),
    ];

    /// <summary>Cut with an ellipsis or filled up with spaces.</summary>
    public static string Fit(string text, int width)
    {
        string cut = Cut(text, width);
        return cut + new string(' ', width - WidthOf(cut));
    }

    /// <summary>Cut with an ellipsis or filled up with spaces on its left.</summary>
    public static string FitRight(string text, int width)
    {
        string cut = Cut(text, width);
        return new string(' ', width - WidthOf(cut)) + cut;
    }

    /// <summary>
    /// The text, or its beginning with an ellipsis. Control characters, which could steer the terminal, are shown as �.
    /// </summary>
    public static string Cut(string text, int width)
    {
        string safe = string.Concat(text.EnumerateRunes().Select(rune => Rune.IsControl(rune) ? Rune.ReplacementChar : rune));
        if (WidthOf(safe) <= width)
            return safe;
        var kept = new StringBuilder();
        int used = 1;
        foreach (Rune rune in safe.EnumerateRunes())
        {
            used += WidthOf(rune);
            if (used > width)
                break;
            kept.Append(rune);
        }
        return kept.Append('…').ToString();
    }

    /// <summary>How many columns a terminal draws it in.</summary>
    public static int WidthOf(string text) => text.EnumerateRunes().Sum(WidthOf);

    /// <summary>How many columns a terminal draws a character in.</summary>
    public static int WidthOf(Rune rune)
    {
        UnicodeCategory category = Rune.GetUnicodeCategory(rune);
        if (category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format)
            return 0;
        return Wide.Any(block => rune.Value >= block.First && rune.Value <= block.Last) ? 2 : 1;
    }
}
