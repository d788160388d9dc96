namespace Unroll.Engine.Layers;

/// <summary>The parameters of one layer, or their gradients, in the order of <see cref="ILayer.Tensors"/>.</summary>
/// <param name="arena">The memory of all parameters or gradients.</param>
/// <param name="starts">Where each of the layer's begins.</param>
internal readonly unsafe struct LayerTensors(float* arena, int[] starts)
{
    /// <summary>The first value of a tensor. A table has no gradient in the arena.</summary>
    /// <param name="tensor">Its place in <see cref="ILayer.Tensors"/>.</param>
    public float* this[int tensor] => arena + starts[tensor];
}
