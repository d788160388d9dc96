using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Unroll.Tests.Formats;

namespace Unroll.Tests.Models;

/// <summary>Changes the position in a checkpoint, and the hash with it.</summary>
internal static class CheckpointEdit
{
    private static readonly string[] Arenas = ["parameters", "kept", "optimizer.first", "optimizer.second"];

    /// <summary>Sets a key of the position, or of the metadata itself.</summary>
    /// <param name="file">A checkpoint.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">JSON; <c>state</c> for a state of random numbers that points beyond its end.</param>
    public static byte[] Position(byte[] file, string key, string value) => SafetensorsEdit.Header(file, header =>
    {
        JsonObject metadata = header["__metadata__"]!.AsObject();
        if (metadata.ContainsKey(key))
            metadata[key] = value;
        else
            metadata["position"] = Replaced((string)metadata["position"]!, key, value);
        metadata.Remove("sha256");
        metadata["sha256"] = Hash(file, header, metadata);
    });

    private static string Replaced(string position, string key, string value)
    {
        JsonObject json = JsonNode.Parse(position)!.AsObject();
        if (value == "state")
        {
            byte[] state = Convert.FromBase64String((string)json[key]!);
            BinaryPrimitives.WriteInt32LittleEndian(state.AsSpan(624 * 4), 1_000_000);
            value = $"\"{Convert.ToBase64String(state)}\"";
        }
        // Numbers that JsonNode would refuse are put in as they are.
        json[key] = "@";
        return json.ToJsonString().Replace("\"@\"", value, StringComparison.Ordinal);
    }

    private static string Hash(byte[] file, JsonObject header, JsonObject metadata)
    {
        int start = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string key, JsonNode? value) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            hash.AppendData(MemoryMarshal.AsBytes($"{key}={(string)value!}\n".AsSpan()));
        foreach (string arena in Arenas)
        {
            JsonNode offsets = header[arena]!["data_offsets"]!;
            hash.AppendData(file.AsSpan(start + (int)offsets[0]!, (int)offsets[1]! - (int)offsets[0]!));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
