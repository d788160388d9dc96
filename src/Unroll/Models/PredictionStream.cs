using System.Diagnostics.CodeAnalysis;
using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Storage;
using Unroll.Terms;
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
    private readonly TokenEncoder _encoder;
    private readonly SubwordLists _unknown = new();
    private readonly StreamingPass _pass;
    private readonly LinearPart? _linear;
    private readonly LinearStream? _terms;
    private readonly double[] _probabilities;
    private readonly float[] _logits;

    /// <summary>Begins a text.</summary>
    /// <param name="config">Gives what the model is: calibrating it changes the temperature.</param>
    /// <param name="vocabulary">Has the ids.</param>
    /// <param name="network">The network.</param>
    /// <param name="linear">The model's linear part; null for none.</param>
    internal PredictionStream(Func<ModelConfig> config, Vocabulary vocabulary, Network network, LinearPart? linear)
    {
        if (config().Bidirectional)
        {
            throw new InvalidOperationException(
                "a bidirectional model also reads from the last word to the first, so every new word changes all states; " +
                "use Predict, or train with Bidirectional = false");
        }
        (_config, _vocabulary, _linear) = (config, vocabulary, linear);
        _encoder = new TokenEncoder(vocabulary, config().Subwords);
        _pass = new StreamingPass(network);
        _terms = linear is null ? null : new LinearStream(linear, config().Tokens.Kind);
        _probabilities = new double[config().Classes];
        _logits = new float[config().Classes];
    }

    /// <summary>How many tokens were read.</summary>
    public long Count => _pass.Count;

    /// <summary>Forgets what was read: the next piece begins a new text.</summary>
    public void Clear()
    {
        _pass.Clear();
        _terms?.Clear();
    }

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
        string[] tokens = config.Tokens.Tokenize(piece);
        _unknown.Clear();
        int[] ids = _encoder.EncodeWords(tokens, _unknown);
        foreach (string token in tokens)
            _terms?.Read(token);
        foreach (int id in ids)
            _pass.Read(id, _unknown);
        ReadOnlySpan<float> logits = Count == 0 ? LogitsOfNothing() : _pass.Logits();
        if (_terms is null || _linear is null)
            return Prediction.Of(config, piece, logits, _probabilities);
        _terms.Logits(_logits);
        LinearPass.Mix(config.LinearShare, logits, _logits, _logits);
        return Prediction.Of(config, piece, _logits, _probabilities);
    }

    // A text without words is read as one that stands for nothing.
    private ReadOnlySpan<float> LogitsOfNothing()
    {
        _pass.Read(_vocabulary.IdOfEmpty);
        ReadOnlySpan<float> logits = _pass.Logits();
        _pass.Clear();
        return logits;
    }
}
