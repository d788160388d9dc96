using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Layers;

/// <summary>What a layer works on: N tokens of one shard.</summary>
internal unsafe struct LayerArguments
{
    /// <summary>The shard's steps.</summary>
    public Shard Shard;

    /// <summary>Whether a backward pass follows.</summary>
    public PassMode Mode;

    /// <summary>x, [N,I]; none where the layer reads ids.</summary>
    public Matrix Input;

    /// <summary>The ids of the tokens, [N].</summary>
    public int* Ids;

    /// <summary>The place in its text of each sentence's first token, [R]; null where all begin at 0.</summary>
    public int* Starts;

    /// <summary>y, [N,P]; overwritten by the forward pass.</summary>
    public Matrix Output;

    /// <summary>dx, [N,I]; overwritten by the backward pass. None where the layer reads ids.</summary>
    public Matrix DInput;

    /// <summary>dy, [N,P]; read by the backward pass.</summary>
    public Matrix DOutput;

    /// <summary>Whether sentences go on from the states that they left behind, in layers that have such.</summary>
    public bool Continues;

    /// <summary>Whether the backward pass keeps the norms of the gradients at its states, in layers that have such.</summary>
    public bool MeasuresGradients;

    /// <summary>What is dropped inside the layer, in layers that drop inside; nothing but in training.</summary>
    public DropoutMasks Dropout;

    /// <summary>Memory that no other thread uses meanwhile.</summary>
    public float* Scratch;

    /// <summary>The threads that share the work of a batch's only shard, whose first calls; null where each has shards.</summary>
    public SharedWork? Shared;
}
