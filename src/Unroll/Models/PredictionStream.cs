using System.Diagnostics.CodeAnalysis;
using Unroll.Engine.Networks;
using Unroll.Storage;
using Unroll.Text;

namespace Unroll.Models;

/// <summary>
/// Reads a text word by word and says after each what the model thinks so far: what
/// <see cref="SentenceClassifier.Predict(string)"/> says of the words up to there. A word costs the same time and no more memory
/// however many came before it.
/// </summary>
/// <remarks>Not safe from several threads at once; any number of streams may read from one model.</remarks>
[SuppressMessage("Naming", "CA1711", Justification = "A stream of words, not of bytes")]
public sealed class PredictionStream
{
    private readonly Func<ModelConfig> _config;
    private readonly Vocabulary _vocabulary;
    private readonly Network _network;
    private readonly StreamingPass _pass;
    private readonly double[] _probabilities;

    /// <summary>Begins a text.</summary>
    /// <param name="config">Gives what the model is: calibrating it changes the temperature.</param>
    /// <param name="vocabulary">Has the ids.</param>
    /// <param name="network">The network.</param>
    internal PredictionStream(Func<ModelConfig> config, Vocabulary vocabulary, Network network)
    {
        if (config().Bidirectional)
        {
            throw new InvalidOperationException(
                "a bidirectional model also reads from the last word to the first, so every new word changes all states; " +
                "use Predict, or train with Bidirectional = false");
        }
        (_config, _vocabulary, _network) = (config, vocabulary, network);
        _pass = new StreamingPass(network);
        _probabilities = new double[config().Classes];
    }

    /// <summary>How many tokens were read.</summary>
    public long Count => _pass.Count;

    /// <summary>Forgets what was read: the next piece begins a new text.</summary>
    public void Clear() => _pass.Clear();

    /// <summary>Reads on.</summary>
    /// <param name="piece">
    /// A token, or several; the model's tokenizer cuts it, so that a piece ends a word. A piece without tokens, or with dropped
    /// ones alone, changes nothing.
    /// </param>
    /// <returns>The prediction for all that was read; its text is the piece alone.</returns>
    /// <exception cref="InputException">
    /// The model's vocabulary is closed and a word is not in it; nothing was read then.
    /// </exception>
    public Prediction Add(string piece)
    {
        ModelConfig config = _config();
        int[] ids = _vocabulary.EncodeWords(config.Tokens.Tokenize(piece));
        if (ids.Length == 0 && Count == 0)
            return new PredictionPass(_network, _vocabulary).Run([piece], config, TokenLimit.Default)[0];
        foreach (int id in ids)
            _pass.Read(id);
        return Prediction.Of(config, piece, _pass.Logits(), _probabilities);
    }
}
