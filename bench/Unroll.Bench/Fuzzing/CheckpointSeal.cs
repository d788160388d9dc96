using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Unroll.Storage;

namespace Unroll.Bench.Fuzzing;

/// <summary>
/// Changes the metadata of a checkpoint, and puts in the hash that fits it: as one would who knows how it is made.
/// </summary>
internal static class CheckpointSeal
{
    private const string HashKey = "sha256";

    private static readonly string[] Arenas =
        ["parameters", "kept", "optimizer.first", "optimizer.second", "optimizer.rows", "optimizer.subwords", "optimizer.missed"];

    /// <summary>The checkpoint with another position.</summary>
    /// <param name="checkpoint">A whole checkpoint.</param>
    /// <param name="position">What stands as the position.</param>
    public static byte[] WithPosition(byte[] checkpoint, string position) =>
        // Halves of surrogate pairs do not come through JSON.
        With(checkpoint, metadata => metadata["position"] = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(position)));

    /// <summary>The checkpoint with other metadata.</summary>
    /// <param name="checkpoint">A whole checkpoint.</param>
    /// <param name="change">Changes the metadata.</param>
    public static byte[] With(byte[] checkpoint, Action<Dictionary<string, string>> change)
    {
        var file = SafetensorsFile.Parse(checkpoint, "checkpoint");
        Dictionary<string, string> metadata = file.Metadata.Where(entry => entry.Key != HashKey).ToDictionary();
        change(metadata);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string key, string value) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            hash.AppendData(MemoryMarshal.AsBytes($"{key}={value}\n".AsSpan()));
        foreach (string arena in Arenas)
            hash.AppendData(file.BytesOf(arena));
        metadata[HashKey] = Convert.ToHexStringLower(hash.GetHashAndReset());
        IEnumerable<NamedTensor> tensors = Arenas.Select(
            arena => new NamedTensor(arena, [(int)file.Tensors[arena].Shape[0]], file.ReadSingles(arena)));
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, [.. tensors], metadata);
        return stream.ToArray();
    }
}
