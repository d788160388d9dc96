namespace Unroll.Classroom.Sheets;

/// <summary>The language of a sheet.</summary>
internal enum SheetLanguage
{
    CSharp,
    Python,
}

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    Word,
    Number,
    Text,
    Sign,
}

/// <summary>A word, number, text or sign of a program.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Its first character.</param>
/// <param name="End">The character after its last.</param>
/// <param name="Value">A plain text without its quotes; any other token as it stands.</param>
internal readonly record struct SourceToken(TokenKind Kind, int Start, int End, string Value);

/// <summary>
/// Cuts C# or Python into tokens, without comments and white space. It knows as much of both as is needed to tell what is a text
/// and what is not; a program that does not compile is cut as well as it goes.
/// </summary>
internal sealed class SourceTokens
{
    private readonly string _source;
    private readonly bool _isPython;
    private readonly List<SourceToken> _tokens = [];

    private SourceTokens(string source, SheetLanguage language)
    {
        _source = source;
        _isPython = language == SheetLanguage.Python;
    }

    /// <summary>The tokens of a program.</summary>
    public static IReadOnlyList<SourceToken> Of(string source, SheetLanguage language)
    {
        var tokens = new SourceTokens(source, language);
        int i = 0;
        while (i < source.Length)
            i = tokens.Next(i);
        return tokens._tokens;
    }

    private int Next(int i)
    {
        char c = _source[i];
        if (char.IsWhiteSpace(c))
            return i + 1;
        if (CommentEnd(i) is { } comment)
            return comment;
        if (TextEnd(i) is { } text)
            return text;
        if (char.IsLetter(c) || c is '_' or '@')
            return Add(TokenKind.Word, i, End(i + 1, next => char.IsLetterOrDigit(next) || next == '_'));
        if (char.IsDigit(c))
            return Add(TokenKind.Number, i, End(i + 1, next => char.IsLetterOrDigit(next) || next is '_' or '.'));
        return Add(TokenKind.Sign, i, i + 1);
    }

    // The end of the comment, or of the line for the compiler, that begins here.
    private int? CommentEnd(int i)
    {
        bool isLine = _isPython ? _source[i] == '#' : Stands(i, "//") || (_source[i] == '#' && IsFirstOfLine(i));
        if (isLine)
            return End(i, c => c != '\n');
        if (_isPython || !Stands(i, "/*"))
            return null;
        int end = _source.IndexOf("*/", i + 2, StringComparison.Ordinal);
        return end < 0 ? _source.Length : end + 2;
    }

    private bool IsFirstOfLine(int i)
    {
        while (i > 0 && _source[i - 1] is ' ' or '\t')
            i--;
        return i == 0 || _source[i - 1] == '\n';
    }

    // The end of the text that begins here, with its prefix.
    private int? TextEnd(int start)
    {
        int i = start;
        string prefixes = _isPython ? "rRbBfFuU" : "@$";
        while (i < _source.Length && i - start < 3 && prefixes.Contains(_source[i], StringComparison.Ordinal))
            i++;
        if (i == _source.Length || _source[i] is not ('"' or '\''))
            return null;
        string prefix = _source[start..i];
        char quote = _source[i];
        if (quote == '\'' && !_isPython)
            return prefix.Length > 0 ? null : AddText(start, i + 1, Closing(i + 1, '\'', hasEscapes: true), 1);
        int quotes = End(i, c => c == quote) - i;
        if (quotes >= 3)
        {
            int length = _isPython ? 3 : quotes;
            int end = _source.IndexOf(new string(quote, length), i + length, StringComparison.Ordinal);
            return Add(TokenKind.Text, start, end < 0 ? _source.Length : End(end + length, c => c == quote && !_isPython));
        }
        bool isVerbatim = !_isPython && prefix.Contains('@', StringComparison.Ordinal);
        bool isFilled = prefix.Contains(_isPython ? 'f' : '$', StringComparison.OrdinalIgnoreCase);
        int close = isFilled && !_isPython ? FilledClosing(i + 1, isVerbatim) : Closing(i + 1, quote, !isVerbatim);
        return prefix.Length == 0
            ? AddText(start, i + 1, close, 1)
            : Add(TokenKind.Text, start, Math.Min(close + 1, _source.Length));
    }

    private int Closing(int i, char quote, bool hasEscapes)
    {
        while (i < _source.Length && _source[i] != quote && (!hasEscapes || _source[i] != '\n'))
            i += hasEscapes && _source[i] == '\\' ? 2 : 1;
        return Math.Min(i, _source.Length);
    }

    // The closing quote of an interpolated text, whose holes may have texts of their own.
    private int FilledClosing(int i, bool isVerbatim)
    {
        int depth = 0;
        while (i < _source.Length)
        {
            char c = _source[i];
            if (depth == 0 && c == '"')
                return i;
            if (c == '{' && depth == 0 && Stands(i, "{{"))
                i++;
            else if (c == '{')
                depth++;
            else if (c == '}' && depth > 0)
                depth--;
            else if (depth > 0 && c == '"')
                i = Closing(i + 1, '"', hasEscapes: true);
            else if (c == '\\' && !isVerbatim)
                i++;
            i++;
        }
        return _source.Length;
    }

    private int AddText(int start, int from, int close, int quote)
    {
        int end = Math.Min(close + quote, _source.Length);
        _tokens.Add(new SourceToken(TokenKind.Text, start, end, _source[from..close]));
        return end;
    }

    private int Add(TokenKind kind, int start, int end)
    {
        _tokens.Add(new SourceToken(kind, start, end, _source[start..end]));
        return end;
    }

    private int End(int i, Func<char, bool> goesOn)
    {
        while (i < _source.Length && goesOn(_source[i]))
            i++;
        return i;
    }

    private bool Stands(int i, string text) => string.CompareOrdinal(_source, i, text, 0, text.Length) == 0;
}
