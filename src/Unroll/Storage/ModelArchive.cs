using System.IO.Compression;

namespace Unroll.Storage;

/// <summary>A model folder in one file: a zip archive of its three files, not compressed, for floats hardly shrink.</summary>
internal static class ModelArchive
{
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

    private static byte[] ReadEntry(ZipArchive archive, string source, string name)
    {
        ZipArchiveEntry entry = archive.GetEntry(name) ?? throw new InputException(
            $"{Path.Combine(source, name)}: not in the archive; it holds {archive.Entries.Count} other files, " +
            "expected those of a model folder");
        using Stream content = entry.Open();
        using var bytes = new MemoryStream();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }
}
