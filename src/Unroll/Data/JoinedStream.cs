namespace Unroll.Data;

/// <summary>Two streams read one after the other.</summary>
internal sealed class JoinedStream(Stream first, Stream second) : ForwardStream
{
    private bool _isInSecond;

    public override int Read(Span<byte> buffer)
    {
        if (!_isInSecond)
        {
            int count = first.Read(buffer);
            if (count > 0 || buffer.IsEmpty)
                return count;
            _isInSecond = true;
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
