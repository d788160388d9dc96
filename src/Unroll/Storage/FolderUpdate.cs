using System.Text.Json;
using Unroll.Data;

namespace Unroll.Storage;

/// <summary>
/// Replaces files of a folder in one step: a reader finds all the old ones or all the new ones, whenever the process stops.
/// </summary>
/// <remarks>
/// New files get temporary names. Once they are on the disk, the file <c>.update</c> says which name each one takes and what is
/// removed: that is the step. A reader that finds <c>.update</c> looks through it; the next writer carries it out.
/// </remarks>
internal static class FolderUpdate
{
    private const string FileName = ".update";
    private const string ReplaceKey = "replace";
    private const string RemoveKey = "remove";

    /// <summary>Whether a step was taken and not carried out.</summary>
    public static bool IsPending(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Replaces files, and removes others, in one step.</summary>
    /// <param name="held">The folder.</param>
    /// <param name="files">The names and what writes the files.</param>
    /// <param name="removed">Names of files and folders that go.</param>
    public static void Write(
        FolderLock held, IReadOnlyList<(string Name, Action<Stream> Write)> files, IReadOnlyList<string> removed)
    {
        var replaced = new List<(string Name, string Temporary)>();
        try
        {
            foreach ((string name, Action<Stream> write) in files)
            {
                using FileStream stream = DurableFile.CreateTemporary(Path.Combine(held.Path, name));
                replaced.Add((name, Path.GetFileName(stream.Name)));
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            DurableFile.Replace(Path.Combine(held.Path, FileName), stream => WriteTo(stream, replaced, removed));
        }
        catch
        {
            foreach ((_, string temporary) in replaced)
                File.Delete(Path.Combine(held.Path, temporary));
            throw;
        }
        Complete(held.Path);
    }

    /// <summary>Every file and folder in a folder but those that are Unroll's own for a while.</summary>
    public static IReadOnlyList<string> NamesIn(string folder) =>
    [
        .. Directory.EnumerateFileSystemEntries(folder).Select(entry => Path.GetFileName(entry))
            .Where(name => name is not (FolderLock.FileName or FileName) && !DurableFile.IsTemporary(name)),
    ];

    /// <summary>Where a reader finds a file now.</summary>
    public static string PathOf(string folder, string name)
    {
        string temporary = Read(folder).Replaced.FirstOrDefault(each => each.Name == name).Temporary ?? name;
        string path = Path.Combine(folder, temporary);
        return File.Exists(path) ? path : Path.Combine(folder, name);
    }

    /// <summary>Carries out a step that was taken.</summary>
    /// <param name="folder">A folder that the caller holds.</param>
    public static void Complete(string folder)
    {
        if (!IsPending(folder))
            return;
        (IReadOnlyList<(string Name, string Temporary)> replaced, IReadOnlyList<string> removed) = Read(folder);
        foreach ((string name, string temporary) in replaced)
        {
            string path = Path.Combine(folder, temporary);
            if (File.Exists(path))
                File.Move(path, Path.Combine(folder, name), overwrite: true);
        }
        foreach (string name in removed)
        {
            string path = Path.Combine(folder, name);
            if (Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null)
                Directory.Delete(path, recursive: true);
            else
                File.Delete(path);
        }
        DurableFile.FlushDirectory(folder);
        File.Delete(Path.Combine(folder, FileName));
        DurableFile.FlushDirectory(folder);
    }

    private static void WriteTo(
        Stream stream, IReadOnlyList<(string Name, string Temporary)> replaced, IReadOnlyList<string> removed)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteStartObject(ReplaceKey);
        foreach ((string name, string temporary) in replaced)
            json.WriteString(name, temporary);
        json.WriteEndObject();
        json.WriteStartArray(RemoveKey);
        foreach (string name in removed)
            json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // What is no list of plain names was not written here, and says nothing.
    private static (IReadOnlyList<(string Name, string Temporary)> Replaced, IReadOnlyList<string> Removed) Read(string folder)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(
                InputFile.ReadRegular(Path.Combine(folder, FileName), "remove it"));
            (string Name, string Temporary)[] replaced =
            [
                .. document.RootElement.GetProperty(ReplaceKey).EnumerateObject()
                    .Select(each => (each.Name, each.Value.GetString() ?? "")),
            ];
            string[] removed =
                [.. document.RootElement.GetProperty(RemoveKey).EnumerateArray().Select(name => name.GetString() ?? "")];
            bool plain = removed.All(IsPlain)
                && replaced.All(each => IsPlain(each.Name) && DurableFile.IsTemporary(each.Temporary));
            return plain ? (replaced, removed) : ([], []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException
            or KeyNotFoundException or InputException)
        {
            return ([], []);
        }
    }

    private static bool IsPlain(string name) =>
        name is not ("" or "." or "..") && name.AsSpan().IndexOfAny('/', '\\', '\0') < 0 && Path.GetFileName(name) == name;
}
