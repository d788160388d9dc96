using System.Globalization;
using Unroll.Data;
using Unroll.Text;

namespace Unroll.Import;

/// <summary>
/// The tokens and ids of a vocabulary file: one token a line, whose line is the id; a token and its id on each line; or JSON, a
/// list of tokens or an object of tokens and ids. An empty line is a row without a token.
/// </summary>
internal sealed class VocabularyFile
{
    private const string Expected = "a UTF-8 file with one token a line";
    private const string InPython = "in Python: json.dump(vocabulary, open(\"vocabulary.json\", \"w\"))";

    private readonly IReadOnlyList<VocabularyEntry> _blank;
    private readonly string? _note;

    private VocabularyFile(
        string path, IReadOnlyList<VocabularyEntry> entries, IReadOnlyList<VocabularyEntry> blank, int lines, bool hasIds,
        string? note)
    {
        (_blank, _note) = (blank, note);
        Path = path;
        Entries = entries;
        Lines = lines;
        HasIds = hasIds;
        RowsNeeded = entries.Max(entry => entry.Row) + 1;
    }

    public string Path { get; }

    /// <summary>The tokens in the order of their ids.</summary>
    public IReadOnlyList<VocabularyEntry> Entries { get; }

    /// <summary>The lines of a list, with those that are empty.</summary>
    public int Lines { get; }

    /// <summary>Whether the file says the ids itself, so that rows without a token can be told.</summary>
    public bool HasIds { get; }

    /// <summary>One more than the highest id.</summary>
    public int RowsNeeded { get; }

    /// <summary>What was made of the file's form, a line each.</summary>
    /// <param name="rows">The rows of the word vectors.</param>
    /// <param name="read">Rows that are read all the same, such as the padding's.</param>
    public IEnumerable<string> Notes(int rows, IReadOnlyCollection<int> read)
    {
        if (_note is not null)
            yield return _note;
        HashSet<int> kept = [.. read];
        string[] blank = [.. RowsWithoutToken(rows).Where(row => !kept.Contains(row.Row)).Select(row => row.Place)];
        if (blank.Length > 0)
            yield return $"no text has a token of {FirstOf(blank)} of the vocabulary, so the row there was left out";
        if (rows > RowsNeeded && HasIds)
            yield return $"the word vectors have {rows} rows and the ids end at {RowsNeeded - 1}: the rest were left out";
    }

    // Lists have a line for each row; ids may leave some out.
    private IEnumerable<(int Row, string Place)> RowsWithoutToken(int rows)
    {
        IEnumerable<(int Row, string Place)> blank =
            _blank.Where(entry => entry.Row < rows).Select(entry => (entry.Row, entry.Place));
        if (!HasIds)
            return blank;
        HashSet<int> known = [.. Entries.Select(entry => entry.Row), .. _blank.Select(entry => entry.Row)];
        IEnumerable<(int Row, string Place)> gaps = Enumerable.Range(0, Math.Min(rows, RowsNeeded))
            .Where(row => !known.Contains(row)).Select(row => (row, $"id {row}"));
        return blank.Concat(gaps).OrderBy(row => row.Row);
    }

    /// <summary>Whether a table of so many rows can be the tokens' word vectors.</summary>
    /// <param name="rows">The table's rows.</param>
    public bool Fits(long rows) => HasIds ? rows >= RowsNeeded : rows == Lines || rows == RowsNeeded;

