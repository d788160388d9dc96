namespace Unroll.Data;

/// <summary>Pieces of a file as errors show them: quoted, short, on one line.</summary>
internal static class Excerpt
{
    private const int LongestText = 40;
    private const int MostNames = 20;

    public static string Of(string text)
    {
        // Not between the halves of a surrogate pair.
        int length = LongestText < text.Length && char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText;
        string shown = text.Length <= LongestText ? text : text[..length] + "…";
        return $"\"{Visible(shown.ReplaceLineEndings(" "))}\"";
    }

    /// <summary>So many columns, in words.</summary>
    public static string OfColumns(int count) => count == 1 ? "1 column" : $"{count} columns";

    /// <summary>
    /// A text whose control characters, and others that are not seen and change what is, are written as their numbers:
    /// <c>\u200B</c>.
    /// </summary>
    public static string Visible(string text) => VisibleText.Escape(text, IsHidden);

    // Controls; blanks that look like a space; soft hyphen, zero-width space, word joiner, byte-order mark; marks of direction.
    private static bool IsHidden(char c) =>
        char.IsControl(c) || c is '\u00A0' or '\u00AD' or '\u180E' or (>= '\u2000' and <= '\u200B') or '\u200E' or '\u200F'
            or (>= '\u2028' and <= '\u202F') or '\u205F' or (>= '\u2060' and <= '\u2069') or '\u3000' or '\uFEFF';

    public static string Of(IReadOnlyCollection<string> names)
    {
        string more = names.Count > MostNames ? $" and {names.Count - MostNames} more" : "";
        return string.Join(", ", names.Take(MostNames).Select(Of)) + more;
    }
}
