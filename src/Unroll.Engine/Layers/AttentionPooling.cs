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
/// <param name="kernels">The kernels that multiply.</param>
/// <param name="width">P: the width of a state and of the query.</param>
internal sealed unsafe class AttentionPooling(IKernels kernels, int width)
{
    private const int GradientTokens = 256;

    /// <summary>W, [P,P].</summary>
    public PackedWeight Weight { get; } = new(kernels, width, width);

    /// <summary>Scratch floats that a backward pass needs.</summary>
    public int ScratchLength => kernels.PackedLength(GradientTokens, width) + width * GradientTokens;

    /// <summary>Computes u, α and p.</summary>
    /// <param name="arguments">h, and where p goes.</param>
    /// <param name="bias">b, [P].</param>
    /// <param name="query">[P].</param>
    /// <param name="u">[N,P]; overwritten.</param>
    /// <param name="alpha">α, [N]; overwritten.</param>
    public void Forward(in PoolingArguments arguments, float* bias, float* query, in Matrix u, float* alpha)
    {
        int tokens = arguments.Shard.Tokens;
        kernels.Multiply(arguments.States, Weight.Forward, u, Matrix.Repeated(bias, tokens, width));
        kernels.Tanh(tokens * width, u.Pointer);
        for (int n = 0; n < tokens; n++)
            alpha[n] = Dot(u.PointerTo(n), query);
        for (int row = 0; row < arguments.Shard.Rows; row++)
        {
            float* p = arguments.Pooled.PointerTo(row);
            new Span<float>(p, width).Clear();
            SoftmaxOverWords(arguments, row, alpha);
            for (int t = 0; t < arguments.Shard.LengthOf(row); t++)
            {
                int token = arguments.Token(t, row);
                kernels.AddScaled(width, alpha[token], arguments.States.PointerTo(token), p);
            }
        }
    }

    /// <summary>Overwrites dh; u is overwritten with du.</summary>
    /// <param name="arguments">h and dp, and where dh goes.</param>
    /// <param name="query">[P].</param>
    /// <param name="u">[N,P], as it was forward; overwritten with du.</param>
    /// <param name="alpha">α, [N], as it was forward.</param>
    /// <param name="gradients">Of W, b and query; added to.</param>
    /// <param name="scratch">Memory of <see cref="ScratchLength"/> floats.</param>
    public void Backward(
        in PoolingArguments arguments, float* query, in Matrix u, float* alpha, in AttentionGradients gradients, float* scratch)
    {
        for (int row = 0; row < arguments.Shard.Rows; row++)
            BackwardThroughSoftmax(arguments, row, query, u, alpha, gradients.Query);
        kernels.Multiply(u, Weight.Backward, arguments.DStates, arguments.DStates);
        kernels.AddColumnSums(u, gradients.Bias);
        for (int start = 0; start < arguments.Shard.Tokens; start += GradientTokens)
        {
            int tokens = Math.Min(GradientTokens, arguments.Shard.Tokens - start);
            var states = new PackedMatrix(kernels, scratch, tokens, width);
            var columns = new PackedColumns(scratch + kernels.PackedLength(GradientTokens, width), tokens, width);
            kernels.Pack(arguments.States.RowsFrom(start, tokens), states);
            kernels.PackColumns(u.RowsFrom(start, tokens), columns);
            kernels.AddProductOfColumns(columns, states, new Matrix(gradients.Weight, width, width));
        }
    }

    private static void SoftmaxOverWords(in PoolingArguments arguments, int row, float* scores)
    {
        int length = arguments.Shard.LengthOf(row);
        float max = float.NegativeInfinity;
        for (int t = 0; t < length; t++)
            max = MathF.Max(max, scores[arguments.Token(t, row)]);
        float sum = 0;
        for (int t = 0; t < length; t++)
        {
            ref float score = ref scores[arguments.Token(t, row)];
            score = MathF.Exp(score - max);
            sum += score;
        }
        for (int t = 0; t < length; t++)
            scores[arguments.Token(t, row)] /= sum;
    }

    // Leaves α_t dp in dh_t and du_t in u_t.
    private void BackwardThroughSoftmax(
        in PoolingArguments arguments, int row, float* query, in Matrix u, float* alpha, float* dQuery)
    {
        int length = arguments.Shard.LengthOf(row);
        float* dp = arguments.DPooled.PointerTo(row);
        float mean = 0;
        for (int t = 0; t < length; t++)
        {
            int token = arguments.Token(t, row);
            mean += alpha[token] * Dot(dp, arguments.States.PointerTo(token));
        }
        for (int t = 0; t < length; t++)
        {
            int token = arguments.Token(t, row);
            float* ut = u.PointerTo(token);
            float* dh = arguments.DStates.PointerTo(token);
            float ds = alpha[token] * (Dot(dp, arguments.States.PointerTo(token)) - mean);
            kernels.AddScaled(width, ds, ut, dQuery);
            for (int i = 0; i < width; i++)
            {
                dh[i] = alpha[token] * dp[i];
                ut[i] = ds * query[i] * (1 - ut[i] * ut[i]);
            }
        }
    }

    private float Dot(float* a, float* b)
    {
        float sum = 0;
        for (int i = 0; i < width; i++)
            sum += a[i] * b[i];
        return sum;
    }
}

/// <summary>Where attention adds its parameters' gradients.</summary>
internal readonly unsafe struct AttentionGradients(float* weight, float* bias, float* query)
{
    /// <summary>dW, [P,P].</summary>
    public float* Weight { get; } = weight;

    /// <summary>db, [P].</summary>
    public float* Bias { get; } = bias;

    /// <summary>dquery, [P].</summary>
    public float* Query { get; } = query;
}
