using System.Collections.ObjectModel;
using System.Text;

namespace Unroll.Text;

/// <summary>What becomes of a word that is not in the vocabulary.</summary>
public enum UnknownWords
{
    /// <summary>It is read as the token <c>&lt;unk&gt;</c>.</summary>
    Token,

    /// <summary>The text is refused with an error that names the word: for a closed vocabulary such as the lab's.</summary>
    Refuse,

    /// <summary>
    /// It is dropped, as if it were not in the text. A text with nothing left is read as one <c>&lt;pad&gt;</c>. For imported
    /// models that were trained so.
    /// </summary>
    Drop,
}

/// <summary>
/// The tokens a model knows; a token's id is its place. With <see cref="UnknownWords.Token"/>, id 0 is <c>&lt;pad&gt;</c> and
/// id 1 is <c>&lt;unk&gt;</c>; with <see cref="UnknownWords.Drop"/>, id 0 is <c>&lt;pad&gt;</c>; with
/// <see cref="UnknownWords.Refuse"/> all ids are words.
/// </summary>
public sealed class Vocabulary
{
    /// <summary>The token of padding, id 0. It stands for no word.</summary>
    public const string Padding = "<pad>";

    /// <summary>The token of every unknown word, id 1.</summary>
    public const string Unknown = "<unk>";

    internal const int UnknownId = 1;
    private const int Specials = 2;
    private const int WordsInError = 20;
    private const int CharsOnStack = 256;

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly string[] _tokens;
    private readonly int _specials;
    private readonly int _longestUtf8;

    /// <summary>Creates a vocabulary from its whole list of tokens.</summary>
    /// <param name="tokens">Every token, by id; the special ones that <paramref name="unknown"/> asks for are the first.</param>
    /// <param name="unknown">What becomes of other words.</param>
    /// <exception cref="InputException">A token comes twice, is empty, or the special ones are not in place.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such choice of <see cref="UnknownWords"/>.</exception>
    public Vocabulary(IEnumerable<string> tokens, UnknownWords unknown)
    {
        _tokens = [.. tokens];
        _ids.EnsureCapacity(_tokens.Length);
        UnknownWords = unknown;
        string[] special = SpecialsOf(unknown);
        if (!_tokens.AsSpan().StartsWith(special))
            throw new InputException($"the vocabulary must begin with {Lines(special)}");
        _specials = special.Length;
        if (_tokens.Length == 0)
            throw new InputException("the vocabulary is empty, expected one token a line");
        for (int id = 0; id < _tokens.Length; id++)
        {
            if (_tokens[id].Length == 0 || HasWhiteSpace(_tokens[id]))
                throw new InputException($"vocabulary line {id + 1} is \"{_tokens[id]}\", expected a token without white space");
            if (!_ids.TryAdd(_tokens[id], id))
                throw new InputException($"vocabulary line {id + 1} repeats \"{_tokens[id]}\" of line {_ids[_tokens[id]] + 1}");
        }
        if (HasPadding)
            _ids.Remove(Padding);
        Tokens = Array.AsReadOnly(_tokens);
        _longestUtf8 = _tokens.Max(Encoding.UTF8.GetByteCount);
    }

    private static bool HasWhiteSpace(string token)
    {
        foreach (char unit in token)
        {
            if (char.IsWhiteSpace(unit))
                return true;
        }
        return false;
    }

    /// <summary>Every token, by id.</summary>
    public ReadOnlyCollection<string> Tokens { get; }

    /// <summary>V: the number of tokens.</summary>
    public int Size => _tokens.Length;

    /// <summary>What becomes of words that are not in the vocabulary.</summary>
    public UnknownWords UnknownWords { get; }

