using System.Text.Json;
using System.Text.Unicode;
using Unroll.Data;

namespace Unroll.Import;

/// <summary>
/// Files that are given for a state dict and are no safetensors, told by their first bytes, and what to do about each.
/// </summary>
internal static class ForeignStateDict
{
    private const string SaveInPython =
        "save the state dict in Python: safetensors.torch.save_file(model.state_dict(), \"model.safetensors\")";

    private const string FromKeras =
        "copy the weights into a PyTorch model of the same layers and save that with safetensors.torch.save_file";

    /// <summary>The error for a file of another kind; null where nothing speaks against safetensors.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="path">Its name.</param>
    public static InputException? Find(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.Length > sizeof(long) && bytes[sizeof(long)] == '{' && bytes[5..8].IndexOfAnyExcept((byte)0) < 0)
            return null;
        (string Found, string Advice)? known = OfText(bytes) ?? OfName(bytes, path);
        return known is { } file ? new InputException($"{path}: {file.Found}, expected safetensors; {file.Advice}") : null;
    }

    private static (string Found, string Advice)? OfName(ReadOnlySpan<byte> bytes, string path)
    {
        ReadOnlySpan<byte> first = bytes[..Math.Min(bytes.Length, ForeignFile.EnoughBytes)];
        if (ForeignFile.Of(first) is not { } foreign)
            return IsText(first) ? ("text", $"give the file of the tensors, or {SaveInPython}") : null;
        return foreign.Name switch
        {
            "a file of torch.save" => ("an archive of torch.save", SaveInPython),
            "a zip archive" when HasEnding(path, ".pt", ".pth", ".ckpt", ".bin") => ("an archive of torch.save", SaveInPython),
            "a file of torch.save in its old form" or "a pickle of Python" => (foreign.Name, SaveInPython),
            "an archive of NumPy arrays (.npz)" or "a NumPy array (.npy)" => (
                foreign.Name, "load the arrays in Python, give them the names of PyTorch's state dict, and save them with "
                + "safetensors.numpy.save_file"),
            "an HDF5 file (Keras, h5py, pandas)" or "a model of Keras (.keras)" or "a TensorFlow Lite model" => (
                foreign.Name, FromKeras),
            "an ONNX model" or "a model in protocol buffers (ONNX or TensorFlow)" => (
                foreign.Name, $"Unroll writes ONNX and does not read it; {SaveInPython}"),
            "an HTML page" => (foreign.Name, "download the file itself (on GitHub: Raw; on Hugging Face: Download)"),
            _ => (foreign.Name, foreign.AdviceOnTheWay(isText: false, readsGzip: false) ?? SaveInPython),
        };
    }

    private static bool IsText(ReadOnlySpan<byte> first) =>
        first.Length >= sizeof(long) && first.IndexOfAnyInRange((byte)0, (byte)8) < 0
            && (Utf8.IsValid(first) || Utf8.IsValid(first[..^3]));

    private static (string Found, string Advice)? OfText(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> start = bytes[..Math.Min(bytes.Length, ForeignFile.EnoughBytes)].TrimStart(" \t\r\n"u8);
        if (!start.StartsWith("{"u8) && !start.StartsWith("["u8))
            return null;
        if (!IsJson(bytes))
            return null;
        return bytes.IndexOf("\"weight_map\""u8) >= 0
            ? ("an index of a model's shards, which holds no tensors", $"load the model from all its shards and {SaveInPython}")
            : ("JSON text", $"give the file of the tensors, or {SaveInPython}");
    }

    private static bool IsJson(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes);
            return reader.Read() && reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool HasEnding(string path, params ReadOnlySpan<string> endings)
    {
        foreach (string ending in endings)
        {
            if (path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }
}
