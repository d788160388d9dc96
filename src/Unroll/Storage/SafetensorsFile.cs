using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Unroll.Engine.Numerics;

namespace Unroll.Storage;

/// <summary>Where a tensor lies in a safetensors file.</summary>
/// <param name="DType">The type of its elements, such as <c>F32</c>.</param>
/// <param name="Shape">Its dimensions; none for a scalar.</param>
/// <param name="Begin">The first byte, counted from the start of the data.</param>
/// <param name="End">One past the last byte.</param>
public sealed record TensorEntry(string DType, IReadOnlyList<long> Shape, long Begin, long End);

/// <summary>
/// A safetensors file read into memory and checked against every rule of the format (github.com/huggingface/safetensors,
/// README "Format"): no holes, no overlaps, no duplicate names, sizes that match types and shapes.
/// White space before the header's brace is tolerated.
/// </summary>
public sealed class SafetensorsFile
{
    // The header comes on top; the whole is read back into one array.
    internal const long MostBytes = 2_000_000_000;

    private const int LengthBytes = sizeof(ulong);
    private const long MaxHeaderLength = 100_000_000;

    private readonly byte[] _bytes;
    private readonly int _dataStart;
    private readonly string _source;

    private SafetensorsFile(byte[] bytes, int dataStart, string source, SafetensorsHeader header)
    {
        _bytes = bytes;
        _dataStart = dataStart;
        _source = source;
        Tensors = header.Tensors;
        Metadata = header.Metadata;
    }

    /// <summary>Every tensor by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors { get; }

    /// <summary>The strings of <c>__metadata__</c>; empty where the file has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The bytes of all tensors.</summary>
    public ReadOnlySpan<byte> Data => _bytes.AsSpan(_dataStart);

    /// <summary>Checks a file's content and finds its tensors.</summary>
    /// <param name="bytes">The whole file; kept, not copied.</param>
    /// <param name="source">The file's name, for errors.</param>
    /// <exception cref="InputException">The content breaks a rule of the format.</exception>
    public static SafetensorsFile Parse(byte[] bytes, string source)
    {
        if (bytes.Length < LengthBytes)
            throw SafetensorsHeader.Broken(source, $"{bytes.Length} bytes, expected at least {LengthBytes}");
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (headerLength > MaxHeaderLength)
            throw SafetensorsHeader.Broken(source, $"a header of {headerLength} bytes, expected at most {MaxHeaderLength}");
        if ((long)headerLength > bytes.Length - LengthBytes)
        {
            throw SafetensorsHeader.Broken(
                source, $"{bytes.Length} bytes, expected a header of {headerLength} after the first {LengthBytes}");
        }
        int dataStart = LengthBytes + (int)headerLength;
        var header = SafetensorsHeader.Read(bytes.AsMemory(LengthBytes, (int)headerLength), bytes.Length - dataStart, source);
        return new SafetensorsFile(bytes, dataStart, source, header);
    }

    /// <summary>Checks that a tensor is there, of floats, in a given shape.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">The shape it must have.</param>
    /// <exception cref="InputException">The file has no such tensor, or it has another shape or type.</exception>
    public void Require(string name, IReadOnlyList<int> shape) => Require(name, "F32", shape);

    /// <summary>Checks that a tensor is there, of a given type and shape.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">The type it must have.</param>
    /// <param name="shape">The shape it must have.</param>
    /// <exception cref="InputException">The file has no such tensor, or it has another shape or type.</exception>
    internal void Require(string name, string type, IReadOnlyList<int> shape)
    {
        if (!Tensors.TryGetValue(name, out TensorEntry? entry))
            throw new InputException($"{_source}: no tensor {name}, expected one of shape {SafetensorsHeader.Format(shape)}");
        if (entry.DType != type || !entry.Shape.SequenceEqual(shape.Select(d => (long)d)))
            throw new InputException(
                $"{_source}: {name} is {entry.DType} {SafetensorsHeader.Format(entry.Shape)}, " +
                $"expected {type} {SafetensorsHeader.Format(shape)}");
    }

    /// <summary>The values of a tensor of floats, row-major; other floats than <c>F32</c> are converted.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    /// <exception cref="InputException">Its elements are no floats.</exception>
    public float[] ReadSingles(string name)
    {
        if (SafetensorsHeader.ElementSize(Tensors[name].DType) is null)
            throw NoFloats(name);
        long length = Tensors[name].Shape.Aggregate(1L, (product, dimension) => product * dimension);
        float[] values = LargeArray.Uninitialized<float>(checked((int)length));
        ReadSingles(name, values);
        return values;
    }