    /// <summary>
    /// Builds the vocabulary of some rows, <c>&lt;pad&gt;</c> and <c>&lt;unk&gt;</c> first, then the most frequent first; tokens
    /// of the same count stand in order of appearance. A token of a text that is written like a special one is an unknown word.
    /// </summary>
    /// <param name="corpus">Has the rows.</param>
    /// <param name="rows">Which rows; null for all.</param>
    /// <param name="minimumCount">How often a token must occur to be in; at least 1.</param>
    /// <param name="maximumSize">The largest <see cref="Size"/>, the two special tokens included; at least 3.</param>
    /// <exception cref="InputException">A limit is out of its range, or no token occurs often enough.</exception>
    public static Vocabulary Build(
        Corpus corpus, IEnumerable<int>? rows = null, int minimumCount = 1, int maximumSize = int.MaxValue)
    {
        if (minimumCount < 1)
            throw new InputException($"the minimum count of the vocabulary is {minimumCount}, expected at least 1");
        if (maximumSize < Specials + 1)
        {
            throw new InputException(
                $"the maximum size of the vocabulary is {maximumSize}, expected at least {Specials + 1}: {Padding}, {Unknown} "
                    + $"and one word");
        }
        int[] counts = new int[corpus.Tokens.Count];
        foreach (int row in rows ?? Enumerable.Range(0, corpus.Count))
        {
            foreach (int token in corpus.TokensOf(row))
                counts[token]++;
        }
        int[] words = [
            .. Enumerable.Range(0, counts.Length).Where(token => counts[token] > 0
                && corpus.Tokens[token] is not (Padding or Unknown))];
        int most = words.Select(token => counts[token]).DefaultIfEmpty(minimumCount).Max();
        if (most < minimumCount)
        {
            throw new InputException(
                $"no token occurs {minimumCount} times, the most frequent one occurs {most}; lower the minimum count of the "
                    + $"vocabulary");
        }
        // Numbers of a corpus are in order of appearance, and OrderBy is stable.
        IEnumerable<string> kept = words.Where(token => counts[token] >= minimumCount)
            .OrderByDescending(token => counts[token]).Take(maximumSize - Specials).Select(token => corpus.Tokens[token]);
        return new Vocabulary([Padding, Unknown, .. kept], UnknownWords.Token);
    }

    /// <summary>
    /// This vocabulary with the tokens of more rows behind its own, the most frequent first; its own keep their ids.
    /// </summary>
    /// <param name="corpus">Has the rows.</param>
    /// <param name="rows">Which rows.</param>
    /// <param name="minimumCount">How often a new token must occur in these rows to be in; at least 1.</param>
    /// <param name="maximumSize">The largest <see cref="Size"/>; a vocabulary that is larger already gets no new tokens.</param>
    internal Vocabulary Grow(Corpus corpus, IEnumerable<int> rows, int minimumCount, int maximumSize)
    {
        int[] counts = new int[corpus.Tokens.Count];
        foreach (int row in rows)
        {
            foreach (int token in corpus.TokensOf(row))
                counts[token]++;
        }
        IEnumerable<string> added = Enumerable.Range(0, counts.Length)
            .Where(token => counts[token] >= minimumCount && corpus.Tokens[token] is not (Padding or Unknown)
                && !_ids.ContainsKey(corpus.Tokens[token]))
            .OrderByDescending(token => counts[token]).Take(Math.Max(0, maximumSize - Size))
            .Select(token => corpus.Tokens[token]);
        return new Vocabulary([.. _tokens, .. added], UnknownWords);
    }

    /// <summary>Every token on a line of its own, by id: the content of <c>vocabulary.txt</c>.</summary>
    public string ToText() => string.Concat(_tokens.Select(token => token + "\n"));

    /// <summary>The id of unknown words; null where they are dropped or refused.</summary>
    internal int? IdOfUnknown => UnknownWords == UnknownWords.Token ? UnknownId : null;

    /// <summary>Whether a token is one of the vocabulary's.</summary>
    /// <param name="token">The token.</param>
    public bool Contains(string token) => _ids.ContainsKey(token);

    /// <summary>Whether id 0 is the padding, which stands for no word.</summary>
    internal bool HasPadding => _specials > 0;

    /// <summary>How many tokens are words: all but the special ones.</summary>
    internal int WordCount => Size - _specials;

