namespace Unroll.Tests.Data;

/// <summary>Bytes that come at most so many at a time, as from a network.</summary>
internal sealed class ChunkedStream(byte[] content, int size) : MemoryStream(content)
{
    public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, size)]);

    public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, size));
}
