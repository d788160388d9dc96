using System.Collections;

namespace Unroll.Terms;

/// <summary>
/// The lines of a file of terms, of which strings are made when somebody asks: a prediction needs none, and there may be a
/// hundred thousand.
/// </summary>
internal sealed class TermNames : IReadOnlyList<string>
{
    private readonly string _text;
    private readonly int[] _starts;

    /// <summary>Finds the lines.</summary>
    /// <param name="text">Lines, each with its LF. A CR before it came with a copy that changed the ends of lines.</param>
    public TermNames(string text)
    {
        _text = text;
        _starts = new int[1 + text.AsSpan().Count('\n')];
        for (int line = 1; line < _starts.Length; line++)
            _starts[line] = 1 + text.IndexOf('\n', _starts[line - 1]);
    }

    public int Count => _starts.Length - 1;

    public string this[int index] => SpanOf(index).ToString();

    /// <summary>One line without a string of its own.</summary>
    public ReadOnlySpan<char> SpanOf(int index) => _text.AsSpan(_starts[index].._starts[index + 1]).TrimEnd("\r\n");

    public IEnumerator<string> GetEnumerator()
    {
        for (int line = 0; line < Count; line++)
            yield return this[line];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
