using Unroll.Engine.Batches;
using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Networks;

/// <summary>
/// The small step of a text's word vectors that raises its loss most (Miyato, Dai and Goodfellow, 2017): r = ε ‖x‖ dx / ‖dx‖, with norms over
/// all words of the text. Training then learns the text as it is and the text at x + r alike.
/// </summary>
/// <param name="network">The network; it has word vectors.</param>
/// <param name="epsilon">ε: the length of the step as a share of that of the text's vectors.</param>
internal sealed unsafe class AdversarialStep(Network network, float epsilon)
{
    private readonly AlignedBuffer _dx = new();
    private readonly AlignedBuffer _scales = new();

    private IKernels Kernels => network.Kernels;

    private int Width => network.Config.Embedding;

    /// <summary>Makes room for a batch.</summary>
    public void Prepare(Batch batch)
    {
        _dx.EnsureLength((long)batch.TokenCount * Width);
        _scales.EnsureLength(batch.Count);
    }

    /// <summary>Finds the steps of a shard's texts.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="ids">The ids of its tokens.</param>
    /// <param name="dx">The gradients at their word vectors, [N,E].</param>
    public void Find(Shard shard, ReadOnlySpan<int> ids, float* dx)
    {
        new ReadOnlySpan<float>(dx, checked(shard.Tokens * Width)).CopyTo(new Span<float>(DxOf(shard), shard.Tokens * Width));
        float* table = network.Parameters.PointerTo(network.Embedding!);
        for (int row = 0; row < shard.Rows; row++)
        {
            double vectors = 0;
            double gradients = 0;
            for (int t = 0; t < shard.LengthOf(row); t++)
            {
                int n = shard.Offset(t) + row;
                vectors += Kernels.SumOfSquares(Width, table + (long)ids[n] * Width);
                gradients += Kernels.SumOfSquares(Width, dx + (long)n * Width);
            }
            _scales.Pointer[shard.FirstRow + row] = gradients > 0 ? (float)(epsilon * Math.Sqrt(vectors / gradients)) : 0;
        }
    }

    /// <summary>Adds r to the word vectors of a shard, [N,E].</summary>
    public void AddTo(Shard shard, float* x)
    {
        for (int t = 0; t < shard.Steps; t++)
        {
            for (int row = 0; row < shard.BatchSize(t); row++)
            {
                long n = shard.Offset(t) + row;
                Kernels.AddScaled(Width, _scales.Pointer[shard.FirstRow + row], DxOf(shard) + n * Width, x + n * Width);
            }
        }
    }

    /// <summary>Adds the gradients that <see cref="Find"/> was given to those at x + r, [N,E].</summary>
    public void AddGradientsTo(Shard shard, float* dx) => Kernels.AddScaled(shard.Tokens * Width, 1, DxOf(shard), dx);

    private float* DxOf(Shard shard) => _dx.Pointer + (long)shard.FirstToken * Width;
}
