using System.Runtime.InteropServices;
using Unroll.Engine.Batches;
using Unroll.Text;

namespace Unroll.Terms;

/// <summary>
/// Texts as the set of their words, for <see cref="NaiveBayes"/>; where tokens are characters, as the set of three neighbouring
/// ones, for a character alone tells little. Words are numbered in order of appearance.
/// </summary>
/// <param name="most">The most different words; those that appear later are passed over.</param>
internal sealed class WordSets(int most)
{
    private const int CharactersTogether = 3;

    private readonly Dictionary<(int, int, int), int> _numbers = [];
    private readonly List<int> _words = [];

    /// <summary>V: the number of different words so far.</summary>
    public int Count => _numbers.Count;

    /// <summary>Reads texts that have tokens.</summary>
    /// <param name="corpus">Has the texts.</param>
    /// <param name="rows">Which of them.</param>
    /// <param name="classOf">The class of a row.</param>
    /// <returns>
    /// The words of each text, each once, ascending. A text whose words are all passed over has the first word alone.
    /// </returns>
    public EncodedTexts Read(Corpus corpus, IEnumerable<int> rows, Func<int, int> classOf)
    {
        int together = corpus.Tokenizer.Kind == TokenKind.Char ? CharactersTogether : 1;
        var sets = new EncodedTexts();
        foreach (int row in rows)
        {
            _words.Clear();
            ReadOnlySpan<int> tokens = corpus.TokensOf(row);
            for (int i = 0; i <= Math.Max(0, tokens.Length - together); i++)
                Add(tokens[i..Math.Min(tokens.Length, i + together)]);
            _words.Sort();
            int distinct = 0;
            for (int i = 0; i < _words.Count; i++)
            {
                if (i == 0 || _words[i] != _words[i - 1])
                    _words[distinct++] = _words[i];
            }
            sets.Add(distinct == 0 ? [0] : CollectionsMarshal.AsSpan(_words)[..distinct], classOf(row));
        }
        return sets;
    }

    private void Add(ReadOnlySpan<int> tokens)
    {
        (int, int, int) key = (tokens[0], tokens.Length > 1 ? tokens[1] : -1, tokens.Length > 2 ? tokens[2] : -1);
        if (!_numbers.TryGetValue(key, out int number))
        {
            if (_numbers.Count == most)
                return;
            number = _numbers[key] = _numbers.Count;
        }
        _words.Add(number);
    }
}
