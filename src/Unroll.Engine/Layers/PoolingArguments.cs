using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Layers;

/// <summary>The memory of one shard's pooling. N tokens and R rows of the shard, P the width of a state.</summary>
internal unsafe struct PoolingArguments
{
    /// <summary>The shard's steps.</summary>
    public Shard Shard;

    /// <summary>The first units, which are complete at the last word; the others are at the first.</summary>
    public int ForwardSize;

    /// <summary>h, [N,P].</summary>
    public Matrix States;

    /// <summary>p, [R,P].</summary>
    public Matrix Pooled;

    /// <summary>dp, [R,P].</summary>
    public Matrix DPooled;

    /// <summary>dh, [N,P].</summary>
    public Matrix DStates;

    /// <summary>Max pooling: the token each unit was taken from, [R,P].</summary>
    public int* Sources;

    /// <summary>P.</summary>
    public readonly int Width => States.Columns;

    /// <summary>The place of a row of step t among the shard's tokens.</summary>
    public readonly int Token(int t, int row) => Shard.Offset(t) + row;
}
