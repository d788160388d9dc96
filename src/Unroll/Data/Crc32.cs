namespace Unroll.Data;

/// <summary>The checksum of gzip: the CRC-32 of ISO 3309, as in RFC 1952, section 8.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[] OfByte = [.. Enumerable.Range(0, 256).Select(b => Divide((uint)b))];

    /// <summary>The checksum of bytes that follow others.</summary>
    /// <param name="before">The checksum of the others; 0 for none.</param>
    /// <param name="bytes">What follows.</param>
    public static uint Append(uint before, ReadOnlySpan<byte> bytes)
    {
        uint crc = ~before;
        foreach (byte b in bytes)
            crc = OfByte[(byte)crc ^ b] ^ (crc >> 8);
        return ~crc;
    }

    private static uint Divide(uint remainder)
    {
        for (int bit = 0; bit < 8; bit++)
            remainder = (remainder >> 1) ^ ((remainder & 1) * Polynomial);
        return remainder;
    }
}
