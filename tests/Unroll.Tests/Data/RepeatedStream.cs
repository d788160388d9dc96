using System.Text;

namespace Unroll.Tests.Data;

/// <summary>A beginning, a middle over and over up to a number of bytes, and an end, without holding them.</summary>
internal sealed class RepeatedStream(string beginning, string middle, long middleBytes, string end) : MemoryStream
{
    private readonly byte[] _beginning = Encoding.UTF8.GetBytes(beginning);
    private readonly byte[] _middle = Encoding.UTF8.GetBytes(middle);
    private readonly byte[] _end = Encoding.UTF8.GetBytes(end);

    public long BytesRead { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        int count = 0;
        while (count < buffer.Length && Next() is { IsEmpty: false } next)
        {
            int part = Math.Min(next.Length, buffer.Length - count);
            next[..part].CopyTo(buffer[count..]);
            count += part;
            BytesRead += part;
        }
        return count;
    }

    private ReadOnlySpan<byte> Next()
    {
        if (BytesRead < _beginning.Length)
            return _beginning.AsSpan((int)BytesRead);
        long done = BytesRead - _beginning.Length;
        if (done < middleBytes)
            return _middle.AsSpan(
                (int)(done % _middle.Length), (int)Math.Min(_middle.Length - done % _middle.Length, middleBytes - done));
        done -= middleBytes;
        return done < _end.Length ? _end.AsSpan((int)done) : [];
    }
}
