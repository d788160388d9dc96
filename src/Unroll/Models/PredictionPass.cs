using System.Runtime.InteropServices;
using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Threading;
using Unroll.Evaluation;
using Unroll.Storage;
using Unroll.Terms;
using Unroll.Text;

namespace Unroll.Models;

/// <summary>
/// Classifies texts on the caller's thread. Its buffers are kept from call to call, and serve one thread at a time.
/// </summary>
/// <param name="networks">The networks.</param>
/// <param name="classes">C.</param>
/// <param name="vocabulary">The tokens that the model knows.</param>
/// <param name="encoder">Has the ids.</param>
/// <param name="linear">Adds the model's linear part; null for the networks alone.</param>
internal sealed class PredictionPass(
    IReadOnlyList<Network> networks, int classes, Vocabulary vocabulary, TokenEncoder encoder, LinearPass? linear)
{
    /// <summary>Texts that are classified together.</summary>
    public const int BatchSize = 64;

    // Beyond this the buffers would hold on to the memory of one long text.
    private const int MostTokensKept = 1 << 16;

    private readonly NetworksPass _pass = new(networks, classes, WorkerPool.CallerAlone);
    private readonly EncodedTexts _encoded = new();
    private readonly TokenPool _pool = new(vocabulary.FindToken);
    private readonly List<string> _tokens = [];
    private readonly List<int> _starts = [];
    private readonly Batch _batch = new();
    private readonly int[] _rows = [.. Enumerable.Range(0, BatchSize)];
    private readonly List<(int Tokens, int Unknown)> _counts = [];
    private readonly float[] _logits = new float[classes];

    /// <summary>Whether the buffers are small enough to be kept.</summary>
    public bool IsWorthKeeping => _batch.TokenCount <= MostTokensKept;

    /// <summary>Classifies at most <see cref="BatchSize"/> texts.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="config">Has tokenizer, labels and temperature.</param>
    /// <param name="mostTokens">How many tokens a text may have.</param>
    /// <param name="predictions">What is said of each; overwritten.</param>
    /// <exception cref="InputException">
    /// A text has more tokens, or the vocabulary is closed and a word is not in it, or the weights are too large to compute with.
    /// </exception>
    public void Run(ReadOnlySpan<string> texts, ModelConfig config, int mostTokens, Span<Prediction> predictions)
    {
        _encoded.Clear();
        _tokens.Clear();
        _starts.Clear();
        _counts.Clear();
        foreach (string text in texts)
        {
            int start = linear is null ? 0 : _tokens.Count;
            if (linear is null)
                _tokens.Clear();
            _starts.Add(start);
            config.Tokens.Tokenize(text, _pool, _tokens);
            TokenLimit.Require(_tokens.Count - start, mostTokens);
            int unknown = encoder.AddTo(_encoded, CollectionsMarshal.AsSpan(_tokens)[start..]);
            _counts.Add((_tokens.Count - start, unknown));
            config.RequirePlaces(_encoded.LengthOf(_encoded.Count - 1), "the text");
        }
        _starts.Add(_tokens.Count);
        for (int first = 0; first < texts.Length;)
        {
            int end = EndOfPart(first);
            Classify(_rows.AsSpan(first, end - first), texts, config, predictions);
            first = end;
        }
    }

    // Long texts are classified a few at a time: together they would take the memory of all.
    private int EndOfPart(int first)
    {
        int end = first + 1;
        for (long tokens = _encoded.LengthOf(first); end < _encoded.Count; end++)
        {
            tokens += _encoded.LengthOf(end);
            if (tokens > MostTokensKept)
                break;
        }
        return end;
    }

    private void Classify(ReadOnlySpan<int> rows, ReadOnlySpan<string> texts, ModelConfig config, Span<Prediction> predictions)
    {
        _batch.Fill(_encoded, rows);
        _pass.Forward(_batch);
        for (int b = 0; b < _batch.Count; b++)
        {
            int text = _batch.Rows[b];
            (int tokens, int unknown) = _counts[text];
            if (tokens == 0)
            {
                predictions[text] = texts[text].Length == 0 ? Prediction.None : Prediction.None with { Text = texts[text] };
                continue;
            }
            _pass.Logits.Slice(b * _logits.Length, _logits.Length).CopyTo(_logits);
            linear?.Mix(CollectionsMarshal.AsSpan(_tokens)[_starts[text].._starts[text + 1]], _logits);
            predictions[text] = Prediction.Of(config, texts[text], _logits, tokens, unknown);
        }
    }
}
