using System.Buffers.Text;
using System.Text;
using Unroll.Data;

namespace Unroll.Text;

/// <summary>
/// Pre-trained vectors of the words of a vocabulary, from a file in GloVe's or word2vec's text format: a word and its numbers on
/// each line, parted by spaces or tabs, after an optional first line with the count of words and the width.
/// </summary>
/// <remarks>
/// A word is matched as it stands: no other case or spelling of it is tried, so lower-cased vectors want a lower-cased
/// vocabulary. Where a word comes twice, the first one counts. Words with white space inside cannot be in a vocabulary and are
/// passed over. The special tokens have no vector.
/// </remarks>
public sealed class WordVectors
{
    private const string Format = "vectors in GloVe or word2vec text format: a word and its numbers on each line";
    private const int MostWidth = 1 << 16;

    private readonly float[] _values;
    private readonly bool[] _found;
    private readonly int _words;

    private WordVectors(int width, float[] values, bool[] found, int words)
    {
        Width = width;
        _values = values;
        _found = found;
        _words = words;
        Found = found.Count(isFound => isFound);
    }

    /// <summary>E: how many numbers a word has.</summary>
    public int Width { get; }

    /// <summary>How many words of the vocabulary the file has.</summary>
    public int Found { get; }

    /// <summary>The share of the vocabulary's words, special tokens aside, that the file has; 0 to 1.</summary>
    public double Coverage => _words == 0 ? 0 : (double)Found / _words;

    /// <summary>The vectors of all tokens [V,E], zeros where the file has none.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>Whether the file has the word.</summary>
    /// <param name="id">The word's place in the vocabulary.</param>
    public bool Has(int id) => _found[id];

    /// <summary>Reads a file line by line and keeps what the vocabulary has.</summary>
    /// <param name="path">The file; gzip is decompressed on the way.</param>
    /// <param name="vocabulary">The words to keep.</param>
    /// <exception cref="InputException">
    /// The file is missing, empty or not UTF-8, a line has another width than the first, a number of a kept word is none, or
    /// there are fewer words than the first line says; with file and line.
    /// </exception>
    public static WordVectors Read(string path, Vocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        using Utf8LineReader lines = InputFile.OpenLines(path, Format);
        if (!lines.Read())
            throw new InputException($"{path}: empty file; expected {Format}");
        (long? count, int width) = ReadWidth(lines);
        if ((long)width * vocabulary.Size > Array.MaxLength)
            throw lines.Error($"{vocabulary.Size} words of width {width} are too many to hold; take a smaller vocabulary");
        float[] values = new float[width * vocabulary.Size];
        bool[] found = new bool[vocabulary.Size];
        long words = 0;
        while (lines.Read())
        {
            ReadOnlySpan<byte> line = TrimEnd(lines.Line);
            if (line.IsEmpty)
                continue;
            words++;
            int wordLength = WordLength(lines, line, width);
            if (vocabulary.FindWord(line[..wordLength], out int id) && !found[id])
            {
                ReadNumbers(lines, line[wordLength..], values.AsSpan(id * width, width));
                found[id] = true;
            }
        }
        if (words == 0 || words < count)
        {
            string expected = count is null ? $"expected {Format}" : $"line 1 says {count}";
            throw new InputException($"{path}: the file has {words} vectors, {expected}; it may be cut short, fetch it again");
        }
        return new WordVectors(width, values, found, vocabulary.WordCount);
    }

    // The first line is "count width" or the first vector, which is then read once more.
    private static (long? Count, int Width) ReadWidth(Utf8LineReader lines)
    {
        ReadOnlySpan<byte> line = TrimEnd(lines.Line);
        int fields = 0;
        for (ReadOnlySpan<byte> rest = line; !NextField(ref rest).IsEmpty;)
            fields++;
        ReadOnlySpan<byte> second = line;
        ReadOnlySpan<byte> first = NextField(ref second);
        second = NextField(ref second);
        if (fields == 2 && IsWhole(first, out long count) && IsWhole(second, out long width))
        {
            return width is >= 1 and <= MostWidth
                ? (count, (int)width)
                : throw lines.Error(
                    $"the width is {width}, expected 1 to {MostWidth}; the first line is the count of words and the width");
        }
        lines.ReadAgain();
        return fields - 1 is >= 1 and <= MostWidth
            ? (null, fields - 1)
            : throw lines.Error($"a word with {Math.Max(0, fields - 1)} numbers, expected {Format}");
    }

    // Most lines are of words that nobody asks for: one count of separators tells that their width is right.
    private static int WordLength(Utf8LineReader lines, ReadOnlySpan<byte> line, int width)
    {
        int wordLength = line.IndexOfAny((byte)' ', (byte)'\t');
        if (wordLength > 0 && line.Count((byte)' ') + line.Count((byte)'\t') == width)
            return wordLength;
        int fields = 0;
        ReadOnlySpan<byte> rest = line;
        ReadOnlySpan<byte> second = default;
        for (ReadOnlySpan<byte> field = NextField(ref rest); !field.IsEmpty; field = NextField(ref rest))
        {
            if (++fields == 2)
                second = field;
        }
        if (fields == width + 1 && wordLength > 0)
            return wordLength;
        // More fields than the width are a word with spaces inside, unless they are all numbers.
        if (fields > width + 1 && !IsNumber(second, out _))
            return line.Length;
        throw lines.Error(
            $"a vector of width {fields - 1}, expected {width} as in the first line; restore the line or remove it");
    }

    private static void ReadNumbers(Utf8LineReader lines, ReadOnlySpan<byte> rest, Span<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> field = NextField(ref rest);
            if (!IsNumber(field, out values[i]))
            {
                string shown = Encoding.UTF8.GetString(field[..Math.Min(field.Length, 40)]);
                throw lines.Error($"number {i + 1} is \"{shown}\", expected a finite number; restore the line or remove it");
            }
        }
    }

    private static ReadOnlySpan<byte> NextField(scoped ref ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart(" \t"u8);
        int end = rest.IndexOfAny((byte)' ', (byte)'\t');
        ReadOnlySpan<byte> field = end < 0 ? rest : rest[..end];
        rest = rest[field.Length..];
        return field;
    }

    private static ReadOnlySpan<byte> TrimEnd(ReadOnlySpan<byte> line) => line.TrimEnd(" \t"u8);

    private static bool IsWhole(ReadOnlySpan<byte> field, out long value) =>
        Utf8Parser.TryParse(field, out value, out int used) && used == field.Length && value >= 0;

    private static bool IsNumber(ReadOnlySpan<byte> field, out float value) =>
        Utf8Parser.TryParse(field, out value, out int used) && used == field.Length && float.IsFinite(value);
}
