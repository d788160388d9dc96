using System.Text;

namespace Unroll.Bench.Fuzzing;

/// <summary>
/// Changes bytes as damage, other programs and hands do: bits, blocks, lengths, and the words that formats are made of.
/// </summary>
/// <param name="random">Where the choices come from.</param>
internal sealed class Mutator(Random random)
{
    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "\0", "\n", "\r", "\r\n", "\t", ",", ";", "|", "\"", "\"\"", "'", "\\", "{", "}", "[", "]", ":", " ", "-", "-1", "0",
            "1e999", "-1e999", "NaN", "Infinity", "null", "true", "{}", "[]", "\"\"", "4294967296", "9223372036854775807",
            "99999999999999999999", "1.5", "\\u0000", "\\ud800", "\\n", "\u001b[31m", "\u200b", "\u2028", "\ufeff", "é",
            "__label__", "__metadata__", "<pad>", "<unk>", "label", "text", "F32", "F64", "BF16", "I64", "U8", "shape",
            "data_offsets", "dtype", "sep=;", "../", "/", "lstm", "gru", "attention", "epoch",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF], [0x80], [0xC3], [0xED, 0xA0, 0x80], [0xFF, 0xFE], [0x1F, 0x8B],
        [0x00, 0x00, 0xC0, 0x7F], [0x00, 0x00, 0x80, 0x7F], [0xFF, 0xFF, 0x7F, 0x7F], [0xFF, 0xFF, 0xFF, 0x7F],
        [0xFF, 0xFF, 0xFF, 0xFF],
    ];

    /// <summary>One to six changes, most often one.</summary>
    /// <param name="seed">The bytes; they stay.</param>
    /// <param name="other">Where foreign pieces come from.</param>
    public byte[] Mutate(byte[] seed, byte[] other)
    {
        byte[] bytes = [.. seed];
        int changes = random.Next(2) == 0 ? 1 : random.Next(2, 7);
        for (int i = 0; i < changes; i++)
            bytes = Change(bytes, other);
        return bytes;
    }

    private byte[] Change(byte[] bytes, byte[] other)
    {
        int at = random.Next(bytes.Length + 1);
        int length = Math.Min(random.Next(4) == 0 ? random.Next(64) : random.Next(1, 5), bytes.Length - at);
        byte[] piece = Pieces[random.Next(Pieces.Length)];
        switch (random.Next(11))
        {
            case 0 when at < bytes.Length:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1 when at < bytes.Length:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2:
                return Splice(bytes, at, 0, piece);
            case 3:
                return Splice(bytes, at, Math.Min(piece.Length, bytes.Length - at), piece);
            case 4:
                return Splice(bytes, at, length, []);
            case 5:
                return Splice(bytes, at, 0, bytes.AsSpan(at, length).ToArray());
            case 6:
                return bytes[..at];
            case 7:
                int from = random.Next(other.Length + 1);
                return Splice(bytes, at, length, other[from..Math.Min(other.Length, from + random.Next(64))]);
            case 8:
                return SwapNumber(bytes, at);
            case 9:
                return SwapBlocks(bytes, at, length);
            default:
                return Splice(bytes, at, 0, [.. Enumerable.Repeat(piece, random.Next(1, 200)).SelectMany(each => each)]);
        }
    }

    // The run of digits at or after a place becomes another number.
    private byte[] SwapNumber(byte[] bytes, int at)
    {
        while (at < bytes.Length && !char.IsAsciiDigit((char)bytes[at]))
            at++;
        int end = at;
        while (end < bytes.Length && char.IsAsciiDigit((char)bytes[end]))
            end++;
        string[] numbers = ["0", "-1", "1", "2", "7", "255", "1000000", "2147483647", "2147483648", "1e30", "0.5", "1e-320"];
        return at == end ? bytes : Splice(bytes, at, end - at, Encoding.UTF8.GetBytes(numbers[random.Next(numbers.Length)]));
    }

    private byte[] SwapBlocks(byte[] bytes, int at, int length)
    {
        if (length == 0)
            return bytes;
        int to = random.Next(bytes.Length - length + 1);
        byte[] one = bytes.AsSpan(at, length).ToArray();
        bytes.AsSpan(to, length).ToArray().CopyTo(bytes, at);
        one.CopyTo(bytes, to);
        return bytes;
    }

    private static byte[] Splice(byte[] bytes, int at, int removed, byte[] added) =>
        [.. bytes.AsSpan(0, at), .. added, .. bytes.AsSpan(at + removed)];
}
