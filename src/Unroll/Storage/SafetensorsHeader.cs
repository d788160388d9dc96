using System.Text.Json;

namespace Unroll.Storage;

/// <summary>The header of a safetensors file, checked against every rule of the format.</summary>
/// <param name="source">The file's name, for errors.</param>
/// <param name="dataLength">How many bytes stand behind the header.</param>
internal sealed class SafetensorsHeader(string source, long dataLength)
{
    private const string MetadataKey = "__metadata__";

    /// <summary>Every tensor by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors { get; private set; } = new Dictionary<string, TensorEntry>();

    /// <summary>The strings of <c>__metadata__</c>; empty where the file has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private set; } = new Dictionary<string, string>();

    /// <summary>Reads a header.</summary>
    /// <param name="json">The header.</param>
    /// <param name="dataLength">How many bytes stand behind it.</param>
    /// <param name="source">The file's name, for errors.</param>
    /// <exception cref="InputException">The header breaks a rule of the format.</exception>
    public static SafetensorsHeader Read(ReadOnlyMemory<byte> json, long dataLength, string source)
    {
        var header = new SafetensorsHeader(source, dataLength);
        try
        {
            using JsonDocument document = JsonDocument.Parse(
                json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            header.ReadRoot(document.RootElement);
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
        return header;
    }

    private void ReadRoot(JsonElement root)
    {
        var tensors = new Dictionary<string, TensorEntry>(StringComparer.Ordinal);
        if (root.ValueKind != JsonValueKind.Object)
            throw Broken(source, $"a header of JSON's type {root.ValueKind}, expected an object of tensors");
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
            new($"{source}: {found}; write the file once more with strings alone in its metadata");
    }

    private TensorEntry ReadEntry(JsonProperty property)
    {
        string? dtype = null;
        long[]? shape = null;
        long[]? offsets = null;
        if (property.Value.ValueKind != JsonValueKind.Object)
        {
            throw Broken(
                source, $"{property.Name} of JSON's type {property.Value.ValueKind}, expected an object of dtype, shape and "
                + "data_offsets");
        }
        foreach (JsonProperty field in property.Value.EnumerateObject())
        {
            switch (field.Name)
            {
                case "dtype":
                    dtype = field.Value.ValueKind == JsonValueKind.String
                        ? field.Value.GetString()
                        : throw Broken(source, $"{property.Name} with dtype {Shown(field.Value)}, expected a string");
                    break;
                case "shape":
                    shape = ReadNumbers(property.Name, field);
                    break;
                case "data_offsets":
                    offsets = ReadNumbers(property.Name, field);
                    break;
                default:
                    throw Broken(source, $"{property.Name} with an unknown field {field.Name}");
            }
        }
        if (dtype is null || shape is null || offsets is not [long begin, long end])
            throw Broken(source, $"{property.Name} without dtype, shape or two data_offsets");
        if (shape.Any(dimension => dimension < 0) || begin < 0 || end < begin)
            throw Broken(source, $"{property.Name} with a negative size");
        // Types that came later are none of ours, and their size is not known.
        if (ElementSize(dtype) is null && IsTypeName(dtype))
            return new TensorEntry(dtype, shape, begin, end);
        if (SizeInBytes(dtype, shape) is not { } size || size != end - begin)
            throw Broken(source, $"{property.Name} with {end - begin} bytes, which {dtype} {Format(shape)} does not have");
        return new TensorEntry(dtype, shape, begin, end);
    }

    private void RequireNoHoles(Dictionary<string, TensorEntry> tensors)
    {
        long expected = 0;
        foreach ((string name, TensorEntry entry) in tensors.OrderBy(t => t.Value.Begin).ThenBy(t => t.Value.End))
        {
            if (entry.Begin != expected)
                throw Broken(source, $"{name} at byte {entry.Begin} of the data, expected byte {expected}");
            expected = entry.End;
        }
        if (expected != dataLength)
            throw Broken(source, $"{dataLength} bytes of data, expected {expected}");
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
            Broken(source, $"{name} with {field.Name} {Shown(field.Value)}, expected a list of whole numbers");
    }

    private static string Shown(JsonElement value)
    {
        const int Most = 40;
        string text = value.GetRawText();
        return text.Length <= Most ? text : text[..Most] + "…";
    }

    /// <summary>Bytes of an element; null for a type that is not known.</summary>
    public static int? ElementSize(string dtype) => dtype switch
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

    /// <summary>A shape as errors show it.</summary>
    public static string Format<T>(IEnumerable<T> shape) => $"[{string.Join(',', shape)}]";

    /// <summary>The error about a file that breaks a rule of the format.</summary>
    public static InputException Broken(string source, string found, Exception? inner = null)
    {
        string message = $"{source}: {found}; the file is damaged or no safetensors file, restore it or make it again";
        return inner is null ? new InputException(message) : new InputException(message, inner);
    }
}
