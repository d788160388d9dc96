using System.Buffers;
using System.Text;

namespace Unroll.Data;

/// <summary>
/// Takes the records of CSV (RFC 4180) out of lines, one at a time. LF, CR and CRLF all end a record, a quoted field may hold
/// them, and a quote inside a quoted field is doubled. Memory grows to the longest record and no further than a line may be.
/// </summary>
/// <param name="lines">The file from its beginning.</param>
/// <param name="delimiter">What parts the fields.</param>
internal sealed class CsvParser(Utf8LineReader lines, char delimiter)
{
    private const char Quote = '"';
    private const string QuoteRule = "put the field in quotes and double the quotes inside it";

    private readonly SearchValues<char> _special = SearchValues.Create([delimiter, Quote, '\r', '\n']);
    private readonly SearchValues<char> _fieldEnds = SearchValues.Create([delimiter, '\r', '\n']);
    private readonly List<string> _fields = [];
    private readonly List<bool> _areQuoted = [];

    // The characters of whole lines: what is left of the last one, and while a quote is open the lines after it.
    private char[] _text = new char[1024];
    private int _next;
    private int _end;
    private int _nextLine = lines.NextNumber;
    private long _recordBytes;

    /// <summary>The line, from 1, where the current record begins.</summary>
    public int Line { get; private set; }

    /// <summary>The fields of the current record, until the next call of <see cref="Read"/>.</summary>
    public IReadOnlyList<string> Fields => _fields;

    /// <summary>Whether the current record is nothing but a line end.</summary>
    public bool IsEmptyLine { get; private set; }

    /// <summary>Whether the current record ends in a CR without LF.</summary>
    public bool EndsInReturn { get; private set; }

    /// <summary>Whether the file ended inside a quoted field.</summary>
    public bool EndsInQuotes { get; private set; }

    /// <summary>Whether a field of the current record stood in quotes.</summary>
    public bool IsQuoted(int field) => _areQuoted[field];

    /// <summary>Goes to the next record; false at the end.</summary>
    /// <exception cref="InputException">A quote stands where it may not, or a line cannot be read.</exception>
    public bool Read()
    {
        _fields.Clear();
        _areQuoted.Clear();
        EndsInReturn = false;
        _recordBytes = _end - _next;
        Line = _nextLine;
        if (_next == _end && !ReadLine())
            return false;
        IsEmptyLine = _text[_next] is '\r' or '\n';
        while (ReadField())
        {
        }
        return true;
    }

    // Whether another field follows in the record.
    private bool ReadField()
    {
        _areQuoted.Add(_next < _end && _text[_next] == Quote);
        if (_areQuoted[^1])
        {
            _fields.Add(QuotedField());
        }
        else
        {
            ReadOnlySpan<char> field = Rest(_next, _special);
            if (_next + field.Length < _end && _text[_next + field.Length] == Quote)
                throw StrayQuote(field.Length);
            _next += field.Length;
            _fields.Add(field.ToString());
        }
        if (_next == _end)
        {
            _nextLine++;
            return false;
        }
        char end = _text[_next++];
        if (end == delimiter)
            return true;
        bool isPair = end == '\r' && _next < _end && _text[_next] == '\n';
        if (isPair)
            _next++;
        EndsInReturn = end == '\r' && !isPair;
        _nextLine++;
        return false;
    }

    // Leaves _next behind the closing quote.
    private string QuotedField()
    {
        int line = _nextLine;
        int close = _next + 1;
        bool hasQuotes = false;
        while (true)
        {
            int length = _text.AsSpan(close, _end - close).IndexOf(Quote);
            if (length < 0)
            {
                int done = _end - _next;
                if (!ReadLine())
                {
                    EndsInQuotes = true;
                    throw NeverClosed(line);
                }
                close = _next + done;
                continue;
            }
            close += length;
            if (close + 1 == _end || _text[close + 1] != Quote)
                break;
            hasQuotes = true;
            close += 2;
        }
        ReadOnlySpan<char> content = _text.AsSpan((_next + 1)..close);
        _nextLine += LineEnds(content);
        string field = content.ToString();
        _next = close + 1;
        if (_next < _end && !_fieldEnds.Contains(_text[_next]))
            throw AfterClosingQuote(line);
        return hasQuotes ? field.Replace("\"\"", "\"", StringComparison.Ordinal) : field;
    }

    // Puts the next line behind what is not yet read; false at the end of the file.
    private bool ReadLine()
    {
        if (!lines.Read())
            return false;
        ReadOnlySpan<byte> bytes = lines.LineWithEnd;
        _recordBytes += bytes.Length;
        if (_recordBytes > Utf8LineReader.LongestLine + 2 && _next < _end)
        {
            throw Error(
                Line,
                $"the row that begins here has {_recordBytes >> 20} MB by line {lines.Number}, " +
                $"expected at most {Utf8LineReader.LongestLine >> 20} MB; look for a quote that is never closed");
        }
        if (_next > 0)
        {
            _text.AsSpan(_next.._end).CopyTo(_text);
            _end -= _next;
            _next = 0;
        }
        if (_text.Length < _end + bytes.Length)
            Array.Resize(ref _text, Math.Max(_end + bytes.Length, 2 * _text.Length));
        _end += Encoding.UTF8.GetChars(bytes, _text.AsSpan(_end));
        return true;
    }

    // The text up to one of the characters, or to the end.
    private ReadOnlySpan<char> Rest(int start, SearchValues<char> ends)
    {
        ReadOnlySpan<char> rest = _text.AsSpan(start.._end);
        int length = rest.IndexOfAny(ends);
        return length < 0 ? rest : rest[..length];
    }

    private InputException StrayQuote(int place)
    {
        ReadOnlySpan<char> field = Rest(_next, _fieldEnds);
        string advice = field[..place].IsWhiteSpace()
            ? "take the blank before the quote out, for a quote that opens a field stands right behind the delimiter, " +
              $"{Delimiters.SingularOf(delimiter)}"
            : QuoteRule + OrTsv();
        return Error(
            _nextLine, $"a quote inside the unquoted field {Excerpt.Of(field.ToString())} (character {place + 1}); {advice}");
    }

    private InputException NeverClosed(int line) => Error(
        line,
        $"the quote that opens the field {Excerpt.Of(_text.AsSpan(_next.._end).ToString())} is never closed; " +
        $"close it, or {QuoteRule}");

    private InputException AfterClosingQuote(int openedOn)
    {
        string opened = openedOn == _nextLine ? "" : $" opened on line {openedOn}";
        string found = Excerpt.Of(Rest(_next, _fieldEnds).ToString());
        return Error(
            _nextLine,
            $"{found} after the closing quote of a field{opened}, expected the delimiter, {Delimiters.SingularOf(delimiter)}; " +
            $"double the quotes inside a field{OrTsv()}");
    }

    private string OrTsv() =>
        delimiter == '\t' ? ", or give DataFormat.Kind = Tsv to read quotes as they are" : "";

    private InputException Error(int line, string message) => new($"{lines.Source}:{line}: {message}");

    private static int LineEnds(ReadOnlySpan<char> text) =>
        text.ContainsAny('\r', '\n') ? text.Count('\n') + text.Count('\r') - text.Count("\r\n") : 0;
}
