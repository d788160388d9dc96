using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Threading;
using Unroll.Storage;
using Unroll.Text;

namespace Unroll.Models;

/// <summary>
/// Classifies texts on the caller's thread. Its buffers are kept from call to call, and serve one thread at a time.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="vocabulary">Has the ids.</param>
internal sealed class PredictionPass(Network network, Vocabulary vocabulary)
{
    /// <summary>Texts that are classified together.</summary>
    public const int BatchSize = 64;

    // Beyond this the buffers would hold on to the memory of one long text.
    private const int MostTokensKept = 1 << 16;

    private readonly NetworkPass _pass = new(network, WorkerPool.CallerAlone);
    private readonly EncodedTexts _encoded = new();
    private readonly Batch _batch = new();
    private readonly int[] _rows = [.. Enumerable.Range(0, BatchSize)];
    private readonly double[] _probabilities = new double[network.Config.Classes];

    /// <summary>Whether the buffers are small enough to be kept.</summary>
    public bool IsWorthKeeping => _batch.TokenCount <= MostTokensKept;

    /// <summary>Classifies at most <see cref="BatchSize"/> texts.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="config">Has tokenizer, labels and temperature.</param>
    public Prediction[] Run(ReadOnlySpan<string> texts, ModelConfig config)
    {
        _encoded.Clear();
        foreach (string text in texts)
            _encoded.Add(vocabulary.Encode(config.Tokens.Tokenize(text)), label: 0);
        _batch.Fill(_encoded, _rows.AsSpan(0, texts.Length));
        _pass.Forward(_batch);
        var predictions = new Prediction[texts.Length];
        for (int b = 0; b < _batch.Count; b++)
        {
            int text = _batch.Rows[b];
            ReadOnlySpan<float> logits = _pass.Logits.Slice(b * _probabilities.Length, _probabilities.Length);
            predictions[text] = Prediction.Of(config, texts[text], logits, _probabilities);
        }
        return predictions;
    }
}
