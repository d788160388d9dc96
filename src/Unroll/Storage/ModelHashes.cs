using System.Security.Cryptography;
using System.Text;

namespace Unroll.Storage;

/// <summary>
/// The hashes in the metadata of <c>model.safetensors</c>: of its tensors' values, of their names, shapes and places, and of
/// every file beside it, by that file's name. A file that PyTorch wrote has none.
/// </summary>
internal static class ModelHashes
{
    private const string FormatKey = "format";
    private const string DataKey = "data";
    private const string TensorsKey = "tensors";

    /// <summary>The metadata of a file.</summary>
    /// <param name="tensors">Its tensors.</param>
    /// <param name="beside">The files beside it.</param>
    public static Dictionary<string, string> Of(
        IReadOnlyList<NamedTensor> tensors, IEnumerable<(string Name, byte[] Content)> beside)
    {
        using var data = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (NamedTensor tensor in tensors)
            data.AppendData(tensor.Bytes);
        var metadata = new Dictionary<string, string> { [FormatKey] = ModelConfigJson.Format };
        foreach ((string name, byte[] content) in beside)
            metadata.Add(name, Of(content));
        metadata.Add(DataKey, Convert.ToHexStringLower(data.GetHashAndReset()));
        metadata.Add(TensorsKey, OfNames(SafetensorsWriter.EntriesOf(tensors)));
        return metadata;
    }

    /// <summary>Whether a file has them, so that Unroll wrote it.</summary>
    /// <param name="tensors">The file.</param>
    public static bool AreIn(SafetensorsFile tensors) =>
        tensors.Metadata.ContainsKey(DataKey) && tensors.Metadata.ContainsKey(TensorsKey);

    /// <summary>Whether a file is the one that was saved with the tensors.</summary>
    /// <param name="tensors">The tensors.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="content">What it holds.</param>
    public static bool IsUnaltered(SafetensorsFile tensors, string name, byte[] content) =>
        tensors.Metadata.GetValueOrDefault(name) == Of(content);

    /// <summary>
    /// Refuses a model of which anything was changed. The metadata is ours if any of its entries is; then all of them must be
    /// there, and right. Files of Unroll 0.1 have no hash of the names and shapes of their tensors.
    /// </summary>
    /// <param name="folder">Where the files are, for errors.</param>
    /// <param name="tensorsFile">The name of the file of the tensors.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="beside">The files beside it.</param>
    public static void Require(
        string folder, string tensorsFile, SafetensorsFile tensors, IEnumerable<(string Name, byte[] Content)> beside)
    {
        (string Key, string File, string Expected)[] entries =
        [
            (FormatKey, tensorsFile, ModelConfigJson.Format),
            (DataKey, tensorsFile, Of(tensors.Data)),
            (TensorsKey, tensorsFile, OfNames(tensors.Tensors)),
            .. beside.Select(file => (file.Name, file.Name, Of(file.Content))),
        ];
        if (!entries.Any(entry => entry.Key != FormatKey && tensors.Metadata.ContainsKey(entry.Key)))
            return;
        if (tensors.Metadata.Keys.Except(entries.Select(entry => entry.Key)).FirstOrDefault() is { } unknown)
            throw Altered(Path.Combine(folder, tensorsFile), $"unknown metadata \"{unknown}\"");
        foreach ((string key, string file, string expected) in entries)
        {
            if (key == TensorsKey && !tensors.Metadata.ContainsKey(key))
                continue;
            string path = Path.Combine(folder, tensors.Metadata.ContainsKey(key) ? file : tensorsFile);
            if (tensors.Metadata.GetValueOrDefault(key) != expected)
                throw Altered(path, key == TensorsKey ? "other names, shapes or places of tensors" : "other content");
        }
    }

    private static string OfNames(IEnumerable<KeyValuePair<string, TensorEntry>> tensors) =>
        Of(Encoding.UTF8.GetBytes(SafetensorsFile.Describe(tensors)));

    private static string Of(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static InputException Altered(string path, string found) =>
        new($"{path}: altered or damaged since the model was saved ({found}); restore the folder or train again");
}