    /// <summary>How many tokens and rows there are, to stand behind the path.</summary>
    public string Describe()
    {
        int empty = Lines - Entries.Count;
        return HasIds ? $"{Entries.Count} tokens with ids up to {RowsNeeded - 1}"
            : empty == 0 ? $"{Entries.Count} tokens"
            : $"{Entries.Count} tokens and {empty} line{(empty == 1 ? "" : "s")} without one";
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; gzip is decompressed on the way.</param>
    /// <param name="kind">Where tokens are characters, a line of white space is their token of it.</param>
    /// <exception cref="InputException">It is no vocabulary; with file and line.</exception>
    public static VocabularyFile Read(string path, TokenKind kind)
    {
        List<string> lines = ReadLines(path);
        if (lines.All(string.IsNullOrEmpty))
            throw new InputException($"{path}: the vocabulary is empty, expected one token a line");
        if (JsonVocabulary.Read(lines, path) is { } fromJson)
            return Of(path, fromJson.Entries, fromJson.Entries.Count, fromJson.HasIds, kind);
        RequireNoOtherForm(lines, path);
        var decoration = new TokenDecoration(path);
        IReadOnlyList<string> bare = decoration.TakeOffCommas(lines);
        IReadOnlyList<VocabularyEntry>? numbered = NumberedLines.Find(bare, path);
        if (numbered is not null)
            decoration.Add("the number on each line of the vocabulary is read as its token's id");
        IReadOnlyList<VocabularyEntry> entries = decoration.TakeOff(
            numbered ?? [.. bare.Select((line, row) => new VocabularyEntry(line, row, $"line {row + 1}"))], numbered is not null);
        return Of(path, entries, lines.Count, numbered is not null, kind, decoration.Note);
    }

    private static VocabularyFile Of(
        string path, IEnumerable<VocabularyEntry> entries, int lines, bool hasIds, TokenKind kind, string? note = null)
    {
        var kept = new Dictionary<string, VocabularyEntry>(StringComparer.Ordinal);
        var blank = new List<VocabularyEntry>();
        foreach (VocabularyEntry read in entries.OrderBy(entry => entry.Row))
        {
            bool isSpace = read.Token.Length > 0 && string.IsNullOrWhiteSpace(read.Token) && kind == TokenKind.Char;
            VocabularyEntry entry = isSpace ? read with { Token = GraphemeTokens.Space } : read;
            if (string.IsNullOrWhiteSpace(entry.Token))
            {
                blank.Add(entry);
                continue;
            }
            RequireToken(entry, path);
            if (!kept.TryAdd(entry.Token, entry))
            {
                throw new InputException(
                    $"{path}: vocabulary {entry.Place} repeats {Excerpt.Of(entry.Token)} of {kept[entry.Token].Place}, and a " +
                    "token has one id; empty the one that the model does not read: its row then has no token");
            }
        }
        return kept.Count > 0
            ? new VocabularyFile(path, [.. kept.Values], blank, lines, hasIds, note)
            : throw new InputException($"{path}: no token that a text can have, expected one token a line");
    }

    private static void RequireToken(VocabularyEntry entry, string path)
    {
        if (!entry.Token.Any(char.IsWhiteSpace))
            return;
        string trimmed = entry.Token.Trim();
        string what = trimmed.Any(char.IsWhiteSpace)
            ? "give the token alone, or empty the place, as no text has such a token"
            : "take off what stands beside the token";
        throw new InputException(
            $"{path}: vocabulary {entry.Place} is {Excerpt.Of(entry.Token)}, expected a token without white space; {what}");
    }

    private static void RequireNoOtherForm(List<string> lines, string path)
    {
        JsonVocabulary.RefuseLines(lines, path);
        string first = lines[0].TrimStart();
        string? found = first switch
        {
            ['{' or '[', '\'', _, _, ..] => "a list or dict as Python prints it",
            ['{', '"', _, _, ..] or ['[', '"', _, _, ..] => "JSON that is cut short or damaged",
            _ => null,
        };
        if (found is not null)
        {
            throw new InputException(
                $"{path}:1: {found}, expected {Expected} or JSON; write it {InPython}");
        }
    }

    private static List<string> ReadLines(string path)
    {
        using Utf8LineReader reader = InputFile.OpenLines(path, Expected);
        reader.AdviceOn = foreign => foreign.AdviceOnTheWay(isText: true, readsGzip: true) ?? $"write the vocabulary {InPython}";
        var lines = new List<string>();
        while (reader.Read())
            lines.Add(reader.Text);
        return lines;
    }

    private static string FirstOf(string[] places)
    {
        const int shown = 5;
        string more = places.Length > shown ? $" and {(places.Length - shown).ToString(CultureInfo.InvariantCulture)} more" : "";
        return string.Join(", ", places.Take(shown)) + more;
    }
}
