using System.Text.Unicode;
using Unroll.Data;

namespace Unroll.Storage;

/// <summary>
/// Files of another kind under the names of a model's files, told by their first bytes, and what to do about each.
/// </summary>
internal static class ForeignModelFile
{
    private const string Restore = "restore the file or train again";

    /// <summary>Refuses a <c>model.safetensors</c> that is a file of another kind.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="path">Its name.</param>
    /// <exception cref="InputException">It is one.</exception>
    public static void RequireSafetensors(ReadOnlySpan<byte> bytes, string path)
    {
        // The length of a header, and where it begins.
        if (bytes.Length > 8 && bytes[5..8].IndexOfAnyExcept((byte)0) < 0 && "{[ \t\r\n"u8.Contains(bytes[8]))
            return;
        Refuse(bytes, path, "safetensors");
        ReadOnlySpan<byte> first = bytes[..Math.Min(bytes.Length, ForeignFile.EnoughBytes)];
        ReadOnlySpan<byte> start = first.TrimStart(" \t\r\n"u8);
        bool isJson = start.Length > 8 && (start[0] is (byte)'{' or (byte)'[') && first.IndexOfAnyInRange((byte)0, (byte)8) < 0
            && (Utf8.IsValid(first) || Utf8.IsValid(first[..^3]));
        if (!isJson)
            return;
        string found = bytes.IndexOf("\"weight_map\""u8) >= 0
            ? "an index of a model's shards, which holds no tensors"
            : "JSON text";
        throw new InputException($"{path}: {found}, expected safetensors; {Restore}");
    }

    /// <summary>Refuses a <c>config.json</c> or <c>vocabulary.txt</c> that is no text of ours.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="path">Its name.</param>
    /// <param name="expected">What it should be.</param>
    /// <exception cref="InputException">It is a file of another kind.</exception>
    public static void Refuse(ReadOnlySpan<byte> bytes, string path, string expected)
    {
        if (ForeignFile.Of(bytes) is { } foreign)
            throw new InputException($"{path}: {foreign.Name}, expected {expected}; {Advice(foreign)}");
    }

    // How to get at the file inside is the same for any file; how to get rows of text out of one is not asked here.
    private static string Advice(ForeignFile foreign)
    {
        if (foreign.Name.Contains("torch.save", StringComparison.Ordinal))
            return $"{Restore}; a model of PyTorch comes in through import";
        return foreign.AdviceOnTheWay(isText: true, readsGzip: false) ?? Restore;
    }
}
