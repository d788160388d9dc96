namespace Unroll.Engine.Networks;

/// <summary>One tensor of a network: where it lies in the arena.</summary>
/// <param name="Name">PyTorch's name, such as <c>rnn.weight_ih_l0</c>.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Start">Its first value's place in the arena.</param>
/// <param name="IsTable">
/// Whether an id picks a row of it, so that a training step reads and updates only rows of ids it saw.
/// </param>
/// <param name="IsTransposed">
/// Whether it lies in the arena column by column: the input weight of a one-hot network, [G·H,V], whose columns are the table's
/// rows.
/// </param>
public sealed record Parameter(string Name, IReadOnlyList<int> Shape, int Start, bool IsTable = false, bool IsTransposed = false)
{
    /// <summary>The number of values: the product of the dimensions.</summary>
    public int Length { get; } = Shape.Aggregate(1, (product, dimension) => checked(product * dimension));

    /// <summary>Values of one row of a table.</summary>
    internal int TableWidth => IsTransposed ? Shape[0] : Shape[1];
}
