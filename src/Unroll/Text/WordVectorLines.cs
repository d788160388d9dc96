using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;
using Unroll.Data;

namespace Unroll.Text;

/// <summary>The lines of a file of word vectors: which is the word, which are its numbers, and whether the line is odd.</summary>
internal sealed class WordVectorLines
{
    public const string Format = "vectors in GloVe or word2vec text format: a word and its numbers on each line";

    private const int MostWidth = 1 << 16;

    // Without a header the first lines tell the width together: the first alone may be odd.
    private const int LinesThatTell = 15;

    private readonly Utf8LineReader _reader;
    private readonly Queue<(int Number, byte[] Line)> _first = [];
    private byte[]? _held;
    private int _number;

    private WordVectorLines(Utf8LineReader reader)
    {
        _reader = reader;
    }

    /// <summary>How many words the first line says there are; null where it says nothing.</summary>
    public long? Count { get; private set; }

    /// <summary>How many numbers a word has.</summary>
    public int Width { get; private set; }

    /// <summary>The current line without white space at its end.</summary>
    public ReadOnlySpan<byte> Line => TrimEnd(_held ?? _reader.Line);

    /// <summary>What to do about a file that is no text.</summary>
    public static string AdviceOn(ForeignFile foreign) =>
        foreign.Name.Contains("fastText", StringComparison.Ordinal) ? "give the .vec file that stands beside it, which is text"
        : foreign.Name.StartsWith("word vectors", StringComparison.Ordinal) ? foreign.Advice
        : foreign.AdviceOnTheWay(isText: true, readsGzip: true)
            ?? "write the vectors as text (gensim: save_word2vec_format(FILE, binary=False))";

    /// <summary>Reads what tells the width: the first line, "count width", or the first vectors.</summary>
    /// <param name="reader">Not yet read from; accepts broken text.</param>
    /// <exception cref="InputException">The file is empty, or the first lines are no vectors.</exception>
    public static WordVectorLines Begin(Utf8LineReader reader)
    {
        if (!reader.Read())
            throw new InputException($"{reader.Source}: empty file; expected {Format}");
        var lines = new WordVectorLines(reader);
        lines.RefuseJson();
        if (lines.ReadHeader(TrimEnd(reader.Line)))
            lines.CheckHeader();
        else
            lines.FindWidth();
        return lines;
    }

    /// <summary>Goes to the next line that is not empty; false at the end.</summary>
    public bool Read()
    {
        if (_first.TryDequeue(out (int Number, byte[] Line) first))
        {
            (_number, _held) = first;
            return true;
        }
        _held = null;
        while (_reader.Read())
        {
            if (!Line.IsEmpty)
            {
                _number = _reader.Number;
                return true;
            }
        }
        return false;
    }

    /// <summary>An error about the current line.</summary>
    public InputException Error(string message) => new($"{_reader.Source}:{Math.Max(1, _number)}: {message}");

    /// <summary>How many bytes the line's word has; null for an odd line.</summary>
    /// <param name="odd">Counts it.</param>
    public int? WordLength(OddVectorLines odd)
    {
        ReadOnlySpan<byte> line = Line;
        int length = line.IndexOfAny((byte)' ', (byte)'\t');
        // Most lines are of words that nobody asks for: one count of separators tells that their width is right.
        bool isPlain = length > 0 && line.Count((byte)' ') + line.Count((byte)'\t') == Width;
        if (!isPlain)
        {
            int fields = CountFields(line, out ReadOnlySpan<byte> second);
            bool isBlank = length <= 0 && fields == Width;
            // More fields than the width are a word with spaces inside, unless they are all numbers.
            if (isBlank || (fields > Width + 1 && !IsNumber(second, out _)))
            {
                odd.Add(OddVectorLine.Blank, _number);
                return null;
            }
            if (fields != Width + 1 || length <= 0)
            {
                odd.Add(OddVectorLine.Width, _number, Error(
                    $"a vector of width {Math.Max(0, fields - 1)}, expected {Width} as in the other lines; restore the line or " +
                    "remove it"));
                return null;
            }
        }
        if (Utf8.IsValid(line[..length]))
            return length;
        odd.Add(OddVectorLine.Encoding, _number, Error(
            "a word that is not UTF-8; save the file as UTF-8 (iconv -f WINDOWS-1252 -t UTF-8 if it is Western European)"));
        return null;
    }

