using Unroll.Data;
using Unroll.Text;

namespace Unroll.Import;

/// <summary>
/// The vocabulary of a model that was trained elsewhere. Ours has <c>&lt;pad&gt;</c> at id 0 and <c>&lt;unk&gt;</c> at id 1;
/// where the file has them at other places or under other names, or has no padding, ids move, and the word vectors move with
/// them. Rows without a token are left out.
/// </summary>
internal sealed class ImportedVocabulary
{
    private const int None = -1;

    private readonly int[] _sources;
    private readonly VocabularyFile _file;
    private readonly string? _note;

    private ImportedVocabulary(VocabularyFile file, Vocabulary vocabulary, int[] sources, string? note)
    {
        (_file, _sources, _note) = (file, sources, note);
        Vocabulary = vocabulary;
    }

    public Vocabulary Vocabulary { get; }

    /// <summary>What was made of the file and its special tokens, a line each.</summary>
    /// <param name="rows">The rows of the word vectors.</param>
    public IEnumerable<string> Notes(int rows)
    {
        IEnumerable<string> notes = _file.Notes(rows, _sources);
        return _note is null ? notes : notes.Append(_note);
    }

    /// <summary>Finds the special tokens of a file.</summary>
    /// <param name="file">The file's tokens.</param>
    /// <param name="options">Say what becomes of unknown words.</param>
    /// <exception cref="InputException">Neither file nor options say what becomes of unknown words.</exception>
    public static ImportedVocabulary Of(VocabularyFile file, TorchImportOptions options)
    {
        if (options.UnknownToken is not null && options.Unknown is not (null or UnknownWords.Token))
        {
            throw new InputException(
                $"TorchImportOptions.UnknownToken = \"{options.UnknownToken}\" is for models that read unknown words as that " +
                "token; leave it out where they are dropped or refused");
        }
        VocabularyEntry? padding = FindPadding(file, options);
        switch (options.Unknown)
        {
            case null or UnknownWords.Token:
                return WithUnknown(file, FindUnknown(file, options), padding);
            case UnknownWords.Drop:
                return Dropping(file, padding);
            case UnknownWords.Refuse:
                const string note = "a text with a word that the vocabulary does not have is refused; give "
                    + "TorchImportOptions.Unknown = Drop if the model drops such words";
                // Every token is a word, also one that looks like the padding, unless it is told.
                VocabularyEntry[] words = Without(file, options.Padding is null ? null : padding);
                return Create(file, words, UnknownWords.Refuse, note);
            default:
                throw new ArgumentOutOfRangeException(
                    nameof(options), options.Unknown, "no such choice of TorchImportOptions.Unknown");
        }
    }

    /// <summary>
    /// Rows of V values in the file's order → in the vocabulary's; the row of a token that the file lacks is zero.
    /// </summary>
    /// <param name="values">[rows,width]</param>
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