    /// <summary>The values of a tensor of floats, none of which is NaN or infinite.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    /// <exception cref="InputException">Its elements are no floats, or one is not finite.</exception>
    internal float[] ReadFiniteSingles(string name)
    {
        float[] values = ReadSingles(name);
        RequireFinite(name, values, _source);
        return values;
    }

    /// <summary>Reads the values of a tensor of floats, none of which is NaN or infinite.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">As many as the tensor has; overwritten.</param>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    /// <exception cref="InputException">Its elements are no floats, or one is not finite.</exception>
    internal void ReadFiniteSingles(string name, Span<float> values)
    {
        ReadSingles(name, values);
        RequireFinite(name, values, _source);
    }

    /// <summary>Refuses a tensor with a value that is NaN or infinite.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">Its values.</param>
    /// <param name="source">Where it comes from.</param>
    /// <exception cref="InputException">A value is not finite.</exception>
    internal static void RequireFinite(string name, ReadOnlySpan<float> values, string source)
    {
        if (IndexOfOdd(values) is not (>= 0 and var i))
            return;
        throw new InputException(
            FormattableString.Invariant($"{source}: {name} has {values[i]} at element {i}, expected finite numbers; ") +
            "the model did not train or the file is damaged, restore it or train again");
    }

    // The first value that is NaN or infinite: its exponent is all ones. -1 for none.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int IndexOfOdd(ReadOnlySpan<float> values)
    {
        const uint exponent = 0x7F800000;
        ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(values);
        var mask = new Vector<uint>(exponent);
        int i = 0;
        while (i <= bits.Length - Vector<uint>.Count && !Vector.EqualsAny(new Vector<uint>(bits[i..]) & mask, mask))
            i += Vector<uint>.Count;
        for (; i < bits.Length; i++)
        {
            if ((bits[i] & exponent) == exponent)
                return i;
        }
        return -1;
    }

    /// <summary>What the header says of the tensors: their names, types, shapes and places, in the order of the data.</summary>
    internal static string Describe(IEnumerable<KeyValuePair<string, TensorEntry>> tensors)
    {
        IEnumerable<KeyValuePair<string, TensorEntry>> inOrder = tensors.OrderBy(tensor => tensor.Value.Begin)
            .ThenBy(tensor => tensor.Value.End).ThenBy(tensor => tensor.Key, StringComparer.Ordinal);
        return string.Concat(inOrder.Select(tensor => Line(tensor.Key, tensor.Value)));

        static string Line(string name, TensorEntry entry) => FormattableString.Invariant(
            $"{name} {entry.DType} {SafetensorsHeader.Format(entry.Shape)} {entry.Begin} {entry.End}\n");
    }

    /// <summary>Reads the values of a tensor of floats, row-major, without an array of their own.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">As many as the tensor has; overwritten.</param>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    /// <exception cref="InputException">Its elements are no floats.</exception>
    public void ReadSingles(string name, Span<float> values)
    {
        ReadOnlySpan<byte> bytes = BytesOf(name);
        switch (Tensors[name].DType)
        {
            case "F32" when BitConverter.IsLittleEndian:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(values);
                break;
            case "F32":
                ReadAll(bytes, sizeof(float), BinaryPrimitives.ReadSingleLittleEndian, values);
                break;
            case "F64":
                ReadAll(bytes, sizeof(double), each => (float)BinaryPrimitives.ReadDoubleLittleEndian(each), values);
                break;
            case "F16":
                ReadAll(bytes, sizeof(ushort), each => (float)BinaryPrimitives.ReadHalfLittleEndian(each), values);
                break;
            case "BF16":
                // A bfloat16 is a float's upper half.
                ReadAll(bytes, sizeof(ushort), each => BitConverter.UInt32BitsToSingle(
                    (uint)BinaryPrimitives.ReadUInt16LittleEndian(each) << 16), values);
                break;
            default:
                throw NoFloats(name);
        }
    }

    private InputException NoFloats(string name) => new(
        $"{_source}: {name} is {Tensors[name].DType}, expected F32, F64, F16 or BF16; " + (Tensors[name].DType[0] is 'I' or 'U'
            ? "integers are no weights: if the model is quantised, save it as it was before, or dequantise it"
            : "convert it with .float() in PyTorch"));

    /// <summary>The bytes of one tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    internal ReadOnlySpan<byte> BytesOf(string name) => Data[(int)Tensors[name].Begin..(int)Tensors[name].End];

    private delegate float ReadOne(ReadOnlySpan<byte> bytes);

    private static void ReadAll(ReadOnlySpan<byte> bytes, int size, ReadOne read, Span<float> values)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = read(bytes[(i * size)..]);
    }
}
