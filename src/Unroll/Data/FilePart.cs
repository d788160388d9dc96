namespace Unroll.Data;

/// <summary>
/// One of several parts of a file, cut at equal numbers of bytes, each at the end of its line: for processes that read a file
/// together. The rows of all parts, one after the other, are those of the file.
/// </summary>
/// <remarks>
/// That holds for files whose every row is a line of its own, and only where no part needs to know what stands in the others: a
/// part in which something is to be told or is wrong is not read, and the file is to be read whole.
/// </remarks>
internal sealed class FilePart
{
    // The first line, which names the columns, and what may stand before it.
    private const int LongestHead = 1 << 20;

    private readonly string _path;
    private readonly DataFormat _format;
    private readonly int _part;
    private readonly int _parts;

    /// <summary>One part of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">How to read it.</param>
    /// <param name="part">Which part, from 0.</param>
    /// <param name="parts">How many there are.</param>
    public FilePart(string path, DataFormat format, int part, int parts) =>
        (_path, _format, _part, _parts) = (path, format, part, parts);

    /// <summary>How many bytes of the file were read, with those that only tell how to read it.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Reads the rows.</summary>
    /// <param name="add">Takes each in order; their line numbers are not those of the file.</param>
    /// <param name="cancellationToken">Stops the reading between two rows.</param>
    /// <returns>False where the file is to be read whole; rows may have been taken by then.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public bool TryRead(Action<LabelledText> add, CancellationToken cancellationToken)
    {
        try
        {
            using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return file.CanSeek && TryRead(file, add, cancellationToken);
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Read whole it says so, with the line.
            return false;
        }
    }

    private bool TryRead(FileStream file, Action<LabelledText> add, CancellationToken cancellationToken)
    {
        if (HeadOf(file) is not { } head)
            return false;
        long first = _part == 0 ? 0 : Math.Max(head.Length, LineAt(file, file.Length * _part / _parts));
        long behind = _part + 1 == _parts
            ? file.Length
            : Math.Max(head.Length, LineAt(file, file.Length * (_part + 1) / _parts));
        // The reader looks behind the part, and reads no line there.
        file.Position = first;
        using Utf8LineReader lines = InputFile.OpenLines(
            _part == 0 ? file : new JoinedStream(new MemoryStream(head), file), _path);
        lines.EndsAt = _part == 0 ? behind : head.Length + behind - first;
        DataKind kind = DataFile.KindOf(lines, _format);
        if (kind is not (DataKind.Tsv or DataKind.Jsonl or DataKind.FastText))
            return false;
        bool isNoted = false;
        // The beginning belongs to the first part.
        int others = _part == 0 ? 0 : head.AsSpan().Count((byte)'\n');
        foreach (LabelledText row in DataFile.Labelled(lines, kind, _format, _ => isNoted = true))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (isNoted)
                break;
            if (row.Line > others)
                add(row);
        }
        BytesRead += lines.Offset;
        return !isNoted;
    }

    // The file's beginning up to the end of the first line that is not blank; null where that is none of a text file.
    private static byte[]? HeadOf(FileStream file)
    {
        byte[] head = new byte[Math.Min(file.Length, LongestHead)];
        file.ReadExactly(head);
        if (head.AsSpan().StartsWith(GzipInput.Beginning))
            return null;
        int start = 0;
        while (head.AsSpan(start).IndexOf((byte)'\n') is var feed and >= 0)
        {
            ReadOnlySpan<byte> line = head.AsSpan(start, feed).Trim("\r\uFEFF"u8);
            start += feed + 1;
            // The names of the columns stand behind a line that says what parts them.
            if (SeparatorLine.Of(line) is not null)
                return null;
            if (!line.Trim(" \t"u8).IsEmpty)
                return head[..start];
        }
        return null;
    }

    // Where the first line begins that does not begin before a place.
    private long LineAt(FileStream file, long place)
    {
        file.Position = place - 1;
        byte[] bytes = new byte[1 << 16];
        while (file.Read(bytes) is var count and > 0)
        {
            BytesRead += count;
            if (bytes.AsSpan(0, count).IndexOf((byte)'\n') is var feed and >= 0)
                return place + feed;
            place += count;
        }
        return file.Length;
    }
}
