using System.Buffers.Binary;
using System.IO.Compression;

namespace Unroll.Data;

/// <summary>
/// Decompresses gzip data (RFC 1952), which may be several members, one after the other, and zeros behind them. Each member's
/// checksum and length are compared, and anything else behind a member is an error.
/// <see cref="GZipStream"/> takes damage after the first member, and data that was cut short, for the end.
/// </summary>
/// <remarks>What was decompressed is given out when as much again has been, or the end was found whole.</remarks>
internal sealed class GzipInput : ForwardStream
{
    /// <summary>The bytes that every member begins with.</summary>
    public static ReadOnlySpan<byte> Beginning => [0x1F, 0x8B];

    private const int BlockSize = 64 << 10;
    private const byte Deflate = 8;
    private const int HasHeaderChecksum = 1 << 1, HasExtra = 1 << 2, HasName = 1 << 3, HasComment = 1 << 4, Unknown = 0xE0;
    private const string NotWhole = "the gzip data ends too early or is damaged";
    private const string NoMember = "bytes that are no gzip data stand behind the gzip data";

    private readonly ReadChunks _compressed;
    private readonly byte[] _trailer = new byte[8];
    private DeflateStream? _member;
    private uint _checksum;
    private uint _length;

    private byte[] _given = new byte[BlockSize];
    private byte[] _ahead = new byte[BlockSize];
    private int _place;
    private int _givenLength;
    private int _aheadLength;
    private bool _began;

    public GzipInput(Stream compressed) => _compressed = new ReadChunks(compressed);

    /// <exception cref="InvalidDataException">
    /// The data is not gzip's, is damaged or ends too early; the message is to stand before an advice.
    /// </exception>
    public override int Read(Span<byte> buffer)
    {
        if (!_began)
        {
            BeginMember();
            _began = true;
            _aheadLength = Fill(_ahead);
        }
        if (_place == _givenLength)
        {
            (_given, _ahead) = (_ahead, _given);
            (_place, _givenLength) = (0, _aheadLength);
            _aheadLength = _givenLength > 0 ? Fill(_ahead) : 0;
        }
        int count = Math.Min(buffer.Length, _givenLength - _place);
        _given.AsSpan(_place, count).CopyTo(buffer);
        _place += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        _member?.Dispose();
        _compressed.Dispose();
        base.Dispose(disposing);
    }

    private int Fill(byte[] block)
    {
        int filled = 0;
        while (filled < block.Length && _member is not null)
        {
            int count = Decompress(block.AsSpan(filled));
            _checksum = Crc32.Append(_checksum, block.AsSpan(filled, count));
            _length += (uint)count;
            filled += count;
            if (count == 0 && !(EndMember() && BeginMember()))
                _member = null;
        }
        return filled;
    }

    private int Decompress(Span<byte> buffer)
    {
        try
        {
            return _member!.Read(buffer);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException(NotWhole, e);
        }
    }

    // Whether another member follows.
    private bool EndMember()
    {
        _member!.Dispose();
        BinaryPrimitives.WriteUInt32LittleEndian(_trailer, _checksum);
        BinaryPrimitives.WriteUInt32LittleEndian(_trailer.AsSpan(4), _length);
        if (!_compressed.GoBehind(_trailer))
            throw new InvalidDataException(NotWhole);
        while (_compressed.Peek() == 0)
            _compressed.ReadByte();
        return _compressed.Peek() >= 0;
    }

    private bool BeginMember()
    {
        uint checksum = 0;
        if (Next(NoMember) != Beginning[0] || Next(NoMember) != Beginning[1])
            throw new InvalidDataException(NoMember);
        byte method = Next();
        byte flags = Next();
        if (method != Deflate || (flags & Unknown) != 0)
            throw new InvalidDataException(NotWhole);
        // The time, two notes of the compressor.
        for (int i = 0; i < 6; i++)
            Next();
        if ((flags & HasExtra) != 0)
        {
            for (int left = Next() | (Next() << 8); left > 0; left--)
                Next();
        }
        foreach (int text in (int[])[HasName, HasComment])
        {
            while ((flags & text) != 0 && Next() != 0)
            {
            }
        }
        ushort expected = (ushort)checksum;
        if ((flags & HasHeaderChecksum) != 0 && (Next() | (Next() << 8)) != expected)
            throw new InvalidDataException(NotWhole);
        _member = new DeflateStream(_compressed, CompressionMode.Decompress, leaveOpen: true);
        (_checksum, _length) = (0, 0);
        return true;

        byte Next(string error = NotWhole)
        {
            int read = _compressed.ReadByte();
            if (read < 0)
                throw new InvalidDataException(error);
            checksum = Crc32.Append(checksum, [(byte)read]);
            return (byte)read;
        }
    }
}
