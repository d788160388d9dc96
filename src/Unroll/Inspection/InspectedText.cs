using Unroll.Models;
using Unroll.Text;

namespace Unroll.Inspection;

/// <summary>A text as a model reads it.</summary>
/// <param name="Tokens">[T]: at least one; a text without words is read as one unknown word.</param>
/// <param name="Ids">[T]: the place of each token in the vocabulary.</param>
/// <param name="IsUnknown">[T]: whether the token is not in the vocabulary and is read as <c>&lt;unk&gt;</c>.</param>
internal sealed record InspectedText(string[] Tokens, int[] Ids, bool[] IsUnknown)
{
    /// <summary>Cuts and encodes a text.</summary>
    /// <exception cref="InputException">The model's vocabulary is closed and a word is not in it.</exception>
    public static InspectedText Of(SentenceClassifier classifier, string text)
    {
        string[] tokens = classifier.Tokenize(text);
        int[] ids = classifier.Vocabulary.Encode(tokens);
        Vocabulary vocabulary = classifier.Vocabulary;
        bool[] unknown = [
            .. ids.Select(id => vocabulary.UnknownWords == UnknownWords.Token && vocabulary.Tokens[id] == Vocabulary.Unknown)];
        return new InspectedText(tokens.Length > 0 ? tokens : [Vocabulary.Unknown], ids, unknown);
    }
}
