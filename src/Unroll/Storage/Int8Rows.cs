using System.Runtime.InteropServices;

namespace Unroll.Storage;

/// <summary>
/// Matrices of eight-bit numbers, each row with a scale of its own: a matrix NAME is the tensor NAME of type I8 and NAME.scale,
/// F32, one a row. Vectors stay as they are.
/// </summary>
/// <remarks>
/// <code>
/// s = max |x| / 127, rounded up to 16 bits       q = round(x / s), -127 … 127       x is read as s q
/// </code>
/// A float holds s q exactly, so what was read is written with the same bytes again.
/// </remarks>
internal static class Int8Rows
{
    private const string Type = "I8";
    private const string ScaleEnding = ".scale";
    private const float Most = 127;

    // Of the 24 bits of a float these are left to the product with 127, which has seven.
    private const uint LowBits = 0xFF;

    /// <summary>What the bytes of tensors are: matrices as eight-bit numbers, each followed by its scales.</summary>
    /// <param name="tensors">The tensors.</param>
    public static IReadOnlyList<NamedTensor> Of(IReadOnlyList<NamedTensor> tensors)
    {
        var stored = new List<NamedTensor>();
        foreach (NamedTensor tensor in tensors)
        {
            if (tensor.Shape.Count < 2)
            {
                stored.Add(tensor);
                continue;
            }
            int columns = tensor.Shape[^1];
            float[] scales = new float[columns == 0 ? 0 : tensor.Values.Length / columns];
            sbyte[] numbers = new sbyte[tensor.Values.Length];
            for (int row = 0; row < scales.Length; row++)
                scales[row] = Round(tensor.Values.Span.Slice(row * columns, columns), numbers.AsSpan(row * columns, columns));
            stored.Add(tensor with { Numbers = numbers });
            stored.Add(new NamedTensor(tensor.Name + ScaleEnding, [scales.Length], scales));
        }
        return stored;
    }

    /// <summary>The tensors that are expected in a file, with their types.</summary>
    /// <param name="tensors">Names and shapes of the tensors of floats.</param>
    public static IEnumerable<(string Name, string Type, IReadOnlyList<int> Shape)> Expected(
        IEnumerable<(string Name, IReadOnlyList<int> Shape)> tensors)
    {
        foreach ((string name, IReadOnlyList<int> shape) in tensors)
        {
            bool isMatrix = shape.Count > 1;
            yield return (name, isMatrix ? Type : "F32", shape);
            if (isMatrix)
                yield return (name + ScaleEnding, "F32", [shape.SkipLast(1).Aggregate(1, (rows, size) => rows * size)]);
        }
    }

    /// <summary>Reads a tensor as floats.</summary>
    /// <param name="file">Has the tensors, whose types and shapes were compared.</param>
    /// <param name="name">Its name.</param>
    /// <param name="values">As many as the tensor has; overwritten.</param>
    /// <exception cref="InputException">A number is not finite.</exception>
    public static void Read(SafetensorsFile file, string name, Span<float> values)
    {
        if (file.Tensors[name].DType != Type)
        {
            file.ReadFiniteSingles(name, values);
            return;
        }
        float[] scales = file.ReadFiniteSingles(name + ScaleEnding);
        ReadOnlySpan<sbyte> numbers = MemoryMarshal.Cast<byte, sbyte>(file.BytesOf(name));
        int columns = scales.Length == 0 ? 0 : numbers.Length / scales.Length;
        for (int i = 0; i < numbers.Length; i++)
            values[i] = scales[i / columns] * numbers[i];
    }

    private static float Round(ReadOnlySpan<float> row, Span<sbyte> numbers)
    {
        float most = 0;
        foreach (float value in row)
            most = Math.Max(most, Math.Abs(value));
        float scale = BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits(most / Most) + LowBits) & ~LowBits);
        // So small a row is nothing beside others, and its scale would not be exact.
        if (!float.IsNormal(scale))
        {
            numbers.Clear();
            return 0;
        }
        for (int i = 0; i < row.Length; i++)
            numbers[i] = (sbyte)MathF.Round(row[i] / scale);
        return scale;
    }
}