    /// <summary>A token's string; null where it is none of the vocabulary's.</summary>
    /// <param name="token">The token.</param>
    internal string? FindToken(ReadOnlySpan<char> token) =>
        _ids.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out int id) ? _tokens[id] : null;

    /// <summary>Finds a word, which no special token is.</summary>
    /// <param name="utf8">The word in UTF-8.</param>
    /// <param name="id">Its place.</param>
    internal bool FindWord(ReadOnlySpan<byte> utf8, out int id)
    {
        id = 0;
        if (utf8.Length > _longestUtf8)
            return false;
        Span<char> word = utf8.Length <= CharsOnStack ? stackalloc char[CharsOnStack] : new char[utf8.Length];
        word = word[..Encoding.UTF8.GetChars(utf8, word)];
        return _ids.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out id) && id >= Size - WordCount;
    }

    /// <summary>The ids of a text's tokens.</summary>
    /// <param name="tokens">The tokens of one text.</param>
    /// <returns>
    /// At least one id: a text without tokens is read as one unknown word, or as one padding where unknown words are dropped.
    /// </returns>
    /// <exception cref="InputException">The vocabulary is closed and a word is not in it, or the text has no tokens.</exception>
    public int[] Encode(ReadOnlySpan<string> tokens) => EncodeWords(tokens) is { Length: > 0 } ids ? ids : [IdOfEmpty];

    /// <summary>The ids of a text's tokens without those that are dropped; there may be none left.</summary>
    /// <param name="tokens">Some tokens.</param>
    /// <exception cref="InputException">The vocabulary is closed and a word is not in it.</exception>
    internal int[] EncodeWords(ReadOnlySpan<string> tokens)
    {
        int[] ids = new int[tokens.Length];
        int count = 0;
        foreach (string token in tokens)
        {
            if (FindId(token) is { } id)
                ids[count++] = id;
        }
        return count == ids.Length ? ids : ids[..count];
    }

    /// <summary>
    /// What a text with nothing to read is read as: one unknown word, or one padding where such words are dropped.
    /// </summary>
    /// <exception cref="InputException">The vocabulary is closed.</exception>
    internal int IdOfEmpty => UnknownWords switch
    {
        UnknownWords.Token => UnknownId,
        UnknownWords.Drop => 0,
        UnknownWords.Refuse => throw new InputException($"no words in the text; known words: {Known()}"),
        _ => throw NoChoice(UnknownWords),
    };

    /// <summary>The id of one token.</summary>
    /// <param name="token">The token.</param>
    /// <exception cref="InputException">
    /// The token is not in the vocabulary, and there is no unknown word to read it as.
    /// </exception>
    public int IdOf(string token) =>
        FindId(token) ?? throw new InputException($"unknown word \"{token}\", which is dropped; known words: {Known()}");

    /// <summary>The id of one token; null where it is dropped.</summary>
    /// <param name="token">The token.</param>
    /// <exception cref="InputException">The vocabulary is closed and the token is not in it.</exception>
    internal int? FindId(string token)
    {
        if (_ids.TryGetValue(token, out int id))
            return id;
        return UnknownWords switch
        {
            UnknownWords.Token => UnknownId,
            UnknownWords.Drop => null,
            UnknownWords.Refuse => throw new InputException($"unknown word \"{token}\"; known words: {Known()}"),
            _ => throw NoChoice(UnknownWords),
        };
    }

    // The tokens that stand for no word of a text, in their order.
    private static string[] SpecialsOf(UnknownWords unknown) => unknown switch
    {
        UnknownWords.Token => [Padding, Unknown],
        UnknownWords.Drop => [Padding],
        UnknownWords.Refuse => [],
        _ => throw NoChoice(unknown),
    };

    private static string Lines(string[] tokens) =>
        tokens.Length == 1 ? $"the line {tokens[0]}" : $"the lines {string.Join(" and ", tokens)}";

    private static ArgumentOutOfRangeException NoChoice(UnknownWords unknown) =>
        new(nameof(unknown), unknown, $"no such choice, expected {string.Join(" or ", Enum.GetNames<UnknownWords>())}");

    private string Known()
    {
        string more = Size > WordsInError ? $" and {Size - WordsInError} more" : "";
        return string.Join(", ", _tokens.Take(WordsInError)) + more;
    }
}
