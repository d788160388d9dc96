using System.Runtime.InteropServices;
using Unroll.Engine.Batches;

namespace Unroll.Text;

/// <summary>
/// Turns tokens into the ids that a network reads. Without sub-words they are the vocabulary's. With them a word that is not in
/// the vocabulary is read by its pieces: it gets an id beyond the vocabulary's, and its pieces stand beside the ids.
/// </summary>
/// <param name="vocabulary">Has the words.</param>
/// <param name="subwords">Rows of the network's table of sub-words; 0 for none.</param>
internal sealed class TokenEncoder(Vocabulary vocabulary, int subwords)
{
    private readonly List<int> _rows = [];
    private readonly List<int> _ids = [];

    /// <summary>The pieces of every word of the vocabulary; null for a network without sub-words.</summary>
    public SubwordLists? KnownWords()
    {
        if (subwords == 0)
            return null;
        var known = new SubwordLists();
        for (int id = 0; id < vocabulary.Size; id++)
        {
            if (id < vocabulary.Size - vocabulary.WordCount)
                known.Add([]);
            else
                AddTo(known, vocabulary.Tokens[id]);
        }
        return known;
    }

    /// <summary>The ids of a text's tokens, at least one.</summary>
    /// <param name="tokens">The tokens of one text.</param>
    /// <param name="unknown">Where the pieces of words are added that are not in the vocabulary.</param>
    /// <exception cref="InputException">The vocabulary is closed and a word is not in it, or the text has no tokens.</exception>
    public int[] Encode(ReadOnlySpan<string> tokens, SubwordLists unknown) =>
        EncodeWords(tokens, unknown) is { Length: > 0 } ids ? ids : [vocabulary.IdOfEmpty];

    /// <summary>Adds a text, as <see cref="Encode"/> reads it, without an array of its ids.</summary>
    /// <param name="tokens">The tokens of one text.</param>
    /// <param name="texts">Added to, with class 0.</param>
    /// <returns>How many of the tokens are not in the vocabulary.</returns>
    /// <exception cref="InputException">The vocabulary is closed and a word is not in it, or the text has no tokens.</exception>
    public int AddTo(EncodedTexts texts, ReadOnlySpan<string> tokens)
    {
        _ids.Clear();
        int unknown = 0;
        foreach (string token in tokens)
        {
            int? id = FindId(token, texts.UnknownWords);
            unknown += IsUnknown(id) ? 1 : 0;
            if (id is not null)
                _ids.Add(id.Value);
        }
        if (_ids.Count == 0)
            _ids.Add(vocabulary.IdOfEmpty);
        texts.Add(CollectionsMarshal.AsSpan(_ids), label: 0);
        return unknown;
    }

    /// <summary>The ids of a text's tokens without those that are dropped; there may be none left.</summary>
    /// <param name="tokens">Some tokens.</param>
    /// <param name="unknown">Where the pieces of words are added that are not in the vocabulary.</param>
    /// <exception cref="InputException">The vocabulary is closed and a word is not in it.</exception>
    public int[] EncodeWords(ReadOnlySpan<string> tokens, SubwordLists unknown)
    {
        if (subwords == 0)
            return vocabulary.EncodeWords(tokens);
        int[] ids = new int[tokens.Length];
        int count = 0;
        foreach (string token in tokens)
        {
            if (FindId(token, unknown) is { } id)
                ids[count++] = id;
        }
        return count == ids.Length ? ids : ids[..count];
    }

    /// <summary>Whether what <see cref="FindId"/> gave is that of a word which is not in the vocabulary.</summary>
    /// <param name="id">What it gave.</param>
    public bool IsUnknown(int? id) => id is null || id == vocabulary.IdOfUnknown || id >= vocabulary.Size;

    /// <summary>The id of one token; null where it is dropped.</summary>
    /// <param name="token">The token.</param>
    /// <param name="unknown">Where its pieces are added if it is not in the vocabulary.</param>
    /// <exception cref="InputException">The vocabulary is closed and the token is not in it.</exception>
    public int? FindId(string token, SubwordLists unknown)
    {
        int? id = vocabulary.FindId(token);
        if (subwords == 0 || id is null || id != vocabulary.IdOfUnknown)
            return id;
        AddTo(unknown, token);
        return checked(2 * vocabulary.Size + unknown.Count - 1);
    }

    private void AddTo(SubwordLists lists, string token)
    {
        CharacterNgrams.Read(token, subwords, _rows);
        lists.Add(CollectionsMarshal.AsSpan(_rows));
    }
}
