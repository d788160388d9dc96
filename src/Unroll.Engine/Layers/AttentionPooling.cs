using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Layers;

/// <summary>Additive attention to one learned query (after Bahdanau et al., 2015).</summary>
/// <remarks>
/// <code>
/// u_t = tanh(W h_t + b)     s_t = queryᵀ u_t     α = softmax over the sentence's words of s     p = Σ_t α_t h_t
///
/// dα_t = dp·h_t             ds_t = α_t (dα_t - Σ_j α_j dα_j)
/// dquery = Σ_t ds_t u_t     du_t = ds_t query ⊙ (1 - u_t²)
/// dW = Σ_t du_t h_tᵀ        db = Σ_t du_t        dh_t = α_t dp + Wᵀ du_t
/// </code>
/// </remarks>
internal sealed unsafe class AttentionPooling
{
    private const int GradientTokens = 256;

    private readonly IKernels _kernels;
    private readonly int _width;
    private readonly AlignedBuffer _forward;
    private readonly AlignedBuffer _backward;

    /// <summary>Makes room for the packed weight.</summary>
    /// <param name="kernels">Who multiplies.</param>
    /// <param name="width">A: the width of a state and of the query.</param>
    public AttentionPooling(IKernels kernels, int width)
    {
        (_kernels, _width) = (kernels, width);
        _forward = new AlignedBuffer(kernels.PackedLength(width, width));
        _backward = new AlignedBuffer(kernels.PackedLength(width, width));
    }

    /// <summary>Scratch floats that a backward pass needs.</summary>
    public int ScratchLength => _kernels.PackedLength(GradientTokens, _width) + _width * GradientTokens;

    /// <summary>Packs W, [A,A], as it is now.</summary>
    public void Pack(float* weight)
    {
        _kernels.PackTransposed(_width, _width, weight, _width, _forward.Pointer);
        _kernels.Pack(_width, _width, weight, _width, _backward.Pointer, _width);
    }

    /// <summary>Computes u [N,A], α [N] and p.</summary>
    public void Forward(in PoolingPass pass, float* bias, float* query, float* u, float* alpha)
    {
        int tokens = pass.Shard.Tokens;
        _kernels.Multiply(tokens, _width, _width, pass.States, _width, _forward.Pointer, u, _width, bias, fromRow: 0);
        _kernels.Tanh(tokens * _width, u);
        for (int n = 0; n < tokens; n++)
            alpha[n] = Dot(u + (long)n * _width, query);
        for (int row = 0; row < pass.Shard.Rows; row++)
        {
            float* p = pass.Pooled + (long)row * _width;
            new Span<float>(p, _width).Clear();
            SoftmaxOverWords(pass, row, alpha);
            for (int t = 0; t < pass.Shard.LengthOf(row); t++)
                _kernels.AddScaled(_width, alpha[pass.Token(t, row)], pass.States + pass.Token(t, row) * _width, p);
        }
    }

    /// <summary>Overwrites dh, adds to dW, db and dquery; u is overwritten with du.</summary>
    public void Backward(
        in PoolingPass pass, float* query, float* u, float* alpha, float* dWeight, float* dBias, float* dQuery, float* scratch)
    {
        for (int row = 0; row < pass.Shard.Rows; row++)
            BackwardThroughSoftmax(pass, row, query, u, alpha, dQuery);
        _kernels.Multiply(
            pass.Shard.Tokens, _width, _width, u, _width, _backward.Pointer, pass.DStates, _width, pass.DStates, _width);
        _kernels.AddColumnSums(pass.Shard.Tokens, _width, u, _width, dBias);
        for (int start = 0; start < pass.Shard.Tokens; start += GradientTokens)
        {
            int tokens = Math.Min(GradientTokens, pass.Shard.Tokens - start);
            float* columns = scratch + _kernels.PackedLength(GradientTokens, _width);
            _kernels.Pack(tokens, _width, pass.States + (long)start * _width, _width, scratch, tokens);
            _kernels.PackColumns(_width, tokens, u + (long)start * _width, _width, columns);
            _kernels.AddProductOfColumns(_width, _width, tokens, columns, scratch, dWeight, _width);
        }
    }

    private static void SoftmaxOverWords(in PoolingPass pass, int row, float* scores)
    {
        int length = pass.Shard.LengthOf(row);
        float max = float.NegativeInfinity;
        for (int t = 0; t < length; t++)
            max = MathF.Max(max, scores[pass.Token(t, row)]);
        float sum = 0;
        for (int t = 0; t < length; t++)
        {
            ref float score = ref scores[pass.Token(t, row)];
            score = MathF.Exp(score - max);
            sum += score;
        }
        for (int t = 0; t < length; t++)
            scores[pass.Token(t, row)] /= sum;
    }

    // Leaves α_t dp in dh_t and du_t in u_t.
    private void BackwardThroughSoftmax(in PoolingPass pass, int row, float* query, float* u, float* alpha, float* dQuery)
    {
        int length = pass.Shard.LengthOf(row);
        float* dp = pass.DPooled + (long)row * _width;
        float mean = 0;
        for (int t = 0; t < length; t++)
            mean += alpha[pass.Token(t, row)] * Dot(dp, pass.States + pass.Token(t, row) * _width);
        for (int t = 0; t < length; t++)
        {
            long token = pass.Token(t, row);
            float* ut = u + token * _width;
            float* dh = pass.DStates + token * _width;
            float ds = alpha[token] * (Dot(dp, pass.States + token * _width) - mean);
            _kernels.AddScaled(_width, ds, ut, dQuery);
            for (int i = 0; i < _width; i++)
            {
                dh[i] = alpha[token] * dp[i];
                ut[i] = ds * query[i] * (1 - ut[i] * ut[i]);
            }
        }
    }

    private float Dot(float* a, float* b)
    {
        float sum = 0;
        for (int i = 0; i < _width; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
