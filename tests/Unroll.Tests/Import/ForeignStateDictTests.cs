using System.IO.Compression;
using System.Text;
using Unroll.Engine.Cells;
using Unroll.Import;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Import;

/// <summary>
/// Files that are no safetensors are named, and what to do about each; and what safetensors may have that we have not.
/// </summary>
public class ForeignStateDictTests
{
    private const string Save = "save the state dict in Python: safetensors.torch.save_file(model.state_dict(), "
        + "\"model.safetensors\")";

    // A byte is a character of the same number.
    [Theory]
    [InlineData("\u0080\u0002\u008A\nl\u00FC\u009CF\u00F9 j\u00A8P\u0019.", "a file of torch.save in its old form, expected "
        + "safetensors; " + Save)]
    [InlineData("\u0080\u0004\u0095\u0010\0\0\0\0\0\0\0}\u0094.", "a pickle of Python, expected safetensors; " + Save)]
    [InlineData("\u0089HDF\r\n\u001A\n\0\0\0\0\0\b\b\0", "an HDF5 file (Keras, h5py, pandas), expected safetensors; copy the "
        + "weights into a "
        + "PyTorch model of the same layers")]
    [InlineData("\u0093NUMPY\u0001\0v\0{'descr': '<f4'", "a NumPy array (.npy), expected safetensors; load the arrays in Python")]
    [InlineData("\b\b\u0012\apytorch\u001A\u00052.0.0", "an ONNX model, expected safetensors; Unroll writes ONNX and does not "
        + "read it; " + Save)]
    [InlineData("{\"metadata\": {\"total_size\": 1}, \"weight_map\": {\"a\": "
        + "\"model-00001-of-00002.safetensors\"}}", "an index of a model's "
        + "shards, which holds no tensors, expected safetensors; load the model from all its shards and " + Save)]
    [InlineData("{\"cell\": \"lstm\"}", "JSON text, expected safetensors; give the file of the tensors, or " + Save)]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n", "a Git LFS pointer, not the file "
        + "itself, expected "
        + "safetensors; fetch it with git lfs pull")]
    [InlineData("<!DOCTYPE html>\n<html>", "an HTML page, expected safetensors; download the file itself")]
    [InlineData("GGUF\u0003\0\0\0\0\0\0\0\0\0\0\0", "a GGUF model, expected safetensors; " + Save)]
    [InlineData("\u001F\u008B\b\0\0\0\0\0\0\u0003", "gzip data, expected safetensors; decompress it (gzip -d)")]
    [InlineData("\u00FD7zXZ\0\0\u0004", "xz data, expected safetensors; decompress it (xz -d)")]
    [InlineData("\u00FF\u00FEl\0a\0b\0e\0", "UTF-16, expected safetensors; save the state dict in Python")]
    [InlineData("7z\u00BC\u00AF\u0027\u001C\0\u0004", "a 7z archive, expected safetensors; unpack it and give the file inside")]
    [InlineData("\u0028\u00B5\u002F\u00FD\u0004\0\0\0\0", "Zstandard data, expected safetensors; decompress it (zstd -d)")]
    [InlineData("<pad>\n<unk>\nfine\n", "text, expected safetensors; give the file of the tensors, or " + Save)]
    public void A_file_of_another_kind_is_named(string content, string expected) =>
        Assert.StartsWith($"model.bin: {expected}", Error(Encoding.Latin1.GetBytes(content)), StringComparison.Ordinal);

    [Theory]
    [InlineData("archive/data.pkl", "model.pt", "an archive of torch.save, expected safetensors; " + Save)]
    [InlineData("archive/data.pkl", "model.safetensors", "an archive of torch.save")]
    [InlineData("fc.weight.npy", "w.npz", "an archive of NumPy arrays (.npz)")]
    [InlineData("metadata.json", "m.keras", "a model of Keras (.keras), expected safetensors; copy the weights")]
    [InlineData("model.safetensors", "m.zip", "a zip archive, expected safetensors; unpack it and give the file inside")]
    public void A_zip_archive_is_named_by_what_is_in_it(string entry, string name, string expected)
    {
        var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream stream = zip.CreateEntry(entry).Open();
            stream.Write("x"u8);
        }
        Assert.StartsWith($"{name}: {expected}", Error(archive.ToArray(), name), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null", null)]
    [InlineData("{\"format\":\"pt\"}", null)]
    [InlineData("1", "model.bin: __metadata__ is of JSON's type Number, expected an object of strings; write the file once more")]
    [InlineData("[]", "model.bin: __metadata__ is of JSON's type Array")]
    [InlineData("{\"epoch\":3}", "model.bin: __metadata__ has \"epoch\" of JSON's type Number, expected a string")]
    [InlineData("{\"epoch\":null}", "model.bin: __metadata__ has \"epoch\" of JSON's type Null, expected a string")]
    public void Metadata_of_other_types_are_named(string metadata, string? expected)
    {
        byte[] bytes = Bytes(
            $"{{\"__metadata__\":{metadata},\"a\":{{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}}}", 4);
        string message = Error(bytes);
        if (expected is null)
            Assert.Contains("no recurrent layer", message, StringComparison.Ordinal);
        else
            Assert.StartsWith(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain("train again", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("F8_E8M0", 4)]
    [InlineData("C64", 32)]
    [InlineData("F4", 2)]
    [InlineData("F6_E2M3", 3)]
    public void A_type_that_came_later_is_read_over_and_refused_where_its_values_are_asked_for(string dtype, int bytes)
    {
        string header = $"{{\"a\":{{\"dtype\":\"{dtype}\",\"shape\":[4],\"data_offsets\":[0,{bytes}]}},"
            + $"\"b\":{{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[{bytes},{bytes + 4}]}}}}";
        var file = SafetensorsFile.Parse(Bytes(header, bytes + 4), "x");
        Assert.Equal([0], file.ReadSingles("b"));
        Assert.Equal(
            $"x: a is {dtype}, expected F32, F64, F16 or BF16; convert it with .float() in PyTorch",
            Assert.Throws<InputException>(() => file.ReadSingles("a")).Message);
    }

    [Theory]
    [InlineData("fc.weight", "I8", 4, "fc.weight is I8, as of a quantised model, expected weights of floats; save the state dict "
        + "of the model before it was quantised, or dequantise the weights in Python: (weight - zero_point) * scale")]
    [InlineData("emb.weight", "U8", 4, "emb.weight is U8, as of a quantised model")]
    [InlineData("fc._packed_params.data", "F32", 16, "fc._packed_params.data is F32, as of a quantised model")]
    [InlineData("fc.zero_point", "I64", 32, "fc.zero_point is I64, as of a quantised model")]
    public void Quantised_weights_are_named(string name, string dtype, int bytes, string expected)
    {
        string header = $"{{\"{name}\":{{\"dtype\":\"{dtype}\",\"shape\":[4],\"data_offsets\":[0,{bytes}]}}}}";
        string message = Error(Bytes(header, bytes));
        Assert.StartsWith("model.bin: " + expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain(".float()", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_F32_cannot_hold_is_no_failed_training()
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = Bytes("{\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]}}", 16);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - sizeof(double)), 1e300);
        File.WriteAllBytes(folder["a"], bytes);
        string message = Assert.Throws<InputException>(() => StateDict.Read(folder["a"]).Take("a", 2)).Message;
        Assert.Contains("value 1 of a is 1E+300, which F64 can hold and F32 cannot", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_a_recurrent_layer_says_so()
    {
        Assert.EndsWith("; found no tensor at all; save model.state_dict() of the trained model", Error(Bytes("{}", 0)),
            StringComparison.Ordinal);
        Assert.EndsWith(
            "; found a [1]; a model without a recurrent layer cannot be imported",
            Error(Bytes("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4)), StringComparison.Ordinal);
    }

    /// <summary>A cell of Unroll's own that PyTorch does not have is read back from its own file.</summary>
    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public void A_cell_without_recurrent_weights_is_read_back(bool bidirectional, int layers)
    {
        using var folder = new TemporaryFolder();
        foreach (Cell cell in RecurrentCells.All)
        {
            var config = new ModelConfig
            {
                Cell = cell,
                Embedding = 4,
                Hidden = 3,
                Layers = layers,
                Bidirectional = bidirectional,
                Labels = ["bad", "good"],
            };
            string[] tokens = StateDictFile.Words.TrimEnd().Split('\n');
            var classifier = SentenceClassifier.Create(config, new Vocabulary(tokens, UnknownWords.Token));
            classifier.Save(folder[$"{cell}"]);
            ImportedModel model = TorchImport.Read(folder[$"{cell}/model.safetensors"], new TorchImportOptions
            {
                Vocabulary = folder[$"{cell}/vocabulary.txt"],
                Labels = config.Labels,
                Cell = RecurrentCells.Of(cell).TorchModule is null && cell != Cell.MinGru ? cell : null,
            });
            Assert.Equal(cell, model.Classifier.Config.Cell);
            Assert.Equal(
                classifier.Predict("a fine tune").Probability, model.Classifier.Predict("a fine tune").Probability, 6);
            Assert.Equal(
                RecurrentCells.Of(cell).Tensors.All(tensor => tensor.Input != TensorInput.Hidden),
                model.Notes.Contains(
                    "there is no weight_hh: the layer is read as a cell whose gates do not read the state, in Unroll's order"));
        }
    }

    private static string Error(byte[] bytes, string name = "model.bin")
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder[name], bytes);
        string vocabulary = folder.Write("v.txt", StateDictFile.Words);
        string message = Assert.Throws<InputException>(() => TorchImport.Read(
            folder[name], new TorchImportOptions { Vocabulary = vocabulary, Labels = ["bad", "good"] })).Message;
        Assert.DoesNotContain('\n', message);
        return message.Replace(folder.Root + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
    }

    private static byte[] Bytes(string header, int dataLength)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((long)text.Length), .. text, .. new byte[dataLength]];
    }
}
