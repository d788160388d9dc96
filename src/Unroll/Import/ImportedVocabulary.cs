using Unroll.Data;
using Unroll.Text;

namespace Unroll.Import;

/// <summary>
/// The vocabulary of a model that was trained elsewhere. Ours has <c>&lt;pad&gt;</c> at id 0 and <c>&lt;unk&gt;</c> at id 1;
/// where the file has them at other places or has no padding, ids move, and the word vectors move with them.
/// </summary>
internal sealed class ImportedVocabulary
{
    private const int None = -1;

    private readonly int[] _sources;

    private ImportedVocabulary(Vocabulary vocabulary, int[] sources, int lines, string? note)
    {
        Vocabulary = vocabulary;
        _sources = sources;
        Lines = lines;
        Note = note;
    }

    public Vocabulary Vocabulary { get; }

    /// <summary>The tokens that the file has: the rows that word vectors must have.</summary>
    public int Lines { get; }

    /// <summary>What became of the special tokens; null where they stood right.</summary>
    public string? Note { get; }

    /// <summary>
    /// Reads a file with one token a line; where tokens are characters, a line of white space is their token of it.
    /// </summary>
    /// <exception cref="InputException">It is no such file, or it does not say what becomes of unknown words.</exception>
    public static ImportedVocabulary Read(string path, TokenKind kind, UnknownWords? unknown)
    {
        List<string> lines = ReadLines(path);
        if (kind == TokenKind.Char)
            lines = [.. lines.Select(line => line.Length > 0 && string.IsNullOrWhiteSpace(line) ? GraphemeTokens.Space : line)];
        try
        {
            // The whole list is checked as it stands, so that errors have the file's line numbers.
            var words = new Vocabulary(lines, UnknownWords.Refuse);
            int[] same = [.. Enumerable.Range(0, lines.Count)];
            return unknown == UnknownWords.Refuse
                ? new ImportedVocabulary(words, same, lines.Count, null)
                : WithUnknown(lines, path, unknown);
        }
        catch (InputException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InputException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>
    /// Rows of V values in the file's order → in the vocabulary's; the row of a token that the file lacks is zero.
    /// </summary>
    /// <param name="values">[lines,width]</param>
    /// <param name="width">Values of a token.</param>
    public float[] Rows(float[] values, int width)
    {
        float[] moved = new float[_sources.Length * width];
        for (int id = 0; id < _sources.Length; id++)
        {
            if (_sources[id] != None)
                values.AsSpan(_sources[id] * width, width).CopyTo(moved.AsSpan(id * width));
        }
        return moved;
    }

    /// <summary>The same for columns: the input weight of one-hot words, [rows,lines].</summary>
    public float[] Columns(float[] values)
    {
        int rows = values.Length / Lines;
        float[] moved = new float[rows * _sources.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int id = 0; id < _sources.Length; id++)
                moved[row * _sources.Length + id] = _sources[id] == None ? 0 : values[row * Lines + _sources[id]];
        }
        return moved;
    }

    private static List<string> ReadLines(string path)
    {
        using Utf8LineReader reader = InputFile.OpenLines(path, "a UTF-8 file with one token a line");
        var lines = new List<string>();
        while (reader.Read())
            lines.Add(reader.Text);
        return lines;
    }

    private static ImportedVocabulary WithUnknown(List<string> lines, string path, UnknownWords? unknown)
    {
        int padding = lines.IndexOf(Vocabulary.Padding);
        int unknownId = lines.IndexOf(Vocabulary.Unknown);
        string? note = null;
        if (unknownId == None)
        {
            if (unknown is null || padding > 0 || lines.Count < 2)
            {
                string begins = string.Join(" and ", lines.Take(2).Select(line => $"\"{line}\""));
                throw new InputException(
                    $"{path}:1: begins with {begins} and has no line {Vocabulary.Unknown}; " +
                    "give TorchImportOptions.Unknown = Token if lines 1 and 2 are the padding and the unknown word, " +
                    "or TorchImportOptions.Unknown = Refuse if every line is a word");
            }
            note = $"{lines[0]} (line 1) is read as the padding and {lines[1]} (line 2) as the unknown word";
            (padding, unknownId) = (0, 1);
        }
        else if ((padding, unknownId) != (0, 1))
        {
            string place = padding == None ? "was added" : $"moved from line {padding + 1}";
            note = $"{Vocabulary.Padding} {place} to line 1, {Vocabulary.Unknown} moved from line {unknownId + 1} to line 2, "
                + $"their word vectors with them";
        }
        int[] sources = [padding, unknownId, .. Enumerable.Range(0, lines.Count).Where(id => id != padding && id != unknownId)];
        var vocabulary = new Vocabulary(
            [Vocabulary.Padding, Vocabulary.Unknown, .. sources.Skip(2).Select(id => lines[id])], UnknownWords.Token);
        return new ImportedVocabulary(vocabulary, sources, lines.Count, note);
    }
}
