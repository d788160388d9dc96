namespace Unroll.Data;

/// <summary>
/// The line <c>sep=;</c> that Excel puts before the header, to say what parts the columns. It is no row.
/// </summary>
internal static class SeparatorLine
{
    /// <summary>The delimiter of such a line; null for any other line.</summary>
    public static char? Of(ReadOnlySpan<byte> line)
    {
        line = line.Trim("\" "u8);
        bool isSeparator = line.Length == 5 && line[0] is (byte)'s' or (byte)'S' && line[1] is (byte)'e' or (byte)'E'
            && line[2] is (byte)'p' or (byte)'P' && line[3] == '=' && line[4] < 0x80;
        return isSeparator ? (char)line[4] : null;
    }

    /// <summary>Passes over such a line; null where the next line is another, which stays the next.</summary>
    /// <param name="lines">A reader that gives the first line next.</param>
    public static char? Take(Utf8LineReader lines)
    {
        if (!lines.Read())
            return null;
        char? delimiter = Of(lines.Line);
        if (delimiter is null)
            lines.ReadAgain();
        return delimiter;
    }
}
