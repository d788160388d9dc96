using System.IO.Compression;
using System.Text;
using Unroll.Data;
using Xunit;

namespace Unroll.Tests.Data;

/// <summary>gzip data of several members: what stands behind the first one is read or refused, and never left out.</summary>
public class GzipInputTests
{
    private const string Damaged = "the gzip data ends too early or is damaged";
    private const string Other = "bytes that are no gzip data stand behind the gzip data";

    private static readonly byte[] First = Reading.Gzip("label,text\npos,so fine\n");
    private static readonly byte[] Second = Reading.Gzip("neg,dull\n");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(512)]
    [InlineData(100_000)]
    public void Zeros_behind_the_data_are_passed_over(int zeros) =>
        Assert.Equal(2, Reading.Input([.. First, .. Second, .. new byte[zeros]]).Length);

    [Theory]
    [InlineData("neg,dull\n", 1)]
    [InlineData("\n", 1)]
    [InlineData("\u001F", 1)]
    [InlineData("\u001F\u008C", 1)]
    [InlineData("\0\0\0x", 1)]
    [InlineData("0123456789", 20_000)]
    public void Other_bytes_behind_it_are_refused(string garbage, int times)
    {
        byte[] bytes = [.. Enumerable.Repeat(Encoding.Latin1.GetBytes(garbage), times).SelectMany(each => each)];
        AssertError(Other, [.. First, .. bytes]);
        AssertError(Other, [.. First, .. Second, .. bytes]);
    }

    [Fact]
    public void A_second_member_is_never_left_out()
    {
        for (int length = 1; length < Second.Length; length++)
            AssertError(length < 2 ? Other : Damaged, [.. First, .. Second[..length]]);
        for (int place = 0; place < Second.Length; place++)
        {
            // The time and two notes of the compressor stand for nothing.
            if (place is >= 4 and < 10)
                continue;
            byte[] damaged = [.. Second];
            damaged[place] ^= 0xFF;
            AssertError(place < 2 ? Other : Damaged, [.. First, .. damaged]);
        }
    }

    [Fact]
    public void Every_field_of_a_header_is_passed_over()
    {
        byte[] data = First[10..];
        // Header checksum, extra field, name and comment.
        byte[] header = [0x1F, 0x8B, 8, 0x1E, 1, 2, 3, 4, 0, 3, 3, 0, 9, 9, 9, .. "a.csv\0"u8, .. "no comment\0"u8];
        uint crc = Crc32.Append(0, header);
        Assert.Single(Reading.Input([.. header, (byte)crc, (byte)(crc >> 8), .. data]));
        AssertError(Damaged, [.. header, (byte)~crc, (byte)(crc >> 8), .. data]);
        AssertError(Damaged, [.. header]);
    }

    // Members end at every place of what is read at once, some of them empty, and streams give as little as they like.
    [Fact]
    public void Many_members_are_one_content()
    {
        var random = new Random(12);
        for (int round = 0; round < 60; round++)
        {
            var content = new MemoryStream();
            var compressed = new MemoryStream();
            for (int member = random.Next(1, 12); member > 0; member--)
            {
                int[] longest = [3, 2000, 90_000];
                byte[] piece = new byte[random.Next(longest[random.Next(3)])];
                random.NextBytes(piece);
                int letters = random.Next(1, 257);
                foreach (ref byte b in piece.AsSpan())
                    b = (byte)(b % letters);
                content.Write(piece);
                using (var gzip = new GZipStream(compressed, (CompressionLevel)random.Next(4), leaveOpen: true))
                    gzip.Write(piece);
                if (piece.Length == 0)
                    compressed.Write(GzipOfNothing);
                compressed.Write(new byte[random.Next(3)]);
            }
            var read = new MemoryStream();
            using (var gzip = new GzipInput(new Sips(compressed.ToArray(), random.Next(1, 20_000))))
                gzip.CopyTo(read, random.Next(1, 100_000));
            Assert.Equal(content.ToArray(), read.ToArray());
        }
    }

    [Fact]
    public void Data_that_was_compressed_twice_is_told() => Assert.Equal(
        "standard input:1: the file is gzip data inside gzip data, expected UTF-8 text; decompress it once (gzip -d)",
        Reading.Error(() => Reading.Input(Reading.Gzip(First))));

    [Fact]
    public void The_checksum_is_that_of_RFC_1952() =>
        Assert.Equal(0xCBF43926, Crc32.Append(Crc32.Append(0, "1234"u8), "56789"u8));

    private static readonly byte[] GzipOfNothing = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static void AssertError(string expected, byte[] bytes)
    {
        string error = Reading.Error(() => Reading.Input(bytes));
        Assert.StartsWith("standard input:", error, StringComparison.Ordinal);
        Assert.Contains($"{expected}; compress the file again (gzip -t checks it)", error, StringComparison.Ordinal);
    }

    private sealed class Sips(byte[] bytes, int most) : ForwardStream
    {
        private readonly MemoryStream _bytes = new(bytes);

        public override int Read(Span<byte> buffer) => _bytes.Read(buffer[..Math.Min(buffer.Length, most)]);
    }
}
