using System.Text.Unicode;

namespace Unroll.Data;

/// <summary>What to do about a line that is not UTF-8 text: by its bytes another encoding, or no text at all.</summary>
internal static class BrokenText
{
    private const string NoText = "the file looks like no text at all; give one in UTF-8";

    // Of the bytes of a text hardly one in so many is a control character.
    private const int MostTextOfControls = 20;

    /// <summary>
    /// About a line with NUL in it. Of UTF-16 every second byte is NUL where the letters are Latin, of UTF-32 three of four.
    /// </summary>
    /// <param name="line">The line's bytes.</param>
    /// <param name="isFirst">Whether it is the first of its file.</param>
    public static string AdviceOnNul(ReadOnlySpan<byte> line, bool isFirst)
    {
        int nuls = line.Count((byte)0);
        // Every line of UTF-16 has a NUL, and begins with it or is of whole pairs.
        bool canBeWide = line[0] == 0 || (isFirst && line.Length % 2 == 0);
        if (3 * nuls >= line.Length && line.Length > 1 && canBeWide)
        {
            string width = 3 * nuls >= 2 * line.Length ? "32" : "16";
            bool hasControls = line.IndexOfAnyInRange((byte)1, (byte)8) >= 0 || line.IndexOfAnyInRange((byte)14, (byte)31) >= 0;
            if (width == "32" && hasControls)
                return NoText;
            string order = line[0] == 0 ? "BE" : "LE";
            return $"save the file as UTF-8 (iconv -f UTF-{width}{order} -t UTF-8)";
        }
        return Utf8.IsValid(line) ? "take NUL out of the file (tr -d '\\000')" : NoText;
    }

    /// <summary>About a line that is not valid UTF-8.</summary>
    /// <param name="line">The line's bytes.</param>
    public static string AdviceOnBytes(ReadOnlySpan<byte> line)
    {
        int controls = 0;
        foreach (byte b in line)
            controls += b is < 0x20 and not ((byte)'\t' or (byte)'\r' or 0x1B) ? 1 : 0;
        return MostTextOfControls * controls > line.Length
            ? NoText
            : "save the file as UTF-8 (iconv -f WINDOWS-1252 -t UTF-8 if it is Western European)";
    }
}
