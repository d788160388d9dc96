using System.Text;
using Unroll.Text;

namespace Unroll.Cli.Data;

/// <summary>Lines as one run of characters for a parser, which may not run on without end.</summary>
internal sealed class Utf8LineText(Utf8LineReader lines) : TextReader
{
    /// <summary>How many characters a parser takes at a time.</summary>
    public const int BufferSize = 32 << 10;

    private char[] _line = [];
    private int _next;
    private int _end;
    private long _recordBytes;

    /// <summary>The line where the parser's record begins.</summary>
    public int RecordLine { get; private set; } = 1;

    /// <summary>The parser has come to the end of a record.</summary>
    public void BeginRecord(int line)
    {
        RecordLine = line;
        _recordBytes = 0;
    }

    /// <exception cref="InputException">A line cannot be read, or the record is too long.</exception>
    public override int Read(Span<char> buffer)
    {
        if (_next == _end && !Fill())
            return 0;
        int count = Math.Min(buffer.Length, _end - _next);
        _line.AsSpan(_next, count).CopyTo(buffer);
        _next += count;
        return count;
    }

    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    public override int Read()
    {
        char one = '\0';
        return Read(new Span<char>(ref one)) == 0 ? -1 : one;
    }

    public override int Peek() => _next < _end || Fill() ? _line[_next] : -1;

    private bool Fill()
    {
        if (!lines.Read())
            return false;
        ReadOnlySpan<byte> bytes = lines.LineWithEnd;
        _recordBytes += bytes.Length;
        // What is buffered may belong to records that the parser has not yet come to.
        if (_recordBytes > Utf8LineReader.LongestLine + 2 && lines.Number > RecordLine)
        {
            throw new InputException(
                $"{lines.Source}:{RecordLine}: the row that begins here has {_recordBytes >> 20} MB by line {lines.Number}, expected at most {Utf8LineReader.LongestLine >> 20} MB; look for a quote that is never closed");
        }
        if (_line.Length < bytes.Length)
            _line = new char[bytes.Length];
        _next = 0;
        _end = Encoding.UTF8.GetChars(bytes, _line);
        return true;
    }
}
