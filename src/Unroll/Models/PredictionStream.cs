using System.Diagnostics.CodeAnalysis;
using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Evaluation;
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
    private readonly StreamingPass[] _passes;
    private readonly LinearPart? _linear;
    private readonly LinearStream? _terms;
    private int _tokens;
    private int _unknownTokens;
    private readonly float[] _logits;
    private readonly float[] _linearLogits;

    /// <summary>Begins a text.</summary>
    /// <param name="config">Gives what the model is: calibrating it changes the temperature.</param>
    /// <param name="vocabulary">Has the ids.</param>
    /// <param name="networks">The networks.</param>
    /// <param name="linear">The model's linear part; null for none.</param>
    internal PredictionStream(
        Func<ModelConfig> config, Vocabulary vocabulary, IReadOnlyList<Network> networks, LinearPart? linear)
    {
        if (networks.Count > 0 && config().Bidirectional)
        {
            throw new InvalidOperationException(
                "a bidirectional model also reads from the last word to the first, so every new word changes all states; " +
                "use Predict, or train with Bidirectional = false");
        }
        if (config().IsTransformer)
        {
            throw new InvalidOperationException(
                "a Transformer reads every word beside all others, so every new word changes all states; use Predict, or " +
                "train a recurrent cell with Bidirectional = false");
        }
        (_config, _vocabulary, _linear) = (config, vocabulary, linear);
        _encoder = new TokenEncoder(vocabulary, config().Subwords);
        _passes = [.. networks.Select(network => new StreamingPass(network))];
        _terms = linear is null ? null : new LinearStream(linear, config().Tokens.Kind);
        _logits = new float[config().Classes];
        _linearLogits = new float[config().Classes];
    }

    /// <summary>How many tokens were read.</summary>
    public long Count { get; private set; }

    /// <summary>Forgets what was read: the next piece begins a new text.</summary>
    public void Clear()
    {
        Count = 0;
        (_tokens, _unknownTokens) = (0, 0);
        foreach (StreamingPass pass in _passes)
            pass.Clear();
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
        {
            _terms?.Read(token);
            _unknownTokens += _vocabulary.FindToken(token) is null ? 1 : 0;
        }
        _tokens += tokens.Length;
        foreach (StreamingPass pass in _passes)
        {
            foreach (int id in ids)
                pass.Read(id, _unknown);
        }
        Count += ids.Length;
        if (_tokens == 0 && _vocabulary.UnknownWords != UnknownWords.Refuse)
            return Prediction.None with { Text = piece };
        if (_passes is [var only])
            LogitsOf(only).CopyTo(_logits);
        else
            NetworksPass.Mean(_passes.Length, network => LogitsOf(_passes[network]), _logits);
        if (_terms is not null && _linear is not null)
        {
            _terms.Logits(_linearLogits);
            LinearPass.Mix(config.LinearShare, _logits, _linearLogits, _logits);
        }
        return Prediction.Of(config, piece, _logits, _tokens, _unknownTokens);
    }

    // A text without words is read as one that stands for nothing.
    private ReadOnlySpan<float> LogitsOf(StreamingPass pass)
    {
        if (Count > 0)
            return pass.Logits();
        pass.Read(_vocabulary.IdOfEmpty);
        ReadOnlySpan<float> logits = pass.Logits();
        pass.Clear();
        return logits;
    }
}
