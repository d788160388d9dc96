namespace Unroll.Data;

/// <summary>Two streams read one after the other.</summary>
internal sealed class JoinedStream(Stream first, Stream second) : ForwardStream
{
    /// <summary>Whether the first stream has been read to its end.</summary>
    public bool IsInSecond { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        if (!IsInSecond)
        {
            int count = first.Read(buffer);
            if (count > 0 || buffer.IsEmpty)
                return count;
            IsInSecond = true;
        }
        return second.Read(buffer);
    }

    protected override void Dispose(bool disposing)
    {
        first.Dispose();
        second.Dispose();
        base.Dispose(disposing);
    }
}
