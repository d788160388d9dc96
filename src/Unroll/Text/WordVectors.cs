using Unroll.Data;

namespace Unroll.Text;

/// <summary>
/// Pre-trained vectors of the words of a vocabulary, from a file in GloVe's or word2vec's text format: a word and its numbers on
/// each line, parted by spaces or tabs, after an optional first line with the count of words and the width.
/// </summary>
/// <remarks>
/// A word is matched as it stands: no other case or spelling of it is tried, so lower-cased vectors want a lower-cased
/// vocabulary. Where a word comes twice, the first one counts. The special tokens have no vector. An odd line is passed over and
/// counted in <see cref="Note"/>, and its word has no vector: one whose word is blank, has white space inside or is no UTF-8,
/// and one with another width or a number that is none or huge. Where most lines are so, the file is refused; the numbers of the
/// first lines are read for that, whatever their words.
/// </remarks>
public sealed class WordVectors
{
    // So many first lines tell whether a file's numbers are written as expected.
    private const int LinesWhollyRead = 100;

    private readonly float[] _values;
    private readonly bool[] _found;

    private WordVectors(int width, float[] values, bool[] found, int words, string? note)
    {
        Note = note;
        Width = width;
        _values = values;
        _found = found;
        Words = words;
        Found = found.Count(isFound => isFound);
    }

    /// <summary>E: how many numbers a word has.</summary>
    public int Width { get; }

    /// <summary>How many words the vocabulary has, special tokens aside.</summary>
    public int Words { get; }

    /// <summary>How many words of the vocabulary the file has.</summary>
    public int Found { get; }

    /// <summary>How many lines were passed over and why, in one line; null where none was.</summary>
    public string? Note { get; }

    /// <summary>The share of the vocabulary's words, special tokens aside, that the file has; 0 to 1.</summary>
    public double Coverage => Words == 0 ? 0 : (double)Found / Words;

    /// <summary>The vectors of all tokens [V,E], zeros where the file has none.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>What <see cref="Standardize"/> did; null where it did nothing.</summary>
    public VectorStandardization? Standardization { get; private init; }

    /// <summary>
    /// The same vectors, each dimension brought to mean 0 and one deviation over the words that were found, so that they are as
    /// large as the random ones of other words; see <see cref="VectorStandardization"/>.
    /// </summary>
    /// <param name="deviation">The deviation they shall have, above 0.</param>
    public WordVectors Standardize(float deviation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(deviation);
        float[] values = [.. _values];
        return new WordVectors(Width, values, _found, Words, Note)
        {
            Standardization = VectorStandardization.Apply(values, _found, Width, deviation),
        };
    }

    /// <summary>Whether the file has the word.</summary>
    /// <param name="id">The word's place in the vocabulary.</param>
    public bool Has(int id) => _found[id];

    /// <summary>Reads a file line by line and keeps what the vocabulary has.</summary>
    /// <param name="path">The file; gzip is decompressed on the way.</param>
    /// <param name="vocabulary">The words to keep.</param>
    /// <exception cref="InputException">
    /// The file is missing or empty, most of its lines are no vectors, or there are fewer words than the first line says; with
    /// file and line.
    /// </exception>
    public static WordVectors Read(string path, Vocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        using Utf8LineReader reader = InputFile.OpenLines(path, WordVectorLines.Format, acceptsBrokenText: true);
        reader.AdviceOn = WordVectorLines.AdviceOn;
        var lines = WordVectorLines.Begin(reader);
        int width = lines.Width;
        if ((long)width * vocabulary.Size > Array.MaxLength)
            throw lines.Error($"{vocabulary.Size} words of width {width} are too many to hold; take a smaller vocabulary");
        float[] values = new float[width * vocabulary.Size];
        bool[] found = new bool[vocabulary.Size];
        var odd = new OddVectorLines();
        float[] unasked = new float[width];
        long words = 0;
        long read = 0;
        while (lines.Read())
        {
            words++;
            if (lines.WordLength(odd) is not { } wordLength)
                continue;
            ReadOnlySpan<byte> word = lines.Line[..wordLength];
            bool isAsked = vocabulary.FindWord(word, out int id) && !found[id];
            if (!isAsked && words > LinesWhollyRead)
                continue;
            read++;
            bool isRight = lines.ReadNumbers(wordLength, isAsked ? values.AsSpan(id * width, width) : unasked, odd);
            if (isAsked)
                found[id] = isRight;
        }
        odd.RequireFew(words, read);
        if (words == 0 || words < lines.Count)
        {
            string expected = lines.Count is { } count ? $"line 1 says {count}" : $"expected {WordVectorLines.Format}";
            throw new InputException($"{path}: the file has {words} vectors, {expected}; it may be cut short, fetch it again");
        }
        return new WordVectors(width, values, found, vocabulary.WordCount, odd.Note);
    }
}
