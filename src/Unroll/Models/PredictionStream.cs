using System.Diagnostics.CodeAnalysis;
using Unroll.Engine.Networks;
using Unroll.Storage;

namespace Unroll.Models;

/// <summary>
/// Reads a text word by word and says after each what the model thinks so far: what <see cref="SentenceClassifier.Predict(string)"/>
/// says of the words up to there. A word costs the same time and no more memory however many came before it.
/// </summary>
/// <remarks>Not safe from several threads at once; any number of streams may read from one model.</remarks>
[SuppressMessage("Naming", "CA1711", Justification = "A stream of words, not of bytes")]
public sealed class PredictionStream
{
    private readonly SentenceClassifier _classifier;
    private readonly StreamingPass _pass;
    private readonly double[] _probabilities;

    internal PredictionStream(SentenceClassifier classifier)
    {
        ModelConfig config = classifier.Config;
        if (config.Bidirectional)
        {
            throw new InvalidOperationException(
                "a bidirectional model also reads from the last word to the first, so every new word changes all states; use Predict, or train with Bidirectional = false");
        }
        _classifier = classifier;
        _pass = new StreamingPass(classifier.Network);
        _probabilities = new double[config.Classes];
    }

    /// <summary>How many tokens were read.</summary>
    public long Count => _pass.Count;

    /// <summary>Forgets what was read: the next piece begins a new text.</summary>
    public void Clear() => _pass.Clear();

    /// <summary>Reads on.</summary>
    /// <param name="piece">
    /// A token, or several; the model's tokenizer cuts it, so that a piece ends a word. A piece without tokens changes nothing.
    /// </param>
    /// <returns>The prediction for all that was read; its text is the piece alone.</returns>
    /// <exception cref="InputException">The model's vocabulary is closed and a word is not in it; nothing was read then.</exception>
    public Prediction Add(string piece)
    {
        string[] tokens = _classifier.Config.Tokens.Tokenize(piece);
        if (tokens.Length == 0 && Count == 0)
            return _classifier.Predict(piece);
        if (tokens.Length > 0)
        {
            foreach (int id in _classifier.Vocabulary.Encode(tokens))
                _pass.Read(id);
        }
        return Prediction.Of(_classifier.Config, piece, _pass.Logits(), _probabilities);
    }
}
