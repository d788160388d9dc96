using System.IO.Compression;

namespace Unroll.Data;

/// <summary>
/// Decompresses gzip data and notices when it was cut short, which <see cref="GZipStream"/> takes for its end.
/// </summary>
/// <remarks>
/// A gzip file may be several, one after the other. So one more that holds known bytes is put at the end: it can be read only if
/// what stands before it is whole, checksum included. What comes out after the file's own last byte went in is kept until that is
/// known.
/// Other bytes after a whole file are passed over, as gzip does.
/// </remarks>
internal sealed class GzipInput : ForwardStream
{
    private static readonly byte[] Mark = [.. "\u0003end of the data\u0003"u8];
    private static readonly byte[] CompressedMark = Compress(Mark);

    private readonly JoinedStream _compressed;
    private readonly GZipStream _gzip;
    private MemoryStream? _rest;

    public GzipInput(Stream compressed)
    {
        _compressed = new JoinedStream(compressed, new MemoryStream(CompressedMark));
        _gzip = new GZipStream(_compressed, CompressionMode.Decompress);
    }

    /// <exception cref="InvalidDataException">The data is not gzip's, is damaged or ends too early.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_rest is not null)
            return _rest.Read(buffer);
        int count = _gzip.Read(buffer);
        if (count > 0 && !_compressed.IsInSecond)
            return count;
        var rest = new MemoryStream();
        rest.Write(buffer[..count]);
        _gzip.CopyTo(rest);
        if (!rest.GetBuffer().AsSpan(0, (int)rest.Length).EndsWith(Mark))
            throw new InvalidDataException("the gzip data is not whole");
        rest.SetLength(rest.Length - Mark.Length);
        rest.Position = 0;
        _rest = rest;
        return rest.Read(buffer);
    }

    protected override void Dispose(bool disposing)
    {
        _gzip.Dispose();
        base.Dispose(disposing);
    }

    private static byte[] Compress(byte[] bytes)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.NoCompression))
            gzip.Write(bytes);
        return compressed.ToArray();
    }
}
