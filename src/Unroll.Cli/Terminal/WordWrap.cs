using System.Text;

namespace Unroll.Cli;

/// <summary>Breaks long lines between words.</summary>
internal static class WordWrap
{
    private const int Usual = 80;

    /// <summary>The columns of the screen; 80 where nobody knows.</summary>
    public static int ScreenWidth
    {
        get
        {
            try
            {
                return Console.WindowWidth is > 0 and int width ? width : Usual;
            }
            catch (IOException)
            {
                return Usual;
            }
        }
    }

    /// <summary>
    /// The lines of a line of text, none of them wider than a screen but for a word that is wider itself. What is indented stays
    /// so.
    /// </summary>
    /// <param name="text">A line.</param>
    /// <param name="width">The most columns.</param>
    public static IEnumerable<string> Lines(string text, int width)
    {
        string indent = text[..(text.Length - text.TrimStart(' ').Length)];
        int start = indent.Length;
        while (BreakOf(text, start, width - indent.Length) is { } at)
        {
            yield return indent + text[start..at].TrimEnd(' ');
            start = at;
            while (start < text.Length && text[start] == ' ')
                start++;
        }
        yield return indent + text[start..];
    }

    // The last blank before which all fits, or where a word is too wide the first behind it; null where nothing has to be broken.
    private static int? BreakOf(string text, int start, int room)
    {
        int used = 0;
        int? blank = null;
        int at = start;
        foreach (Rune rune in text.AsSpan(start).EnumerateRunes())
        {
            if (rune.Value == ' ')
                blank = at;
            used += ColumnText.WidthOf(rune);
            if (used > room && (blank ?? text.IndexOf(' ', at)) is >= 0 and var end)
                return text.AsSpan(end).Trim(' ').IsEmpty ? null : end;
            if (used > room)
                return null;
            at += rune.Utf16SequenceLength;
        }
        return null;
    }
}
