namespace Unroll.Data;

/// <summary>
/// A stream that keeps the last bytes it gave, so that a reader which took more than it used, and does not tell how many, can be
/// followed by another: <see cref="GoBehind"/> finds the place by what must stand there.
/// </summary>
internal sealed class ReadChunks(Stream stream) : ForwardStream
{
    private const int ChunkSize = 8 << 10;

    // What was given last stands before _next, from _last on.
    private byte[] _bytes = new byte[4 * ChunkSize];
    private int _last;
    private int _next;
    private int _end;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || !Have(1))
            return 0;
        int count = Math.Min(Math.Min(buffer.Length, ChunkSize), _end - _next);
        _bytes.AsSpan(_next, count).CopyTo(buffer);
        _last = _next;
        _next += count;
        return count;
    }

    /// <summary>The next byte, which stays the next; -1 at the end.</summary>
    public int Peek() => Have(1) ? _bytes[_next] : -1;

    /// <summary>
    /// Goes behind the first such bytes that begin in what was given last, after its first byte, or right behind it.
    /// </summary>
    /// <param name="bytes">At least one.</param>
    /// <returns>False where they do not stand there.</returns>
    public bool GoBehind(ReadOnlySpan<byte> bytes)
    {
        Have(bytes.Length);
        int from = Math.Min(_last + 1, _next);
        int place = _bytes.AsSpan(from..Math.Min(_next + bytes.Length, _end)).IndexOf(bytes);
        if (place < 0)
            return false;
        _next = _last = from + place + bytes.Length;
        return true;
    }

    public override int ReadByte()
    {
        if (!Have(1))
            return -1;
        _last = _next;
        return _bytes[_next++];
    }

    protected override void Dispose(bool disposing)
    {
        stream.Dispose();
        base.Dispose(disposing);
    }

    // Whether so many bytes stand behind the next one's place.
    private bool Have(int count)
    {
        while (_end - _next < count)
        {
            if (_bytes.Length - _end < ChunkSize)
            {
                _bytes.AsSpan(_last.._end).CopyTo(_bytes);
                (_next, _end, _last) = (_next - _last, _end - _last, 0);
            }
            int read = stream.Read(_bytes.AsSpan(_end));
            if (read == 0)
                return false;
            _end += read;
        }
        return true;
    }
}