    /// <summary>The same for columns: the input weight of one-hot words, [rows,columns].</summary>
    /// <param name="values">[rows,columns]</param>
    /// <param name="columns">One for each row that word vectors would have.</param>
    public float[] Columns(float[] values, int columns)
    {
        int rows = values.Length / columns;
        float[] moved = new float[rows * _sources.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int id = 0; id < _sources.Length; id++)
                moved[row * _sources.Length + id] = _sources[id] == None ? 0 : values[row * columns + _sources[id]];
        }
        return moved;
    }

    private static ImportedVocabulary WithUnknown(VocabularyFile file, VocabularyEntry unknown, VocabularyEntry? padding)
    {
        bool areOurs = unknown.Token == Vocabulary.Unknown && padding is null or { Token: Vocabulary.Padding };
        string? note = (padding, unknown) switch
        {
            ({ Row: 0 }, { Row: 1 }) when areOurs => null,
            ({ Row: 0 }, _) when areOurs => Moved(unknown, 2),
            ({ } moved, { Row: 1 }) when areOurs => Moved(moved, 1),
            (null, { Row: 1 }) when areOurs => $"{Vocabulary.Padding} was added to line 1, its word vector is zero",
            (null, _) when areOurs =>
                $"{Vocabulary.Padding} was added to line 1, {Vocabulary.Unknown} moved from {unknown.Place} to line 2, "
                + "their word vectors with them",
            ({ } moved, _) when areOurs =>
                $"{Vocabulary.Padding} moved from {moved.Place} to line 1, {Vocabulary.Unknown} moved from {unknown.Place} to "
                + "line 2, their word vectors with them",
            (null, _) => $"{Name(unknown)} is read as the unknown word; no token is known as the padding, which nothing reads",
            ({ } other, _) => $"{Name(other)} is read as the padding and {Name(unknown)} as the unknown word",
        };
        VocabularyEntry[] words = Without(file, padding, unknown);
        return Create(file, words, UnknownWords.Token, note, padding?.Row ?? None, unknown.Row);
    }

    private static string Moved(VocabularyEntry token, int line) =>
        $"{token.Token} moved from {token.Place} to line {line}, its word vector with it";

    private static ImportedVocabulary Dropping(VocabularyFile file, VocabularyEntry? padding)
    {
        // Ids from 1 leave row 0 to the padding.
        bool hasRow = file.Entries[0].Row > 0;
        string empty = padding is not null ? $"one {Name(padding)}"
            : hasRow ? "one padding, row 0, which has no token"
            : "one word whose vector is zero, for no token is known as the padding";
        string note = $"words that the vocabulary does not have are dropped; a text with nothing left is read as {empty}";
        return Create(file, Without(file, padding), UnknownWords.Drop, note, padding?.Row ?? (hasRow ? 0 : None));
    }

    private static ImportedVocabulary Create(
        VocabularyFile file, VocabularyEntry[] words, UnknownWords unknown, string? note, params int[] specials)
    {
        string[] names = [.. new[] { Vocabulary.Padding, Vocabulary.Unknown }.Take(specials.Length)];
        if (words.FirstOrDefault(word => names.Contains(word.Token)) is { } other)
        {
            throw new InputException(
                $"{file.Path}: {Name(other)} is a word beside the special tokens that were told, and Unroll's own special "
                    + $"token " +
                "has its name; rename it");
        }
        var vocabulary = new Vocabulary([.. names, .. words.Select(word => word.Token)], unknown);
        return new ImportedVocabulary(file, vocabulary, [.. specials, .. words.Select(word => word.Row)], note);
    }

    private static VocabularyEntry[] Without(VocabularyFile file, params VocabularyEntry?[] specials) =>
        [.. file.Entries.Where(entry => !specials.Contains(entry))];

    private static VocabularyEntry FindUnknown(VocabularyFile file, TorchImportOptions options)
    {
        if (options.UnknownToken is { } told)
            return Told(file, told, "UnknownToken");
        string[] tokens = [.. file.Entries.Select(entry => entry.Token)];
        int[] found = SpecialTokens.FindUnknown(tokens);
        if (found.Length == 1)
            return file.Entries[found[0]];
        string what = found.Length > 1
            ? $"{Names(file, found)} can each be the unknown word"
            : $"no token is known as the unknown word, such as {Vocabulary.Unknown} or [UNK]; the first are " +
            string.Join(" and ", tokens.Take(2).Select(Excerpt.Of));
        string otherwise = options.Unknown == UnknownWords.Token ? "" :
            ", TorchImportOptions.Unknown = Drop if the model drops words that it does not know, or " +
            "TorchImportOptions.Unknown = Refuse to refuse such texts";
        throw new InputException(
            $"{file.Path}: {what}; give TorchImportOptions.UnknownToken = NAME if the model has such a token{otherwise}");
    }

    private static VocabularyEntry? FindPadding(VocabularyFile file, TorchImportOptions options)
    {
        if (options.Padding is { } told)
        {
            return told != options.UnknownToken
                ? Told(file, told, "Padding")
                : throw new InputException($"TorchImportOptions.Padding = \"{told}\" is the unknown word too, expected two "
                    + $"tokens");
        }
        VocabularyEntry[] others = [.. file.Entries.Where(entry => entry.Token != options.UnknownToken)];
        int[] found = SpecialTokens.FindPadding([.. others.Select(entry => entry.Token)]);
        // Only a text with nothing left is read as the padding.
        if (found.Length > 1 && options.Unknown == UnknownWords.Drop)
        {
            throw new InputException(
                $"{file.Path}: {string.Join(" and ", found.Select(place => Name(others[place])))} can each be the padding; "
                    + $"give " +
                "TorchImportOptions.Padding = NAME");
        }
        return found.Length == 1 ? others[found[0]] : null;
    }

    private static VocabularyEntry Told(VocabularyFile file, string token, string property) =>
        file.Entries.FirstOrDefault(entry => entry.Token == token)
        ?? throw new InputException(
            $"{file.Path}: no token is \"{token}\", as TorchImportOptions.{property} says"
            + (NearestName.Of(token, [.. file.Entries.Select(entry => entry.Token)]) is { } near
                ? $"; did you mean TorchImportOptions.{property} = \"{near}\"?"
                : "; give it as the vocabulary has it"));

    private static string Names(VocabularyFile file, int[] places) =>
        string.Join(" and ", places.Select(place => Name(file.Entries[place])));

    private static string Name(VocabularyEntry entry) => $"{entry.Token} ({entry.Place})";
}
