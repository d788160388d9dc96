namespace Unroll.Text;

/// <summary>Opens files that people give, compressed or not.</summary>
internal static class InputFile
{
    /// <summary>Opens a file as lines; one that gzip compressed is decompressed on the way.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">What the file should be, for the error.</param>
    /// <exception cref="InputException">The file is missing, is a folder, or cannot be opened.</exception>
    public static Utf8LineReader OpenLines(string path, string expected)
    {
        if (!File.Exists(path))
        {
            string found = Directory.Exists(path) ? "is a folder" : "no such file";
            throw new InputException($"{path}: {found}; expected {expected}");
        }
        try
        {
            return OpenLines(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({e.Message}); expected {expected}", e);
        }
    }

    /// <summary>Lines of a stream, which need not be seekable.</summary>
    /// <param name="stream">Bytes, compressed by gzip or not.</param>
    /// <param name="source">What errors call the stream.</param>
    public static Utf8LineReader OpenLines(Stream stream, string source)
    {
        byte[] head = new byte[2];
        head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        var whole = new JoinedStream(new MemoryStream(head), stream);
        bool compressed = head is [0x1F, 0x8B];
        if (!compressed && source.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
        {
            stream.Dispose();
            throw new InputException($"{source}: not gzip data, expected it by the file's name; compress the file or take .gz off its name");
        }
        return new Utf8LineReader(compressed ? new GzipInput(whole) : whole, source);
    }
}
