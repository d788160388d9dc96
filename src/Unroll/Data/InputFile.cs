using Unroll.Engine.Numerics;

namespace Unroll.Data;

/// <summary>Opens files that people give, compressed or not.</summary>
internal static class InputFile
{
    /// <summary>Opens a file as lines; one that gzip compressed is decompressed on the way.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">What the file should be, for the error.</param>
    /// <param name="acceptsBrokenText">Whether a line may hold bytes that are no UTF-8.</param>
    /// <exception cref="InputException">The file is missing, is a folder, or cannot be opened.</exception>
    public static Utf8LineReader OpenLines(string path, string expected, bool acceptsBrokenText = false)
    {
        try
        {
            return OpenLines(Open(path, bufferSize: 0), path, acceptsBrokenText);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unreadable(path, $"expected {expected}", e);
        }
    }

    /// <summary>Reads a model's file, a state or settings whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="advice">What to do where it cannot be read.</param>
    /// <exception cref="InputException">
    /// The file is missing, is a folder, cannot be read, or is longer than an array can be.
    /// </exception>
    public static byte[] ReadAll(string path, string advice)
    {
        try
        {
            using FileStream stream = Open(path, bufferSize: 1);
            if (!stream.CanSeek)
            {
                // A pipe has no length.
                using var content = new MemoryStream();
                stream.CopyTo(content);
                return content.ToArray();
            }
            if (stream.Length > Array.MaxLength)
            {
                throw new InputException(
                    $"{path}: {stream.Length >> 20} MB, expected at most {Array.MaxLength >> 20}; " +
                    "make the model smaller (fewer words, narrower word vectors)");
            }
            byte[] bytes = LargeArray.Uninitialized<byte>((int)stream.Length);
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unreadable(path, advice, e);
        }
    }

    /// <summary>Reads a file of a folder of ours whole: no pipe or device, which might never end.</summary>
    /// <param name="path">The file.</param>
    /// <param name="advice">What to do where it cannot be read.</param>
    /// <exception cref="InputException">As for <see cref="ReadAll"/>, or the file is no regular one.</exception>
    public static byte[] ReadRegular(string path, string advice)
    {
        // A pipe has no length. To open it for reading would wait for a writer.
        try
        {
            if (LengthOf(path) == 0)
            {
                RequireSeekable(path, advice);
                return [];
            }
        }
        catch (IOException e)
        {
            // It was there, and was replaced.
            throw Unreadable(path, advice, e);
        }
        return ReadAll(path, advice);
    }

    /// <summary>How long a file is, without opening it: 0 for a pipe; null where there is none.</summary>
    /// <param name="path">The file, or a link to it.</param>
    /// <exception cref="IOException">It was there, and was replaced.</exception>
    public static long? LengthOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Length : null;
    }

    // Opened for writing too, a pipe does not wait. Who may not write into it reads it as empty.
    private static void RequireSeekable(string path, string advice)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 1);
            if (!stream.CanSeek)
                throw new InputException($"{path}: is a pipe or a device, expected a file; {advice}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Read-only, or a socket.
        }
    }

    private static FileStream Open(string path, int bufferSize) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize);

    private static InputException Unreadable(string path, string advice, Exception e)
    {
        string found = Directory.Exists(path) ? "is a folder"
            : e is FileNotFoundException or DirectoryNotFoundException or ArgumentException ? "no such file"
            : $"cannot be read ({e.Message.TrimEnd('.')})";
        return new InputException($"{path}: {found}; {advice}", e);
    }

    /// <summary>Lines of a stream, which need not be seekable.</summary>
    /// <param name="stream">Bytes, compressed by gzip or not.</param>
    /// <param name="source">What errors call the stream.</param>
    /// <param name="acceptsBrokenText">Whether a line may hold bytes that are no UTF-8.</param>
    public static Utf8LineReader OpenLines(Stream stream, string source, bool acceptsBrokenText = false)
    {
        byte[] head = new byte[2];
        head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        var whole = new JoinedStream(new MemoryStream(head), stream);
        bool compressed = head.AsSpan().SequenceEqual(GzipInput.Beginning);
        if (!compressed && source.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
        {
            byte[] first = new byte[ForeignFile.EnoughBytes];
            int count = whole.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
            whole.Dispose();
            string found = ForeignFile.Describe(first.AsSpan(0, count)) is { } name ? $"{name}, not gzip data" : "not gzip data";
            throw new InputException(
                $"{source}: {found}, expected it by the file's name; compress the file or take .gz off its name");
        }
        return new Utf8LineReader(compressed ? new GzipInput(whole) : whole, source)
        {
            AcceptsBrokenText = acceptsBrokenText,
        };
    }
}
