namespace Unroll.Engine.Layers;

/// <summary>A parameter that a layer asks for.</summary>
/// <param name="Name">PyTorch's name, such as <c>rnn.weight_ih_l0</c>.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="IsTable">
/// Whether ids pick columns of it: then it lies column by column, and only columns of ids that were seen are updated.
/// </param>
internal sealed record TensorShape(string Name, IReadOnlyList<int> Shape, bool IsTable = false);
