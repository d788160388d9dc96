using Unroll.Engine.Batches;

namespace Unroll.Engine.Layers;

/// <summary>The memory of one shard's pooling. N tokens and R rows of the shard, P = H·D the width of a state.</summary>
internal unsafe struct PoolingPass
{
    /// <summary>The shard's steps.</summary>
    public Shard Shard;

    /// <summary>P.</summary>
    public int Width;

    /// <summary>H: the first H units are the forward direction's, the next the backward direction's.</summary>
    public int Hidden;

    /// <summary>h, [N,P].</summary>
    public float* States;

    /// <summary>p, [R,P].</summary>
    public float* Pooled;

    /// <summary>dp, [R,P].</summary>
    public float* DPooled;

    /// <summary>dh, [N,P].</summary>
    public float* DStates;

    /// <summary>Max pooling: the token each unit was taken from, [R,P].</summary>
    public int* Sources;

    /// <summary>The place of row b of step t among the shard's tokens.</summary>
    public readonly long Token(int t, int row) => Shard.Offset(t) + row;
}