    /// <summary>Reads the numbers behind the word; false, and zeros, where one is none.</summary>
    /// <param name="wordLength">The word's bytes.</param>
    /// <param name="values">[E]: overwritten.</param>
    /// <param name="odd">Counts the line.</param>
    public bool ReadNumbers(int wordLength, Span<float> values, OddVectorLines odd)
    {
        ReadOnlySpan<byte> rest = Line[wordLength..];
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> field = NextField(ref rest);
            bool isNumber = IsNumber(field, out values[i]);
            if (isNumber && Math.Abs(values[i]) <= OddVectorLines.LargestNumber)
                continue;
            values.Clear();
            string shown = Excerpt.Of(Encoding.UTF8.GetString(field[..Math.Min(field.Length, 40)]));
            string most = isNumber ? $" of at most {OddVectorLines.LargestNumber} in size" : "";
            odd.Add(isNumber ? OddVectorLine.Size : OddVectorLine.Number, _number, Error(
                $"number {i + 1} is {shown}, expected a finite number{most}; restore the line or remove it"));
            return false;
        }
        return true;
    }

    // "count width"
    private bool ReadHeader(ReadOnlySpan<byte> line)
    {
        int fields = CountFields(line, out ReadOnlySpan<byte> second);
        ReadOnlySpan<byte> rest = line;
        // A line whose word is blank begins with the separator.
        if (fields != 2 || line[0] is (byte)' ' or (byte)'\t'
            || !IsWhole(NextField(ref rest), out long count) || !IsWhole(second, out long width))
        {
            return false;
        }
        if (width is < 1 or > MostWidth)
        {
            throw Error($"the width is {width}, expected 1 to {MostWidth}; the first line is the count of words and the width");
        }
        (Count, Width) = (count, (int)width);
        return true;
    }

    // A word may be a brace, but then a number follows.
    private void RefuseJson()
    {
        ReadOnlySpan<byte> line = _reader.Line.Trim(" \t"u8);
        int fields = CountFields(line, out ReadOnlySpan<byte> second);
        bool isOpen = line.SequenceEqual("{"u8) || line.SequenceEqual("["u8);
        bool isJson = line.Length > 1 && line[0] is (byte)'{' or (byte)'[' && (fields < 2 || !IsNumber(second, out _))
            && line[1..].TrimStart(" \t"u8) is [(byte)'"' or (byte)'[' or (byte)'{', ..];
        if (isOpen || isJson)
            throw Error($"the file is JSON, expected {Format}; write it so, without brackets and commas");
    }

    // A width that no line below has is the header's fault, not theirs.
    private void CheckHeader()
    {
        if (!_reader.Read())
            return;
        List<int> widths = ReadWidths();
        if (widths.Count == 0 || widths.Contains(Width))
            return;
        IGrouping<int, int> most = widths.GroupBy(width => width).MaxBy(same => same.Count())!;
        if (most.Key > 0 && 2 * most.Count() > widths.Count)
        {
            throw Error(
                $"the first line says width {Width}, the lines below have {most.Key}; correct the first line or remove it");
        }
    }

    private void FindWidth()
    {
        List<int> widths = ReadWidths();
        Width = widths.GroupBy(width => width).MaxBy(same => (same.Count(), same.Key > 0))?.Key ?? 0;
        if (Width is < 1 or > MostWidth)
            throw Error($"a word with {Math.Max(0, Width)} numbers, expected {Format}");
    }

    // The first lines are held, to be read once more.
    private List<int> ReadWidths()
    {
        var widths = new List<int>();
        do
        {
            byte[] line = _reader.Line.ToArray();
            int fields = CountFields(TrimEnd(line), out _);
            if (fields == 0)
                continue;
            // A line whose word is blank begins with the separator.
            widths.Add(line.Length > 0 && line[0] is (byte)' ' or (byte)'\t' ? fields : fields - 1);
            _first.Enqueue((_reader.Number, line));
        }
        while (_first.Count < LinesThatTell && _reader.Read());
        return widths;
    }

    private static int CountFields(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> second)
    {
        int fields = 0;
        second = default;
        ReadOnlySpan<byte> rest = line;
        for (ReadOnlySpan<byte> field = NextField(ref rest); !field.IsEmpty; field = NextField(ref rest))
        {
            if (++fields == 2)
                second = field;
        }
        return fields;
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
