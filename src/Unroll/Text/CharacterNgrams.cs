using System.Text;

namespace Unroll.Text;

/// <summary>
/// The pieces of a word, as fastText takes them (Bojanowski, Grave, Joulin and Mikolov, "Enriching word vectors with subword
/// information", 2017): its sequences of three to six letters, with <c>&lt;</c> before its first letter and <c>&gt;</c>
/// behind its last. A piece picks a row of a table by its hash; pieces share rows.
/// </summary>
/// <remarks>
/// The hash is FNV-1a of 32 bits over the piece in UTF-8, h ← (h xor byte) · 16777619 from 2166136261, modulo the rows of the
/// table. A letter is a Unicode scalar value. Of a word of more than 256 letters only the first 256 are looked at.
/// </remarks>
internal static class CharacterNgrams
{
    /// <summary>Rows of the table of a new model.</summary>
    public const int DefaultRows = 1 << 15;

    /// <summary>The most rows that a table may have.</summary>
    public const int MostRows = 1 << 24;

    private const int Shortest = 3;
    private const int Longest = 6;
    private const int MostLetters = 256;
    private const uint Basis = 2166136261;
    private const uint Prime = 16777619;

    /// <summary>The rows of a word's pieces, in the order of their first letters, short ones first.</summary>
    /// <param name="word">The word.</param>
    /// <param name="tableRows">Rows of the table.</param>
    /// <param name="rows">Overwritten.</param>
    public static void Read(string word, int tableRows, List<int> rows)
    {
        rows.Clear();
        Span<uint> letters = stackalloc uint[MostLetters + 2];
        int count = 0;
        letters[count++] = '<';
        foreach (Rune letter in word.EnumerateRunes())
        {
            if (count > MostLetters)
                break;
            letters[count++] = (uint)letter.Value;
        }
        letters[count++] = '>';
        for (int first = 0; first < count; first++)
        {
            uint hash = Basis;
            for (int end = first; end < Math.Min(first + Longest, count); end++)
            {
                hash = Add(hash, new Rune(letters[end]));
                if (end - first + 1 >= Shortest)
                    rows.Add((int)(hash % (uint)tableRows));
            }
        }
    }

    private static uint Add(uint hash, Rune letter)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (byte value in utf8[..letter.EncodeToUtf8(utf8)])
            hash = unchecked((hash ^ value) * Prime);
        return hash;
    }
}
