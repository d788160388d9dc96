using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Unroll.Storage;

/// <summary>One tensor to write, of 32-bit floats.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Shape">Its dimensions; none for a scalar.</param>
/// <param name="Values">Its values, row-major: the product of the dimensions.</param>
public readonly record struct NamedTensor(string Name, IReadOnlyList<int> Shape, ReadOnlyMemory<float> Values)
{
    /// <summary>Eight-bit numbers that are written in the place of the values; null for the values.</summary>
    internal ReadOnlyMemory<sbyte>? Numbers { get; init; }

    internal string Type => Numbers is null ? "F32" : "I8";

    internal long ByteCount => Numbers?.Length ?? (long)Values.Length * sizeof(float);

    /// <summary>The bytes as the format stores them.</summary>
    internal ReadOnlySpan<byte> Bytes => Numbers is { } numbers
        ? MemoryMarshal.AsBytes(numbers.Span)
        : SafetensorsWriter.LittleEndianBytes(Values.Span);
}

/// <summary>Writes the safetensors format (github.com/huggingface/safetensors, README "Format").</summary>
public static class SafetensorsWriter
{
    private const int Alignment = 8;

    /// <summary>Writes tensors one after the other, without holes; the header is padded with spaces to 8 bytes.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="tensors">In the order they shall stand in the file.</param>
    /// <param name="metadata">Written as <c>__metadata__</c>, unless empty.</param>
    public static void Write(
        Stream stream, IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        byte[] header = BuildHeader(tensors, metadata);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (NamedTensor tensor in tensors)
            stream.Write(tensor.Bytes);
    }

    /// <summary>Where the tensors stand in the file.</summary>
    /// <param name="tensors">In the order they stand in the file.</param>
    internal static IReadOnlyList<KeyValuePair<string, TensorEntry>> EntriesOf(IReadOnlyList<NamedTensor> tensors)
    {
        var entries = new List<KeyValuePair<string, TensorEntry>>();
        long begin = 0;
        foreach (NamedTensor tensor in tensors)
        {
            long end = begin + tensor.ByteCount;
            entries.Add(new(tensor.Name, new TensorEntry(tensor.Type, [.. tensor.Shape.Select(size => (long)size)], begin, end)));
            begin = end;
        }
        return entries;
    }

    /// <summary>The bytes of values as the format stores them.</summary>
    internal static ReadOnlySpan<byte> LittleEndianBytes(ReadOnlySpan<float> values)
    {
        if (BitConverter.IsLittleEndian)
            return MemoryMarshal.AsBytes(values);
        byte[] bytes = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        return bytes;
    }

    private static byte[] BuildHeader(IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject("__metadata__");
                foreach ((string key, string value) in metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            foreach ((string name, TensorEntry entry) in EntriesOf(tensors))
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", entry.DType);
                json.WriteStartArray("shape");
                foreach (long dimension in entry.Shape)
                    json.WriteNumberValue(dimension);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(entry.Begin);
                json.WriteNumberValue(entry.End);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % Alignment != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }
}
