using System.Text;

namespace Unroll.Text;

/// <summary>Reads a whole text file as lines of strict UTF-8.</summary>
internal static class Utf8Lines
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the file; a byte-order mark, carriage returns and the last line's end are taken off.</summary>
    /// <exception cref="InputException">The file is missing, cannot be read, or holds bytes that are not UTF-8 (with the line).</exception>
    public static List<string> ReadFile(string path, string expected)
    {
        if (!File.Exists(path))
        {
            string found = Directory.Exists(path) ? "is a folder" : "no such file";
            throw new InputException($"{path}: {found}; expected {expected}");
        }
        try
        {
            return Decode(File.ReadAllBytes(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({e.Message}); expected {expected}", e);
        }
    }

    /// <summary>Splits bytes at line feeds and decodes each line.</summary>
    /// <exception cref="InputException">Bytes are not UTF-8 (with the line).</exception>
    public static List<string> Decode(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        var lines = new List<string>();
        while (!bytes.IsEmpty)
        {
            int end = bytes.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? [] : bytes[(end + 1)..];
            if (line.EndsWith("\r"u8))
                line = line[..^1];
            lines.Add(DecodeLine(line, path, lines.Count + 1));
        }
        return lines;
    }

    private static string DecodeLine(ReadOnlySpan<byte> line, string path, int number)
    {
        try
        {
            return Strict.GetString(line);
        }
        catch (DecoderFallbackException e)
        {
            string found = string.Join(' ', (e.BytesUnknown ?? []).Select(b => $"0x{b:X2}"));
            throw new InputException(
                $"{path}:{number}: {found} at byte {e.Index + 1} is not UTF-8; save the file as UTF-8 (iconv -t UTF-8)", e);
        }
    }
}
