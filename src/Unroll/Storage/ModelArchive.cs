using System.IO.Compression;
using Unroll.Data;
using Unroll.Engine.Numerics;

namespace Unroll.Storage;

/// <summary>
/// A model folder in one file: a zip archive of its files, not compressed, for floats hardly shrink; small numbers and the words
/// beside them do.
/// </summary>
internal static class ModelArchive
{
    /// <summary>A name with this ending is that of an archive, any other that of a folder.</summary>
    public const string Ending = ".zip";

    private const int MostGrowth = 50;
    private const long FreeLength = 1 << 24;
    private const long MostLength = SafetensorsFile.MostBytes + (1 << 24);

    // The same model gives the same bytes at any hour; zip knows nothing earlier.
    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Whether a name is that of an archive, whatever stands there.</summary>
    public static bool IsNamed(string path) => path.EndsWith(Ending, StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes an archive file, whole or not at all.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file.</param>
    /// <param name="overwrite">Whether an archive of that name may be replaced.</param>
    public static void Save(StoredModel model, string path, bool overwrite)
    {
        RequireSavePath(path, overwrite);
        DurableFile.Write(path, overwrite, stream => Save(model, stream));
    }

    /// <summary>Refuses a file name that <see cref="Save(StoredModel, string, bool)"/> would refuse.</summary>
    public static void RequireSavePath(string path, bool overwrite)
    {
        DurableFile.RequirePath(path, overwrite);
        if (overwrite && File.Exists(path) && !IsArchive(path))
        {
            throw new InputException(
                $"{path}: exists and is no model in one file, so overwrite = true leaves it alone; choose another path");
        }
    }

    /// <summary>Whether a file looks like an archive of a model; its content is not read.</summary>
    public static bool IsArchive(string path)
    {
        try
        {
            // A pipe has no length, and would wait for a writer.
            if (new FileInfo(path) is not { Exists: true, Length: > 0 })
                return false;
            using FileStream stream = File.OpenRead(path);
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read);
            return FolderIn(archive) is not null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return false;
        }
    }

    public static void Save(StoredModel model, Stream stream)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        CompressionLevel level = model.Config.Int8 ? CompressionLevel.SmallestSize : CompressionLevel.NoCompression;
        foreach ((string name, Action<Stream> write) in ModelFiles.Of(model))
        {
            ZipArchiveEntry entry = archive.CreateEntry(name, level);
            entry.LastWriteTime = NoTime;
            using Stream content = entry.Open();
            write(content);
        }
    }

    /// <summary>Reads an archive file; a file of another kind is named with what to do.</summary>
    public static StoredModel Load(string path)
    {
        byte[] bytes = InputFile.ReadRegular(path, "give a model folder or a model in one file");
        bool isZip = bytes.AsSpan().StartsWith("PK\u0003\u0004"u8) || bytes.AsSpan().StartsWith("PK\u0005\u0006"u8);
        if (!isZip)
            throw NoArchive(path, bytes);
        return Load(new MemoryStream(bytes), path);
    }

    public static StoredModel Load(Stream stream) =>
        Load(stream, stream is FileStream file ? file.Name : "model archive");

    private static StoredModel Load(Stream stream, string source)
    {
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            string folder = FolderIn(archive) ?? throw new InputException(
                $"{Path.Combine(source, ModelFiles.ConfigFile)}: not in the archive; it holds {archive.Entries.Count} other " +
                "files, expected those of a model folder");
            return ModelFiles.Read(source, name => ReadEntry(archive, source, folder, name));
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new InputException(
                $"{source}: damaged or no zip archive ({e.Message.TrimEnd('.')}), expected a model that Save wrote; " +
                "restore it or save the model again", e);
        }
    }

    // What packs a folder puts the folder's name before its files; a Mac adds a folder of its own.
    private static string? FolderIn(ZipArchive archive)
    {
        string[] found =
        [
            .. archive.Entries.Select(entry => entry.FullName.Replace('\\', '/'))
                .Where(name => name == ModelFiles.ConfigFile
                    || name.EndsWith($"/{ModelFiles.ConfigFile}", StringComparison.Ordinal))
                .Select(name => name[..^ModelFiles.ConfigFile.Length]),
        ];
        if (found.Contains(""))
            return "";
        return found is [var only] ? only : null;
    }

    private static InputException NoArchive(string path, byte[] bytes)
    {
        if (ModelFiles.IsFileName(Path.GetFileName(path)))
            return new($"{path}: is a file, expected a model folder; give the folder that it is in");
        string found = ForeignFile.Of(bytes)?.Name ?? "a file of another kind";
        return new(
            $"{path}: is {found}, expected a model folder or a model in one file ({Ending}); give one that Save wrote");
    }

    // Floats hardly shrink and words shrink a little: what grows beyond that is there to fill the memory.
    private static byte[] ReadEntry(ZipArchive archive, string source, string folder, string name)
    {
        string fullName = folder + name;
        ZipArchiveEntry entry = archive.GetEntry(fullName) ?? archive.GetEntry(fullName.Replace('/', '\\'))
            ?? throw new InputException(
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
