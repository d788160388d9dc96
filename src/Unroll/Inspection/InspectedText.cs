using Unroll.Models;
using Unroll.Text;

namespace Unroll.Inspection;

/// <summary>A text as a model reads it.</summary>
/// <param name="Tokens">[T]: at least one; a text with nothing to read is read as one special token.</param>
/// <param name="Ids">[T]: the place of each token in the vocabulary.</param>
/// <param name="IsUnknown">[T]: whether the token is read as a special one, for the vocabulary does not have it.</param>
/// <param name="Dropped">The tokens that the model drops, for the vocabulary does not have them.</param>
internal sealed record InspectedText(string[] Tokens, int[] Ids, bool[] IsUnknown, string[] Dropped)
{
    /// <summary>Cuts and encodes a text.</summary>
    /// <exception cref="InputException">The model's vocabulary is closed and a word is not in it.</exception>
    public static InspectedText Of(SentenceClassifier classifier, string text)
    {
        Vocabulary vocabulary = classifier.Vocabulary;
        string[] all = classifier.Tokenize(text);
        string[] dropped = [.. all.Where(token => vocabulary.FindId(token) is null)];
        string[] tokens = dropped.Length == 0 ? all : [.. all.Where(token => vocabulary.FindId(token) is not null)];
        if (tokens.Length == 0)
        {
            int id = vocabulary.IdOfEmpty;
            return new InspectedText([vocabulary.Tokens[id]], [id], [true], dropped);
        }
        int[] ids = vocabulary.Encode(tokens);
        return new InspectedText(tokens, ids, [.. ids.Select(id => id == vocabulary.IdOfUnknown)], dropped);
    }
}
