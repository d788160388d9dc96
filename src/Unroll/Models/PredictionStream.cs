using System.Diagnostics.CodeAnalysis;
using Unroll.Batches;
using Unroll.Layers;
using Unroll.Numerics;
using Unroll.Threading;

namespace Unroll.Models;

/// <summary>
/// Reads a text word by word and says after each what the model thinks so far: what <see cref="SentenceClassifier.Predict(string)"/>
/// says of the words up to there. A word costs the same time and no more memory however many came before it.
/// </summary>
/// <remarks>Not safe from several threads at once; any number of streams may read from one model.</remarks>
[SuppressMessage("Naming", "CA1711", Justification = "A stream of words, not of bytes")]
public sealed unsafe class PredictionStream
{
    private readonly SentenceClassifier _classifier;
    private readonly NetworkPass _pass;
    private readonly CarriedStates _carried;
    private readonly RunningPooling _pooling;
    private readonly EncodedTexts _token = new();
    private readonly Batch _batch = new();
    private readonly AlignedBuffer _pooled;
    private readonly AlignedBuffer _logits;
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
        _pass = new NetworkPass(classifier.Network, WorkerPool.CallerAlone);
        _carried = new CarriedStates(classifier.Network);
        _pooling = new RunningPooling(config.Pooling, config.StateSize);
        _pooled = new AlignedBuffer(config.StateSize);
        _logits = new AlignedBuffer(config.Classes);
        _probabilities = new double[config.Classes];
        Clear();
    }

    /// <summary>How many tokens were read.</summary>
    public long Count { get; private set; }

    /// <summary>Forgets what was read: the next piece begins a new text.</summary>
    public void Clear()
    {
        Count = 0;
        _carried.Clear(rows: 1);
        _pooling.Clear();
    }

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
                Read(id);
        }
        Network network = _classifier.Network;
        _pooling.Read(_pooled.Span[..network.Config.StateSize]);
        network.Output.Forward(rows: 1, network.Parameters.PointerTo(network.OutputBias), _pooled.Pointer, _logits.Pointer);
        return Prediction.Of(_classifier.Config, piece, _logits.Span[.._probabilities.Length], _probabilities);
    }

    private void Read(int id)
    {
        _token.Clear();
        _token.Add([id], label: 0);
        _batch.Fill(_token, [0]);
        _pass.Forward(_batch, _carried);
        _pooling.Add(_pass.TopStates, _classifier.Config.Pooling == Pooling.Attention ? Score() : 0);
        Count++;
    }

    // queryᵀ u of the token just read.
    private double Score()
    {
        Network network = _classifier.Network;
        float* query = network.Parameters.PointerTo(network.AttentionParameters[2]);
        double score = 0;
        for (int i = 0; i < network.Config.StateSize; i++)
            score += query[i] * _pass.Buffers.Attention[i];
        return score;
    }
}
