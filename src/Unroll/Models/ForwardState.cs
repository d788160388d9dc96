namespace Unroll.Models;

/// <summary>
/// What a forward pass leaves for whoever reads it, and the gradients of the same, in buffers that grow and are used again.
/// </summary>
internal sealed class ForwardState
{
    private float[] _embedded = [];
    private float[] _hidden = [];
    private float[] _pooled = [];
    private float[] _logits = [];
    private float[] _dEmbedded = [];
    private float[] _dHidden = [];
    private float[] _dPooled = [];
    private float[] _dLogits = [];
    private int _tokens;
    private int _batch;
    private int _embeddingSize;
    private int _hiddenSize;
    private int _classes;

    /// <summary>[N,E].</summary>
    public Span<float> Embedded => _embedded.AsSpan(0, _tokens * _embeddingSize);

    /// <summary>[N,H].</summary>
    public Span<float> Hidden => _hidden.AsSpan(0, _tokens * _hiddenSize);

    /// <summary>[B,H].</summary>
    public Span<float> Pooled => _pooled.AsSpan(0, _batch * _hiddenSize);

    /// <summary>[B,C].</summary>
    public Span<float> Logits => _logits.AsSpan(0, _batch * _classes);

    /// <summary>[N,E].</summary>
    public Span<float> DEmbedded => Sized(ref _dEmbedded, _tokens * _embeddingSize);

    /// <summary>[N,H].</summary>
    public Span<float> DHidden => Sized(ref _dHidden, _tokens * _hiddenSize);

    /// <summary>[B,H].</summary>
    public Span<float> DPooled => Sized(ref _dPooled, _batch * _hiddenSize);

    /// <summary>[B,C]: probabilities first, then the gradient of the logits in the same place.</summary>
    public Span<float> DLogits => Sized(ref _dLogits, _batch * _classes);

    /// <summary>Makes room for a batch.</summary>
    public void Prepare(int tokens, int batch, int embeddingSize, int hiddenSize, int classes)
    {
        (_tokens, _batch, _embeddingSize, _hiddenSize, _classes) = (tokens, batch, embeddingSize, hiddenSize, classes);
        Sized(ref _embedded, tokens * embeddingSize);
        Sized(ref _hidden, tokens * hiddenSize);
        Sized(ref _pooled, batch * hiddenSize);
        Sized(ref _logits, batch * classes);
    }

    private static Span<float> Sized(ref float[] buffer, int size)
    {
        if (buffer.Length < size)
            buffer = new float[Math.Max(size, buffer.Length * 2)];
        return buffer.AsSpan(0, size);
    }
}
