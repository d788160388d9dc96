using Unroll.Text;

namespace Unroll.Import;

/// <summary>
/// The padding and the unknown word in lists that others made, known by their names: <c>&lt;unk&gt;</c>, <c>[UNK]</c>,
/// <c>UNK</c>, <c>&lt;OOV&gt;</c>, <c>&lt;blank&gt;</c> and so on, in any capitals and on any line.
/// </summary>
internal static class SpecialTokens
{
    private const int NoMatch = int.MaxValue;

    // Lists begin with their special tokens.
    private const int FirstPlaces = 4;

    // Names that no text has as an ordinary word, so that they need no brackets.
    private static readonly HashSet<string> NeverWords =
        ["unk", "oov", "unktoken", "oovtoken", "unkword", "padtoken", "padword", "outofvocabulary", "outofvocab"];

    private static readonly HashSet<string> UnknownNames =
    [
        "unk", "oov", "unktoken", "oovtoken", "unkword", "outofvocabulary", "outofvocab", "unknown", "unknownword",
        "unknowntoken",
    ];

    private static readonly HashSet<string> OfSentences =
    [
        "[cls]", "[sep]", "<cls>", "<sep>", "<s>", "</s>", "<bos>", "<eos>", "<sos>", "[bos]", "[eos]", "[sos]", "<start>",
        "<end>", "<go>", "_go", "_eos", "<|endoftext|>",
    ];

    private static readonly HashSet<string> PaddingNames =
        ["pad", "padtoken", "padword", "padding", "paddingtoken", "paddingword", "blank", "null"];

    /// <summary>The places in a list that can be the unknown word: one, where it is clear which.</summary>
    /// <param name="tokens">The tokens in the order of their ids.</param>
    public static int[] FindUnknown(IReadOnlyList<string> tokens) => Find(tokens, UnknownNames, Vocabulary.Unknown);

    /// <summary>The places in a list that can be the padding: one, where it is clear which.</summary>
    /// <param name="tokens">The tokens in the order of their ids.</param>
    public static int[] FindPadding(IReadOnlyList<string> tokens) => Find(tokens, PaddingNames, Vocabulary.Padding);

    /// <summary>The tokens that some models put around a text: <c>[CLS]</c>, <c>&lt;eos&gt;</c>.</summary>
    /// <param name="tokens">The tokens.</param>
    public static string[] FindOfSentences(IEnumerable<string> tokens) =>
        [.. tokens.Where(token => OfSentences.Contains(token.ToLowerInvariant()))];

    private static int[] Find(IReadOnlyList<string> tokens, HashSet<string> names, string ours)
    {
        int[] ranks = [.. tokens.Select((token, place) => token == ours ? 0 : Rank(token, place, names))];
        int best = ranks.DefaultIfEmpty(NoMatch).Min();
        return best == NoMatch ? [] : [.. Enumerable.Range(0, ranks.Length).Where(place => ranks[place] == best)];
    }

    // The less likely it is that a text has the token as a word, the better.
    private static int Rank(string token, int place, HashSet<string> names)
    {
        string letters = new([.. token.Where(char.IsAsciiLetter)]);
        string name = letters.ToLowerInvariant();
        if (!names.Contains(name) || token.Any(char.IsLetter) != (letters.Length > 0) || token.Any(char.IsDigit))
            return NoMatch;
        bool isNeverWord = NeverWords.Contains(name);
        bool isCapitals = letters.All(char.IsAsciiLetterUpper);
        if (letters.Length < token.Length)
        {
            return (token[0], token[^1]) switch
            {
                ('<', '>') or ('[', ']') or ('{', '}') or ('⟨', '⟩') or ('«', '»') => isNeverWord || name == "pad" ? 1 : 2,
                ('_', '_') or ('#', '#') or ('$', '$') or ('@', '@') or ('%', '%') or ('|', '|') => 3,
                // As in TensorFlow's first translation models.
                ('_', _) when isNeverWord || name == "pad" => 4,
                ('*', '*') or ('-', '-') or ('=', '=') or ('+', '+') or ('~', '~') when name == "pad" => 4,
                (var first, var last) when isNeverWord && !char.IsLetter(first) && !char.IsLetter(last) => 4,
                (var first, var last) when char.IsLetter(first) && char.IsLetter(last) && isNeverWord => 6,
                _ => NoMatch,
            };
        }
        if (isCapitals && (isNeverWord || name == "pad"))
            return 5;
        if (isNeverWord)
            return 6;
        // "unknown" and "pad" are words too, but hardly the most frequent ones.
        return place < (isCapitals ? FirstPlaces : 2) ? 7 : NoMatch;
    }
}
