using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Unroll.Bench.Fuzzing;

namespace Unroll.Tests.Models;

/// <summary>Changes the position in a checkpoint, and the hash with it.</summary>
internal static class CheckpointEdit
{
    /// <summary>Sets a key of the position, of its first network, or of the metadata itself.</summary>
    /// <param name="file">A checkpoint.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">JSON; <c>state</c> for a state of random numbers that points beyond its end.</param>
    public static byte[] Position(byte[] file, string key, string value) => CheckpointSeal.With(file, metadata =>
    {
        if (metadata.ContainsKey(key))
            metadata[key] = value;
        else
            metadata["position"] = Replaced(metadata["position"], key, value);
    });

    private static string Replaced(string position, string key, string value)
    {
        JsonObject json = JsonNode.Parse(position)!.AsObject();
        JsonObject network = json["networks"]![0]!.AsObject();
        JsonObject place = network.ContainsKey(key) ? network : json;
        if (value == "state")
        {
            byte[] state = Convert.FromBase64String((string)place[key]!);
            BinaryPrimitives.WriteInt32LittleEndian(state.AsSpan(624 * 4), 1_000_000);
            value = $"\"{Convert.ToBase64String(state)}\"";
        }
        // Numbers that JsonNode would refuse are put in as they are.
        place[key] = "@";
        return json.ToJsonString().Replace("\"@\"", value, StringComparison.Ordinal);
    }
}
