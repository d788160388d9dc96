using Unroll.Data;

namespace Unroll.Storage;

/// <summary>
/// A model's files in a folder: they are written whole or not at all, and read so that they belong together.
/// </summary>
internal static class ModelFolder
{
    // Two seconds at most, 10 ms between two tries on average: many times what replacing a folder takes.
    private const int MostTries = 100;
    private const int MostMillisecondsBetween = 20;

    /// <summary>Writes a model folder whole or not at all; what an old one of that name held goes in the same step.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The folder.</param>
    /// <param name="overwrite">Whether a model folder of that name may be replaced.</param>
    /// <param name="beside">Other files of the folder.</param>
    public static void Save(
        StoredModel model, string path, bool overwrite, IReadOnlyList<(string Name, Action<Stream> Write)> beside)
    {
        RequireSavePath(path, overwrite);
        IReadOnlyList<(string Name, Action<Stream> Write)> files = [.. ModelFiles.Of(model), .. beside];
        try
        {
            Write(files, path, overwrite);
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            throw WriteFailure.Of(path, e, "path");
        }
    }

    private static void Write(IReadOnlyList<(string Name, Action<Stream> Write)> files, string path, bool overwrite)
    {
        if (Directory.Exists(path))
        {
            using var held = FolderLock.Take(path);
            // Only now nobody else changes it.
            RequireSavePath(path, overwrite);
            FolderUpdate.Write(held, files, [.. FolderUpdate.NamesIn(path).Except(files.Select(file => file.Name))]);
            return;
        }
        using var folder = new DurableFolder(path);
        foreach ((string name, Action<Stream> write) in files)
            folder.WriteFile(name, write);
        folder.Commit();
    }

    /// <summary>Replaces the model's files in a folder, in one step; an old one's terms go where the new has none.</summary>
    public static void SaveInto(StoredModel model, FolderLock held) =>
        FolderUpdate.Write(held, ModelFiles.Of(model), model.Linear is null ? [ModelFiles.TermsFile] : []);

    /// <summary>Whether a folder looks like one that was saved; its content is not read.</summary>
    public static bool IsModelFolder(string path) =>
        File.Exists(FolderUpdate.PathOf(path, ModelFiles.TensorsFile))
        && File.Exists(FolderUpdate.PathOf(path, ModelFiles.ConfigFile));

    /// <summary>Refuses a folder name that <see cref="Save"/> would refuse.</summary>
    public static void RequireSavePath(string path, bool overwrite)
    {
        if (path.Length == 0)
            throw new InputException("the folder's name is empty; name a folder");
        if (DanglingLink.TargetOf(path) is { } target)
        {
            throw new InputException(
                $"{path}: is a link to {target}, which is not there; make that folder, or choose another path");
        }
        if (File.Exists(path))
            throw new InputException($"{path}: is a file, expected the name of a new folder; choose another path");
        DurableFile.RequireFolderAbove(path, "path");
        // An empty folder has nothing to lose, nor has one that a killed process was about to write into.
        if (!Directory.Exists(path) || (FolderUpdate.NamesIn(path) is [] && !FolderUpdate.IsPending(path)))
            return;
        if (!overwrite)
            throw new InputException($"{path}: exists already; choose another path, or give overwrite = true to replace it");
        if (!IsModelFolder(path))
        {
            throw new InputException(
                $"{path}: exists and is no model folder, so overwrite = true leaves it alone; choose another path");
        }
    }

    /// <summary>Reads a model folder, or a model in one file.</summary>
    public static StoredModel Load(string path)
    {
        if (DanglingLink.TargetOf(path) is { } target)
            throw new InputException($"{path}: is a link to {target}, which is not there, expected a model folder");
        if (File.Exists(path))
            return ModelArchive.Load(path);
        if (!Directory.Exists(path))
        {
            string expected = ModelArchive.IsNamed(path)
                ? "no such file, expected a model in one file"
                : "no such folder, expected a model folder";
            throw new InputException($"{path}: {expected}; train a model and save it there");
        }
        return ReadSettled(path);
    }

    // A model that is replaced while it is read gives files of both, which do not fit: that a file has changed meanwhile tells
    // this from damage. It is read again, after a pause of random length, so that a writer in a loop is not met at the same point
    // again.
    private static StoredModel ReadSettled(string path)
    {
        for (int tries = 1; ; tries++)
        {
            string before = StampOf(path);
            try
            {
                return ModelFiles.Read(path, name => InputFile.ReadRegular(
                    FolderUpdate.PathOf(path, name),
                    $"a model folder holds {ModelFiles.ConfigFile}, {ModelFiles.VocabularyFile}, {ModelFiles.TensorsFile} and, "
                    + $"beside a linear part, {ModelFiles.TermsFile}; restore it or train again"));
            }
            catch (InputException) when (tries < MostTries && StampOf(path) != before)
            {
                Thread.Sleep(Random.Shared.Next(MostMillisecondsBetween));
            }
        }
    }

    // What changes when any of a model's files is replaced.
    private static string StampOf(string path)
    {
        return string.Join(' ', ModelFiles.Names.Select(Of));

        string Of(string name)
        {
            var file = new FileInfo(FolderUpdate.PathOf(path, name));
            return file.Exists ? $"{file.LastWriteTimeUtc.Ticks} {file.Length} {file.Name}" : "none";
        }
    }
}
