using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

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
    private const string MetadataKey = "__metadata__";

    private readonly byte[] _bytes;
    private readonly int _dataStart;
    private readonly string _source;

    private SafetensorsFile(byte[] bytes, int dataStart, string source)
    {
        _bytes = bytes;
        _dataStart = dataStart;
        _source = source;
    }

    /// <summary>Every tensor by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors { get; private set; } = new Dictionary<string, TensorEntry>();

    /// <summary>The strings of <c>__metadata__</c>; empty where the file has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private set; } = new Dictionary<string, string>();

    /// <summary>The bytes of all tensors.</summary>
    public ReadOnlySpan<byte> Data => _bytes.AsSpan(_dataStart);

    /// <summary>Checks a file's content and finds its tensors.</summary>
    /// <param name="bytes">The whole file; kept, not copied.</param>
    /// <param name="source">The file's name, for errors.</param>
    /// <exception cref="InputException">The content breaks a rule of the format.</exception>
    public static SafetensorsFile Parse(byte[] bytes, string source)
    {
        if (bytes.Length < LengthBytes)
            throw Broken(source, $"{bytes.Length} bytes, expected at least {LengthBytes}");
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (headerLength > MaxHeaderLength)
            throw Broken(source, $"a header of {headerLength} bytes, expected at most {MaxHeaderLength}");
        if ((long)headerLength > bytes.Length - LengthBytes)
            throw Broken(source, $"{bytes.Length} bytes, expected a header of {headerLength} after the first {LengthBytes}");
        var file = new SafetensorsFile(bytes, LengthBytes + (int)headerLength, source);
        try
        {
            using JsonDocument header = JsonDocument.Parse(
                bytes.AsMemory(LengthBytes, (int)headerLength), new JsonDocumentOptions { AllowDuplicateProperties = false });
            file.ReadHeader(header.RootElement);
        }
        catch (JsonException e) when (e.LineNumber is not null)
        {
            string place = e.LineNumber == 0 ? "" : $" of line {e.LineNumber + 1}";
            throw Broken(source, $"a header that is no JSON at its byte {e.BytePositionInLine + 1}{place}", e);
        }
        catch (JsonException e)
        {
            throw Broken(source, "a header with a name twice", e);
        }
        catch (InvalidOperationException e)
        {
            // A string in which half a character is written as \uD83D.
            throw Broken(source, "a header with a string that is no Unicode text", e);
        }
        return file;
    }

    /// <summary>Checks that a tensor is there, of floats, in a given shape.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">The shape it must have.</param>
    /// <exception cref="InputException">The file has no such tensor, or it has another shape or type.</exception>
    public void Require(string name, IReadOnlyList<int> shape)
    {
        if (!Tensors.TryGetValue(name, out TensorEntry? entry))
            throw new InputException($"{_source}: no tensor {name}, expected one of shape {Format(shape)}");
        if (entry.DType != "F32" || !entry.Shape.SequenceEqual(shape.Select(d => (long)d)))
            throw new InputException($"{_source}: {name} is {entry.DType} {Format(entry.Shape)}, expected F32 {Format(shape)}");
    }

    /// <summary>The values of a tensor of floats, row-major; other floats than <c>F32</c> are converted.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    /// <exception cref="InputException">Its elements are no floats.</exception>
    public float[] ReadSingles(string name)
    {
        if (ElementSize(Tensors[name].DType) is null)
            throw NoFloats(name);
        float[] values = new float[Tensors[name].Shape.Aggregate(1L, (product, dimension) => product * dimension)];
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

    /// <summary>Refuses a tensor with a value that is NaN or infinite.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">Its values.</param>
    /// <param name="source">Where it comes from.</param>
    /// <exception cref="InputException">A value is not finite.</exception>
    internal static void RequireFinite(string name, ReadOnlySpan<float> values, string source)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw new InputException(
                    FormattableString.Invariant($"{source}: {name} has {values[i]} at element {i}, expected finite numbers; ") +
                    "the model did not train or the file is damaged, restore it or train again");
            }
        }
    }

    /// <summary>What the header says of the tensors: their names, types, shapes and places, in the order of the data.</summary>
    internal static string Describe(IEnumerable<KeyValuePair<string, TensorEntry>> tensors)
    {
        IEnumerable<KeyValuePair<string, TensorEntry>> inOrder = tensors.OrderBy(tensor => tensor.Value.Begin)
            .ThenBy(tensor => tensor.Value.End).ThenBy(tensor => tensor.Key, StringComparer.Ordinal);
        return string.Concat(inOrder.Select(tensor => FormattableString.Invariant(
            $"{tensor.Key} {tensor.Value.DType} {Format(tensor.Value.Shape)} {tensor.Value.Begin} {tensor.Value.End}\n")));
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

    private void ReadHeader(JsonElement root)
    {
        var tensors = new Dictionary<string, TensorEntry>(StringComparer.Ordinal);
        if (root.ValueKind != JsonValueKind.Object)
            throw Broken(_source, $"a header of JSON's type {root.ValueKind}, expected an object of tensors");
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Name == MetadataKey)
                Metadata = ReadMetadata(property.Value);
            else
                tensors.Add(property.Name, ReadEntry(property));
        }
        RequireNoHoles(tensors);
        Tensors = tensors;
    }

    // Null is no metadata, as in the format's own library.
    private Dictionary<string, string> ReadMetadata(JsonElement value)
    {
        if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            throw BadMetadata($"{MetadataKey} is of JSON's type {value.ValueKind}, expected an object of strings");
        if (value.ValueKind == JsonValueKind.Null)
            return [];
        var metadata = new Dictionary<string, string>();
        foreach (JsonProperty entry in value.EnumerateObject())
        {
            metadata.Add(entry.Name, entry.Value.ValueKind == JsonValueKind.String
                ? entry.Value.GetString()!
                : throw BadMetadata($"{MetadataKey} has \"{entry.Name}\" of JSON's type {entry.Value.ValueKind}, expected a "
                    + $"string"));
        }
        return metadata;

        InputException BadMetadata(string found) =>
            new($"{_source}: {found}; write the file once more with strings alone in its metadata");
    }

    private TensorEntry ReadEntry(JsonProperty property)
    {
        string? dtype = null;
        long[]? shape = null;
        long[]? offsets = null;
        if (property.Value.ValueKind != JsonValueKind.Object)
        {
            throw Broken(
                _source, $"{property.Name} of JSON's type {property.Value.ValueKind}, expected an object of dtype, shape and "
                + "data_offsets");
        }
        foreach (JsonProperty field in property.Value.EnumerateObject())
        {
            switch (field.Name)
            {
                case "dtype":
                    dtype = field.Value.ValueKind == JsonValueKind.String
                        ? field.Value.GetString()
                        : throw Broken(_source, $"{property.Name} with dtype {Shown(field.Value)}, expected a string");
                    break;
                case "shape":
                    shape = ReadNumbers(property.Name, field);
                    break;
                case "data_offsets":
                    offsets = ReadNumbers(property.Name, field);
                    break;
                default:
                    throw Broken(_source, $"{property.Name} with an unknown field {field.Name}");
            }
        }
        if (dtype is null || shape is null || offsets is not [long begin, long end])
            throw Broken(_source, $"{property.Name} without dtype, shape or two data_offsets");
        if (shape.Any(dimension => dimension < 0) || begin < 0 || end < begin)
            throw Broken(_source, $"{property.Name} with a negative size");
        // Types that came later are none of ours, and their size is not known.
        if (ElementSize(dtype) is null && IsTypeName(dtype))
            return new TensorEntry(dtype, shape, begin, end);
        if (SizeInBytes(dtype, shape) is not { } size || size != end - begin)
            throw Broken(_source, $"{property.Name} with {end - begin} bytes, which {dtype} {Format(shape)} does not have");
        return new TensorEntry(dtype, shape, begin, end);
    }

    private void RequireNoHoles(Dictionary<string, TensorEntry> tensors)
    {
        long expected = 0;
        foreach ((string name, TensorEntry entry) in tensors.OrderBy(t => t.Value.Begin).ThenBy(t => t.Value.End))
        {
            if (entry.Begin != expected)
                throw Broken(_source, $"{name} at byte {entry.Begin} of the data, expected byte {expected}");
            expected = entry.End;
        }
        if (expected != Data.Length)
            throw Broken(_source, $"{Data.Length} bytes of data, expected {expected}");
    }

    private long[] ReadNumbers(string name, JsonProperty field)
    {
        if (field.Value.ValueKind != JsonValueKind.Array)
            throw NoNumbers();
        var numbers = new List<long>();
        foreach (JsonElement element in field.Value.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out long number))
                throw NoNumbers();
            numbers.Add(number);
        }
        return [.. numbers];

        InputException NoNumbers() =>
            Broken(_source, $"{name} with {field.Name} {Shown(field.Value)}, expected a list of whole numbers");
    }

    private static string Shown(JsonElement value)
    {
        const int Most = 40;
        string text = value.GetRawText();
        return text.Length <= Most ? text : text[..Most] + "…";
    }

    // Bytes; null for a type that is not known.
    private static int? ElementSize(string dtype) => dtype switch
    {
        "BOOL" or "U8" or "I8" or "F8_E5M2" or "F8_E4M3" => 1,
        "I16" or "U16" or "F16" or "BF16" => 2,
        "I32" or "U32" or "F32" => 4,
        "I64" or "U64" or "F64" => 8,
        _ => null,
    };

    // Capitals, then how many bits: F8_E8M0, C64, F4.
    private static bool IsTypeName(string dtype) =>
        dtype.Length is >= 2 and <= 32 && char.IsAsciiLetterUpper(dtype[0]) && dtype.Any(char.IsAsciiDigit)
            && dtype.All(character => char.IsAsciiLetterUpper(character) || char.IsAsciiDigit(character) || character == '_');

    // Null when the type is unknown or the size overflows.
    private static long? SizeInBytes(string dtype, long[] shape)
    {
        if (ElementSize(dtype) is not { } elementSize)
            return null;
        Int128 size = elementSize;
        foreach (long dimension in shape)
        {
            size *= dimension;
            if (size > long.MaxValue)
                return null;
        }
        return (long)size;
    }

    private static string Format<T>(IEnumerable<T> shape) => $"[{string.Join(',', shape)}]";

    private static InputException Broken(string source, string found, Exception? inner = null)
    {
        string message = $"{source}: {found}; the file is damaged or no safetensors file, restore it or make it again";
        return inner is null ? new InputException(message) : new InputException(message, inner);
    }
}
