using Unroll.Engine.Batches;
using Unroll.Models;
using Unroll.Text;

namespace Unroll.Inspection;

/// <summary>A text as a model reads it.</summary>
/// <param name="Tokens">[T]: at least one; a text with nothing to read is read as one special token.</param>
/// <param name="Ids">[T]: the id of each token as the network reads it.</param>
/// <param name="UnknownWords">The pieces of tokens that the vocabulary does not have, for a network with sub-words.</param>
/// <param name="IsUnknown">
/// [T]: whether the vocabulary does not have the token, which is read as a special one or by its pieces.
/// </param>
/// <param name="Dropped">The tokens that the model drops, for the vocabulary does not have them.</param>
/// <param name="All">The text's own tokens, which the linear part reads.</param>
/// <param name="Places">[T]: the place of each token among all; empty for a text that is read as one special token.</param>
internal sealed record InspectedText(
    string[] Tokens, int[] Ids, SubwordLists UnknownWords, bool[] IsUnknown, string[] Dropped, string[] All, int[] Places)
{
    /// <summary>[T]: the place of each token in the vocabulary, the unknown word's for those that are not in it.</summary>
    /// <param name="vocabulary">The vocabulary.</param>
    public int[] PlacesIn(Vocabulary vocabulary) =>
        [.. Ids.Select(id => id < vocabulary.Size ? id : Vocabulary.UnknownId)];

    /// <summary>The text's own tokens until the token after the t-th; all of them for the last.</summary>
    /// <param name="t">Which token, from 0.</param>
    public string[] AllUntil(int t) => t + 1 < Places.Length ? All[..Places[t + 1]] : All;

    /// <summary>The text's own tokens without the t-th that is read.</summary>
    /// <param name="t">Which token, from 0.</param>
    public string[] AllWithout(int t) => Places.Length == 0 ? All : [.. All[..Places[t]], .. All[(Places[t] + 1)..]];

    /// <summary>Cuts and encodes a text.</summary>
    /// <exception cref="InputException">The model's vocabulary is closed and a word is not in it.</exception>
    public static InspectedText Of(SentenceClassifier classifier, string text)
    {
        Vocabulary vocabulary = classifier.Vocabulary;
        string[] all = classifier.Tokenize(text);
        int[] places = [.. Enumerable.Range(0, all.Length).Where(place => vocabulary.FindId(all[place]) is not null)];
        string[] dropped = [.. all.Where(token => vocabulary.FindId(token) is null)];
        string[] tokens = dropped.Length == 0 ? all : [.. places.Select(place => all[place])];
        if (tokens.Length == 0)
        {
            int id = vocabulary.IdOfEmpty;
            return new InspectedText([vocabulary.Tokens[id]], [id], new SubwordLists(), [true], dropped, all, places);
        }
        var unknown = new SubwordLists();
        int[] ids = classifier.CreateEncoder().Encode(tokens, unknown);
        classifier.Config.RequirePlaces(ids.Length, "the text");
        bool[] isUnknown = [.. ids.Select(id => id == vocabulary.IdOfUnknown || id >= vocabulary.Size)];
        return new InspectedText(tokens, ids, unknown, isUnknown, dropped, all, places);
    }
}
