using Unroll.Engine.Batches;
using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Networks;

/// <summary>
/// The small step of a text's word vectors that raises its loss most (Miyato, Dai and Goodfellow, 2017): r = ε ‖x‖ dx / ‖dx‖,
/// with norms over all words of the text. Training then learns the text as it is and the text at x + r alike.
/// </summary>
/// <remarks>
/// ‖x‖ grows with the root of the number of words T, but what answers a text is often a few of its words: with max pooling, those
/// that some unit takes. A step of all words' length that falls on these few takes away what they say, and nothing is learned.
/// So a text of more than sixteen words gets the step of one with sixteen: ‖x‖ √(16 / T).
/// </remarks>
/// <param name="network">The network; it has word vectors.</param>
/// <param name="epsilon">ε: the length of the step as a share of that of the text's vectors.</param>
internal sealed unsafe class AdversarialStep(Network network, float epsilon)
{
    private const int MostWords = 16;

    private readonly AlignedBuffer _dx = new();
    private readonly AlignedBuffer _scales = new();
    private double[] _squares = [];
    private int _tokens;

    private IKernels Kernels => network.Kernels;

    private int Width => network.Config.Embedding;

    /// <summary>Makes room for a batch.</summary>
    public void Prepare(Batch batch)
    {
        _tokens = batch.TokenCount;
        _dx.EnsureLength((long)_tokens * Width);
        _scales.EnsureLength(batch.Count);
        if (_squares.Length < _tokens)
            _squares = new double[_tokens];
    }

    /// <summary>Measures the word vectors of a shard as they are looked up, before anything is dropped.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="x">Its word vectors, [N,E].</param>
    public void Measure(Shard shard, in Matrix x)
    {
        for (int n = 0; n < shard.Tokens; n++)
            _squares[shard.FirstToken + n] = Kernels.SumOfSquares(Width, x.PointerTo(n));
    }

    /// <summary>Finds the steps of a shard's texts.</summary>
    /// <param name="shard">The shard, whose word vectors were measured.</param>
    /// <param name="dx">The gradients at their word vectors, [N,E].</param>
    public void Find(Shard shard, in Matrix dx)
    {
        dx.CopyTo(DxOf(shard));
        for (int row = 0; row < shard.Rows; row++)
        {
            double vectors = 0;
            double gradients = 0;
            for (int t = 0; t < shard.LengthOf(row); t++)
            {
                int n = shard.Offset(t) + row;
                vectors += _squares[shard.FirstToken + n];
                gradients += Kernels.SumOfSquares(Width, dx.PointerTo(n));
            }
            vectors *= Math.Min(1, (double)MostWords / shard.LengthOf(row));
            _scales.Pointer[shard.FirstRow + row] = gradients > 0 ? (float)(epsilon * Math.Sqrt(vectors / gradients)) : 0;
        }
    }

    /// <summary>Adds r to the word vectors of a shard, [N,E].</summary>
    public void AddTo(Shard shard, in Matrix x)
    {
        Matrix dx = DxOf(shard);
        for (int t = 0; t < shard.Steps; t++)
        {
            for (int row = 0; row < shard.BatchSize(t); row++)
            {
                int n = shard.Offset(t) + row;
                Kernels.AddScaled(Width, _scales.Pointer[shard.FirstRow + row], dx.PointerTo(n), x.PointerTo(n));
            }
        }
    }

    /// <summary>Adds the gradients that <see cref="Find"/> was given to those at x + r, [N,E].</summary>
    public void AddGradientsTo(Shard shard, in Matrix dx) =>
        Kernels.AddScaled(shard.Tokens * Width, 1, DxOf(shard).Pointer, dx.Pointer);

    private Matrix DxOf(Shard shard) => _dx.AsMatrix(_tokens, Width).RowsFrom(shard.FirstToken, shard.Tokens);
}
