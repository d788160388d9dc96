using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace Unroll.Tests.Formats;

/// <summary>Changes a safetensors file as a hand or another program would: the lengths are made to fit again.</summary>
internal static class SafetensorsEdit
{
    public static byte[] Header(byte[] file, Action<JsonObject> change)
    {
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        JsonObject header = JsonNode.Parse(file.AsSpan(8, length))!.AsObject();
        change(header);
        byte[] text = Encoding.UTF8.GetBytes(header.ToJsonString());
        byte[] prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)text.Length);
        return [.. prefix, .. text, .. file.AsSpan(8 + length)];
    }

    /// <summary>Takes the metadata away, hashes among it, as in a file of PyTorch's.</summary>
    public static byte[] WithoutMetadata(byte[] file) => Header(file, header => header.Remove("__metadata__"));

    /// <summary>Replaces one float of a tensor.</summary>
    public static byte[] Value(byte[] file, string tensor, int element, float value)
    {
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        JsonObject header = JsonNode.Parse(file.AsSpan(8, length))!.AsObject();
        int begin = (int)header[tensor]!["data_offsets"]![0]!;
        byte[] changed = [.. file];
        BinaryPrimitives.WriteSingleLittleEndian(changed.AsSpan(8 + length + begin + 4 * element), value);
        return changed;
    }
}
