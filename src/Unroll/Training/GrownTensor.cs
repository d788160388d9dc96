namespace Unroll.Training;

/// <summary>A tensor that has got more rows or columns, for more words or more labels.</summary>
internal static class GrownTensor
{
    /// <summary>Copies a tensor into the first rows and columns of a larger one.</summary>
    /// <param name="old">Its values, row-major.</param>
    /// <param name="oldShape">Its shape, of one or two sides.</param>
    /// <param name="values">The larger one's values; overwritten where the old one has a value.</param>
    /// <param name="shape">The larger one's shape.</param>
    public static void Copy(ReadOnlySpan<float> old, IReadOnlyList<int> oldShape, Span<float> values, IReadOnlyList<int> shape)
    {
        if (oldShape.Count != shape.Count || oldShape.Zip(shape).Any(side => side.First > side.Second))
        {
            throw new ArgumentException(
                $"[{string.Join(',', oldShape)}] does not fit into [{string.Join(',', shape)}]", nameof(shape));
        }
        if (oldShape.SequenceEqual(shape))
        {
            old.CopyTo(values);
            return;
        }
        int columns = shape[^1], oldColumns = oldShape[^1];
        for (int row = 0; row < old.Length / oldColumns; row++)
            old.Slice(row * oldColumns, oldColumns).CopyTo(values[(row * columns)..]);
    }
}
