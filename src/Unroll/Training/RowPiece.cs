using System.Runtime.InteropServices;
using Unroll.Text;

namespace Unroll.Training;

/// <summary>
/// Some rows of a corpus as bytes, for another rank: of each its label, its hash, the number of its tokens and their numbers.
/// </summary>
internal static class RowPiece
{
    private const int NumbersOfHash = 4;
    private const int NumbersBefore = 1 + NumbersOfHash + 1;

    /// <summary>The next rows of a corpus.</summary>
    /// <param name="corpus">Has the rows.</param>
    /// <param name="next">The first of them; then the first that is not among them.</param>
    /// <param name="most">About how many bytes.</param>
    /// <returns>Nothing behind the last row.</returns>
    public static byte[] Write(Corpus corpus, ref int next, int most)
    {
        var numbers = new List<int>();
        for (; next < corpus.Count && numbers.Count < most / sizeof(int); next++)
        {
            UInt128 hash = corpus.HashOf(next);
            ReadOnlySpan<int> tokens = corpus.TokensOf(next);
            numbers.Add(corpus.LabelOf(next));
            numbers.AddRange(MemoryMarshal.Cast<UInt128, int>(new ReadOnlySpan<UInt128>(in hash)));
            numbers.Add(tokens.Length);
            numbers.AddRange(tokens);
        }
        return [.. MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(numbers))];
    }

    /// <summary>Adds rows to a corpus.</summary>
    /// <param name="bytes">The rows.</param>
    /// <param name="corpus">Takes them.</param>
    /// <param name="tokens">The number here of each token there.</param>
    /// <param name="labels">The number here of each label there.</param>
    public static void Read(ReadOnlySpan<byte> bytes, Corpus corpus, int[] tokens, int[] labels)
    {
        ReadOnlySpan<int> numbers = MemoryMarshal.Cast<byte, int>(bytes);
        var row = new List<int>();
        while (!numbers.IsEmpty)
        {
            row.Clear();
            foreach (int token in numbers.Slice(NumbersBefore, numbers[NumbersBefore - 1]))
                row.Add(tokens[token]);
            UInt128 hash = MemoryMarshal.Read<UInt128>(MemoryMarshal.AsBytes(numbers.Slice(1, NumbersOfHash)));
            corpus.AddNumbers(CollectionsMarshal.AsSpan(row), labels[numbers[0]], hash);
            numbers = numbers[(NumbersBefore + row.Count)..];
        }
    }
}
