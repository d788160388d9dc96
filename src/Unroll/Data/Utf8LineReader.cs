using System.Text;
using System.Text.Unicode;

namespace Unroll.Data;

/// <summary>
/// Reads lines of strict UTF-8 from a stream, one at a time, in memory that grows to the longest line and no further than
/// <see cref="LongestLine"/>. A byte-order mark is taken off.
/// </summary>
internal sealed class Utf8LineReader(Stream stream, string source) : IDisposable
{
    /// <summary>The most bytes a line may have.</summary>
    public const int LongestLine = 16 << 20;

    private const long MostCounted = 1L << 30;

    // A file with so much text before the first LF has none.
    private const int LongWithoutLineFeed = 1 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private byte[] _buffer = new byte[64 << 10];
    private long _dropped;
    private int _start;
    private int _length;
    private int _end;
    private bool _ended;
    private bool _again;
    private byte _lineEnd = (byte)'\n';
    private bool _lineEndIsKnown;
    private bool _isText;

    /// <summary>What errors call the stream.</summary>
    public string Source => source;

    /// <summary>Whether a zero byte is an error: it is in files that people make.</summary>
    public bool RefusesNul { get; init; } = true;

    /// <summary>
    /// Whether a line may hold bytes that are no UTF-8: for files in which one odd line must not cost the others.
    /// </summary>
    public bool AcceptsBrokenText { get; init; }

    /// <summary>A line that begins at this <see cref="Offset"/> or behind it is not read. Default: no such place.</summary>
    public long EndsAt { get; set; } = long.MaxValue;

    /// <summary>What to do about a file that is no text; by default how rows of text come out of it.</summary>
    public Func<ForeignFile, string> AdviceOn { get; set; } = foreign => foreign.Advice;

    /// <summary>The number of the current line, from 1; 0 before the first.</summary>
    public int Number { get; private set; }

    /// <summary>Where the current line begins: the number of the stream's bytes before it.</summary>
    public long Offset => _dropped + _start;

    /// <summary>The number that the line of the next call of <see cref="Read"/> has.</summary>
    public int NextNumber => _again ? Number : Number + 1;

    /// <summary>The current line with its end, until the next call of <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> LineWithEnd => _buffer.AsSpan(_start, _length);

    /// <summary>The current line without its end, until the next call of <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> Line
    {
        get
        {
            ReadOnlySpan<byte> line = LineWithEnd;
            if (line.EndsWith("\n"u8))
                line = line[..^1];
            return line.EndsWith("\r"u8) ? line[..^1] : line;
        }
    }

    /// <summary>The current line without its end.</summary>
    public string Text => Encoding.UTF8.GetString(Line);

    /// <summary>Goes to the next line; false at the end.</summary>
    /// <exception cref="InputException">
    /// The line is too long, is not UTF-8 or holds a zero byte, or the stream cannot be read.
    /// </exception>
    public bool Read()
    {
        if (_again)
        {
            _again = false;
            return true;
        }
        _start += _length;
        _length = 0;
        if (Offset >= EndsAt)
            return false;
        int searched = 0;
        while (true)
        {
            if (Number == 0 && !_lineEndIsKnown && (_ended || searched >= LongWithoutLineFeed))
            {
                _lineEndIsKnown = true;
                EndLinesInReturns();
                searched = _lineEnd == '\r' ? 0 : searched;
            }
            searched = Math.Min(searched, _end - _start);
            int feed = _buffer.AsSpan((_start + searched).._end).IndexOf(_lineEnd);
            if (feed >= 0 || _ended)
            {
                _length = feed >= 0 ? searched + feed + 1 : _end - _start;
                break;
            }
            searched = _end - _start;
            if (Number == 0 && searched >= ForeignFile.EnoughBytes)
                RequireText();
            if (searched > LongestLine)
                throw TooLong(searched);
            Fill();
        }
        // Pages often begin with empty lines.
        if (!_isText)
        {
            RequireText();
            _isText = !Line.Trim(" \t"u8).IsEmpty;
        }
        if (Number == 0)
            TakeOffByteOrderMark();
        if (_length == 0)
            return false;
        Number++;
        if (_length > LongestLine + 2)
            throw TooLong(_length);
        Check(Line);
        return true;
    }

    /// <summary>Goes to the first line that is not blank, or to the last one; false where there is no line.</summary>
    public bool ReadFirst()
    {
        bool any = false;
        while (Read())
        {
            any = true;
            if (!Line.Trim(" \t"u8).IsEmpty)
                break;
        }
        return any;
    }

    /// <summary>Lets the next call of <see cref="Read"/> give the current line once more.</summary>
    public void ReadAgain() => _again = Number > 0 && _length > 0;

