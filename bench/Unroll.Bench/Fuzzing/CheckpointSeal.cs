using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Unroll.Storage;

namespace Unroll.Bench.Fuzzing;

/// <summary>Puts another position into a checkpoint, and the hash that fits it: as one would who knows how it is made.</summary>
internal static class CheckpointSeal
{
    private const string HashKey = "sha256";

    /// <summary>The changed file.</summary>
    /// <param name="checkpoint">A whole checkpoint.</param>
    /// <param name="position">What stands as the position.</param>
    public static byte[] WithPosition(byte[] checkpoint, string position)
    {
        var file = SafetensorsFile.Parse(checkpoint, "checkpoint");
        // Halves of surrogate pairs do not come through JSON.
        string text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(position));
        Dictionary<string, string> metadata = file.Metadata.Where(entry => entry.Key != HashKey).ToDictionary();
        metadata["position"] = text;
        string[] arenas = [.. file.Tensors.OrderBy(tensor => tensor.Value.Begin).Select(tensor => tensor.Key)];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string key, string value) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            hash.AppendData(MemoryMarshal.AsBytes($"{key}={value}\n".AsSpan()));
        foreach (string arena in (string[])["parameters", "kept", "optimizer.first", "optimizer.second"])
            hash.AppendData(file.BytesOf(arena));
        metadata[HashKey] = Convert.ToHexStringLower(hash.GetHashAndReset());
        using var stream = new MemoryStream();
        IEnumerable<NamedTensor> tensors =
            arenas.Select(arena => new NamedTensor(arena, [(int)file.Tensors[arena].Shape[0]], file.ReadSingles(arena)));
        SafetensorsWriter.Write(stream, [.. tensors], metadata);
        return stream.ToArray();
    }
}
