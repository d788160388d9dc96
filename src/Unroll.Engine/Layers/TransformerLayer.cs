using Unroll.Engine.Kernels;

namespace Unroll.Engine.Layers;

/// <summary>
/// One layer of a Transformer encoder, <c>torch.nn.TransformerEncoderLayer(E, heads, F)</c>: every word reads all words of its
/// sentence, then goes through two linear maps by itself.
/// </summary>
/// <remarks>
/// <code>
/// norm before    r = x + D(A(N₁(x)))          y = r + D(F(N₂(r)))          N layer norm, D dropout, A attention with its linear
/// maps norm after     r = N₁(x + D(A(x)))          y = N₂(r + D(F(r)))          F(r) = W₂ D(relu(W₁ r + b₁)) + b₂
/// </code>
/// </remarks>
internal sealed class TransformerLayer : ILayer
{
    private readonly Linear[] _linear;

    /// <summary>Lays the layer out; memory is taken when its parameters are packed.</summary>
    /// <param name="kernels">The kernels that compute.</param>
    /// <param name="width">E.</param>
    /// <param name="options">Its other sizes and choices.</param>
    /// <param name="index">Which layer of the encoder, from 0: it has masks of dropout of its own.</param>
    /// <param name="name">What the names of its parameters begin with.</param>
    public TransformerLayer(IKernels kernels, int width, TransformerOptions options, int index, string name)
    {
        (Kernels, OutputSize, Index) = (kernels, width, index);
        FeedForwardSize = options.FeedForwardOf(width);
        NormsFirst = options.Norm switch
        {
            NormPlace.Before => true,
            NormPlace.After => false,
            _ => throw new InvalidOperationException($"no place {options.Norm} of norms"),
        };
        Heads = options.Heads;
        Attention = new SelfAttention(kernels, width, options.Heads);
        Norm = new LayerNorm(kernels, width);
        InProjection = new Linear(kernels, width, checked(3 * width));
        OutProjection = new Linear(kernels, width, width);
        First = new Linear(kernels, width, FeedForwardSize);
        Second = new Linear(kernels, FeedForwardSize, width);
        _linear = [InProjection, OutProjection, First, Second];
        Tensors =
        [
            new($"{name}.self_attn.in_proj_weight", [3 * width, width]),
            new($"{name}.self_attn.in_proj_bias", [3 * width]),
            new($"{name}.self_attn.out_proj.weight", [width, width]),
            new($"{name}.self_attn.out_proj.bias", [width]),
            new($"{name}.linear1.weight", [FeedForwardSize, width]),
            new($"{name}.linear1.bias", [FeedForwardSize]),
            new($"{name}.linear2.weight", [width, FeedForwardSize]),
            new($"{name}.linear2.bias", [width]),
            new($"{name}.norm1.weight", [width]),
            new($"{name}.norm1.bias", [width]),
            new($"{name}.norm2.weight", [width]),
            new($"{name}.norm2.bias", [width]),
        ];
    }

    /// <summary>The kernels that compute.</summary>
    public IKernels Kernels { get; }

    /// <summary>Which layer of the encoder, from 0.</summary>
    public int Index { get; }

    /// <summary>E.</summary>
    public int OutputSize { get; }

    public int ForwardSize => OutputSize;

    public bool DropsOutput => false;

    /// <summary>F.</summary>
    public int FeedForwardSize { get; }

    /// <summary>How many heads read.</summary>
    public int Heads { get; }

    /// <summary>Whether norms stand before the parts and not after the sums.</summary>
    public bool NormsFirst { get; }

    /// <summary>What the heads read.</summary>
    public SelfAttention Attention { get; }

    /// <summary>Both norms: they differ by their parameters alone.</summary>
    public LayerNorm Norm { get; }

    /// <summary>The map to queries, keys and values, E → 3E.</summary>
    public Linear InProjection { get; }

    /// <summary>The map of what the heads read, E → E.</summary>
    public Linear OutProjection { get; }

    /// <summary>The first map of the feed-forward part, E → F.</summary>
    public Linear First { get; }

    /// <summary>The second map of the feed-forward part, F → E.</summary>
    public Linear Second { get; }

    /// <summary>As they were packed.</summary>
    public LayerTensors Parameters { get; private set; }

    public IReadOnlyList<TensorShape> Tensors { get; }

    public IEnumerable<PackedWeight> PackedWeights => _linear.Select(linear => linear.Weight);

    public long BackwardLength => _linear.Sum(linear => linear.Weight.BackwardLength);

    public unsafe void Pack(LayerTensors parameters)
    {
        Parameters = parameters;
        for (int i = 0; i < _linear.Length; i++)
            _linear[i].Weight.Pack(parameters[2 * i]);
    }

    public unsafe void PackBackward(LayerTensors parameters)
    {
        for (int i = 0; i < _linear.Length; i++)
            _linear[i].Weight.PackBackward(parameters[2 * i]);
    }

    public void FreeBackward()
    {
        foreach (Linear linear in _linear)
            linear.Weight.FreeBackward();
    }

    public ILayerPass CreatePass() => new TransformerLayerPass(this);

    /// <summary>The place of each tensor in <see cref="Tensors"/>; a weight's bias follows it.</summary>
    public static class Place
    {
        public const int InProjection = 0;
        public const int OutProjection = 2;
        public const int First = 4;
        public const int Second = 6;
        public const int Norm1 = 8;
        public const int Norm2 = 10;
    }
}
