using System.Globalization;
using System.Text;

namespace Unroll;

/// <summary>Shows what is not seen in a text, or would steer a terminal, as escapes: <c>\n</c>, <c>\u001B</c>.</summary>
public static class VisibleText
{
    /// <summary>A text on one line: control characters, ends of lines and tabs are escapes.</summary>
    /// <param name="text">Any text.</param>
    public static string OneLine(string text) => Escape(text, IsControl);

    /// <summary>Whether a character is a control character, an end of a line, or turns the order of others around.</summary>
    /// <param name="c">The character.</param>
    public static bool IsControl(char c) =>
        char.IsControl(c) || c is (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    /// <summary>A text with some of its characters as escapes.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="isHidden">Which characters.</param>
    public static string Escape(string text, Func<char, bool> isHidden)
    {
        if (!text.Any(isHidden))
            return text;
        var shown = new StringBuilder();
        foreach (char c in text)
        {
            if (!isHidden(c))
                shown.Append(c);
            else if (c is '\n' or '\r' or '\t')
                shown.Append(c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
            else
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
        }
        return shown.ToString();
    }
}
