using System.Collections;
using System.Text;

namespace Unroll.Terms;

/// <summary>
/// The lines of a file of terms, of which strings are made when somebody asks: a prediction needs none, and there may be a
/// hundred thousand.
/// </summary>
internal sealed class TermNames : IReadOnlyList<string>
{
    private const int CharsOnStack = 256;

    private readonly byte[] _utf8;
    private readonly int[] _starts;

    /// <summary>Finds the lines.</summary>
    /// <param name="utf8">
    /// Lines in UTF-8, each with its LF; kept, not copied. A CR before it came with a copy that changed the ends of lines.
    /// </param>
    public TermNames(byte[] utf8)
    {
        _utf8 = utf8;
        _starts = new int[1 + utf8.AsSpan().Count((byte)'\n')];
        for (int line = 1; line < _starts.Length; line++)
            _starts[line] = 1 + _starts[line - 1] + utf8.AsSpan(_starts[line - 1]).IndexOf((byte)'\n');
    }

    public int Count => _starts.Length - 1;

    public string this[int index] => Encoding.UTF8.GetString(BytesOf(index));

    /// <summary>The key of one line's term (<see cref="TermKeys.Of"/>), without a string of its own.</summary>
    public ulong KeyOf(int index)
    {
        ReadOnlySpan<byte> line = BytesOf(index);
        Span<char> term = line.Length <= CharsOnStack ? stackalloc char[CharsOnStack] : new char[line.Length];
        return TermKeys.Of(term[..Encoding.UTF8.GetChars(line, term)]);
    }

    public IEnumerator<string> GetEnumerator()
    {
        for (int line = 0; line < Count; line++)
            yield return this[line];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private ReadOnlySpan<byte> BytesOf(int index) =>
        _utf8.AsSpan(_starts[index].._starts[index + 1]).TrimEnd("\r\n"u8);
}
