using Unroll.Engine.Batches;

namespace Unroll.Engine.Layers;

/// <summary>
/// A layer at work: forward and backward over the packed steps of a shard, and what the backward pass needs of the forward one.
/// Shards of a batch run at the same time on several threads, so each keeps to its own rows.
/// </summary>
internal interface ILayerPass
{
    /// <summary>Floats that are kept of a batch.</summary>
    long Length { get; }

    /// <summary>Makes room for a batch.</summary>
    /// <param name="tokens">N: tokens of the batch.</param>
    /// <param name="rows">B: sentences of the batch.</param>
    /// <param name="mode">What will be done with it.</param>
    void Prepare(int tokens, int rows, PassMode mode);

    /// <summary>Floats of scratch memory that a thread needs for a shard.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="mode">What will be done with it.</param>
    long ScratchLength(Shard shard, PassMode mode);

    /// <summary>x → y.</summary>
    /// <param name="arguments">The shard, x and where y goes.</param>
    void Forward(in LayerArguments arguments);

    /// <summary>dy → dx and the gradients of the parameters.</summary>
    /// <param name="arguments">The shard, x, y, dy and where dx goes.</param>
    /// <param name="gradients">Those of the parameters; added to.</param>
    void Backward(in LayerArguments arguments, LayerTensors gradients);
}

/// <summary>What a batch goes through.</summary>
internal enum PassMode
{
    /// <summary>A forward pass alone, which keeps nothing but its result.</summary>
    Forward,

    /// <summary>A forward pass, and a backward pass after it.</summary>
    ForwardBackward,
}
