using Unroll.Batches;
using Unroll.Threading;

namespace Unroll.Models;

/// <summary>Classifies texts on the caller's thread. Its buffers are kept from call to call, and serve one thread at a time.</summary>
internal sealed class PredictionPass(SentenceClassifier classifier)
{
    /// <summary>Texts that are classified together.</summary>
    public const int BatchSize = 64;

    // Beyond this the buffers would hold on to the memory of one long text.
    private const int MostTokensKept = 1 << 16;

    private readonly NetworkPass _pass = new(classifier.Network, WorkerPool.CallerAlone);
    private readonly EncodedTexts _encoded = new();
    private readonly Batch _batch = new();
    private readonly int[] _rows = [.. Enumerable.Range(0, BatchSize)];
    private readonly double[] _probabilities = new double[classifier.Config.Classes];

    /// <summary>Whether the buffers are small enough to be kept.</summary>
    public bool IsWorthKeeping => _batch.TokenCount <= MostTokensKept;

    /// <summary>Classifies at most <see cref="BatchSize"/> texts.</summary>
    public Prediction[] Run(ReadOnlySpan<string> texts)
    {
        _encoded.Clear();
        foreach (string text in texts)
            _encoded.Add(classifier.Encode(text), label: 0);
        _batch.Fill(_encoded, _rows.AsSpan(0, texts.Length));
        _pass.Forward(_batch);
        var predictions = new Prediction[texts.Length];
        for (int b = 0; b < _batch.Count; b++)
        {
            int text = _batch.Rows[b];
            ReadOnlySpan<float> logits = _pass.Logits.Slice(b * _probabilities.Length, _probabilities.Length);
            predictions[text] = Prediction.Of(classifier.Config, texts[text], logits, _probabilities);
        }
        return predictions;
    }
}
