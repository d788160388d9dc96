using System.IO.Compression;
using Unroll.Engine.Numerics;

namespace Unroll.Storage;

/// <summary>A model folder in one file: a zip archive of its three files, not compressed, for floats hardly shrink.</summary>
internal static class ModelArchive
{
    private const int MostGrowth = 50;
    private const long FreeLength = 1 << 24;
    private const long MostLength = SafetensorsFile.MostBytes + (1 << 24);

    // The same model gives the same bytes at any hour; zip knows nothing earlier.
    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void Save(StoredModel model, Stream stream)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach ((string name, Action<Stream> write) in ModelFolder.Files(model))
        {
            ZipArchiveEntry entry = archive.CreateEntry(name, CompressionLevel.NoCompression);
            entry.LastWriteTime = NoTime;
            using Stream content = entry.Open();
            write(content);
        }
    }

    public static StoredModel Load(Stream stream)
    {
        string source = stream is FileStream file ? file.Name : "model archive";
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            return ModelFolder.Read(source, name => ReadEntry(archive, source, name));
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new InputException(
                $"{source}: damaged or no zip archive ({e.Message.TrimEnd('.')}), expected a model that Save wrote; " +
                "restore it or save the model again", e);
        }
    }

    // Floats hardly shrink and words shrink a little: what grows beyond that is there to fill the memory.
    private static byte[] ReadEntry(ZipArchive archive, string source, string name)
    {
        ZipArchiveEntry entry = archive.GetEntry(name) ?? throw new InputException(
            $"{Path.Combine(source, name)}: not in the archive; it holds {archive.Entries.Count} other files, " +
            "expected those of a model folder");
        string path = Path.Combine(source, name);
        long most = Math.Min(Math.Max(FreeLength, entry.CompressedLength * MostGrowth), MostLength);
        if (entry.Length > most)
            throw TooLarge(path, entry.Length, entry.CompressedLength);
        byte[] bytes = LargeArray.Uninitialized<byte>(checked((int)entry.Length));
        using Stream content = entry.Open();
        int read = content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        // The archive's directory may say less than there is.
        if (read < bytes.Length || content.ReadByte() >= 0)
            throw new InputException($"{path}: not as long as the archive says; restore it or save the model again");
        return bytes;
    }

    private static InputException TooLarge(string path, long length, long compressed) => new(
        $"{path}: {length} bytes in {compressed} of the archive, expected at most {MostGrowth} times as many and {MostLength} " +
        "in all; no model is like that, save the model again");
}