    /// <summary>
    /// The current line and those after it, whole ones, to look ahead: as many as are asked for, or the first alone where it is
    /// longer than that. They are read again afterwards.
    /// </summary>
    /// <param name="mostLines">How many lines.</param>
    /// <param name="mostBytes">How many bytes.</param>
    /// <param name="isRest">Whether nothing stands behind them.</param>
    public ReadOnlySpan<byte> Ahead(int mostLines, int mostBytes, out bool isRest)
    {
        ReadOnlySpan<byte> ahead = Ahead(mostLines, mostBytes);
        isRest = _ended && ahead.Length == _end - _start;
        return ahead;
    }

    private ReadOnlySpan<byte> Ahead(int mostLines, int mostBytes)
    {
        while (!_ended && _end - _start < mostBytes && _buffer.AsSpan(_start.._end).Count(_lineEnd) < mostLines)
            Fill();
        ReadOnlySpan<byte> ahead = _buffer.AsSpan(_start, Math.Max(_length, Math.Min(_end - _start, mostBytes)));
        int end = 0;
        for (int line = 0; line < mostLines; line++)
        {
            int feed = ahead[end..].IndexOf(_lineEnd);
            if (feed < 0)
                return _ended && ahead.Length == _end - _start ? ahead : ahead[..Math.Max(end, _length)];
            end += feed + 1;
        }
        return ahead[..end];
    }

    /// <summary>An error about the current line.</summary>
    /// <param name="message">What was found, what was expected, what to do.</param>
    public InputException Error(string message) => new($"{source}:{Number}: {message}");

    public void Dispose() => stream.Dispose();

    private void TakeOffByteOrderMark()
    {
        if (LineWithEnd.StartsWith(Encoding.UTF8.Preamble))
        {
            _start += Encoding.UTF8.Preamble.Length;
            _length -= Encoding.UTF8.Preamble.Length;
        }
    }

    private void RequireText()
    {
        ReadOnlySpan<byte> first = _buffer.AsSpan(_start.._end);
        if (first.StartsWith(GzipInput.Beginning))
        {
            throw new InputException(
                $"{source}:1: the file is gzip data inside gzip data, expected UTF-8 text; decompress it once (gzip -d)");
        }
        if (ForeignFile.Of(first) is { } foreign)
            throw new InputException($"{source}:1: the file is {foreign.Name}, expected UTF-8 text; {AdviceOn(foreign)}");
    }

    // As old Macs wrote them. The last byte says nothing.
    private void EndLinesInReturns()
    {
        ReadOnlySpan<byte> text = _buffer.AsSpan(_start.._end);
        if (!text.Contains((byte)'\n') && text.IndexOf((byte)'\r') is var place and >= 0 && place < text.Length - 1)
            _lineEnd = (byte)'\r';
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            _end -= _start;
            _dropped += _start;
            _start = 0;
        }
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        int count = ReadStream(_buffer.AsSpan(_end));
        _end += count;
        _ended = count == 0;
        // Ctrl-Z, by which old programs end a file.
        if (_ended && _end > _start && _buffer[_end - 1] == 0x1A && RefusesNul)
            _end--;
    }

    private int ReadStream(Span<byte> bytes)
    {
        try
        {
            return stream.Read(bytes);
        }
        catch (InvalidDataException e)
        {
            throw new InputException(
                $"{source}:{Number + 1}: {e.Message}; compress the file again (gzip -t checks it)", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{source}:{Number + 1}: cannot be read ({e.Message})", e);
        }
    }

    // The rest of the line is read over its beginning, only to say how long it is.
    private InputException TooLong(long size)
    {
        if (LineWithEnd.IsEmpty)
        {
            Number++;
            int count = -1;
            while (count != 0 && size < MostCounted)
            {
                count = ReadStream(_buffer);
                int feed = _buffer.AsSpan(0, count).IndexOf((byte)'\n');
                size += feed < 0 ? count : feed;
                if (feed >= 0)
                    break;
            }
        }
        string most = size >= MostCounted ? "more than " : "";
        return Error(
            $"a line of {most}{size >> 20} MB, expected at most {LongestLine >> 20} MB; " +
            "check that the file has line ends, or split the text over rows");
    }

    private void Check(ReadOnlySpan<byte> line)
    {
        if (RefusesNul && !AcceptsBrokenText && line.IndexOf((byte)0) is var nul and >= 0)
            throw Error($"byte {nul + 1} is NUL, expected text; {BrokenText.AdviceOnNul(line, isFirst: Number == 1)}");
        if (AcceptsBrokenText || Utf8.IsValid(line))
            return;
        try
        {
            Strict.GetCharCount(line);
        }
        catch (DecoderFallbackException e)
        {
            string found = string.Join(' ', (e.BytesUnknown ?? []).Select(b => $"0x{b:X2}"));
            throw new InputException(
                $"{source}:{Number}: {found} at byte {e.Index + 1} is not UTF-8; {BrokenText.AdviceOnBytes(line)}", e);
        }
    }
}
