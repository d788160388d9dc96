using Unroll.Storage;

namespace Unroll.Models;

/// <content>How a classifier is written and read.</content>
public sealed partial class SentenceClassifier
{
    /// <summary>
    /// Writes the model folder, <c>config.json</c>, <c>vocabulary.txt</c> and <c>model.safetensors</c>, or the same files in one
    /// zip archive where the name ends in <c>.zip</c>; whole or not at all.
    /// </summary>
    /// <param name="path">The folder or the archive.</param>
    /// <param name="overwrite">Whether a model of that name may be replaced.</param>
    /// <exception cref="InputException">There is something of that name, and it may not be replaced or is no model.</exception>
    public void Save(string path, bool overwrite = false)
    {
        if (ModelArchive.IsNamed(path))
            ModelArchive.Save(Content, path, overwrite);
        else
            ModelFolder.Save(Content, path, overwrite, []);
    }

    /// <summary>Writes the model folder together with other files, all of them whole or none.</summary>
    /// <param name="path">The folder, whatever its name ends in.</param>
    /// <param name="overwrite">Whether a model folder of that name may be replaced.</param>
    /// <param name="beside">Names of other files in the folder and what writes them.</param>
    /// <exception cref="InputException">The folder exists, and may not be replaced or is no model folder.</exception>
    public void Save(string path, bool overwrite, IReadOnlyList<(string Name, Action<Stream> Write)> beside) =>
        ModelFolder.Save(Content, path, overwrite, beside);

    /// <summary>Writes the model's files into a folder that may hold others, all of them whole or none.</summary>
    /// <param name="folder">A folder.</param>
    /// <exception cref="InputException">Another process is writing into the folder, or it cannot be written to.</exception>
    public void SaveInto(string folder)
    {
        using var held = FolderLock.Take(folder);
        SaveInto(held);
    }

    /// <summary>Writes the model's files into a folder that the caller holds, all of them whole or none.</summary>
    /// <param name="held">The folder.</param>
    public void SaveInto(FolderLock held) => ModelFolder.SaveInto(Content, held);

    /// <summary>Writes the files of the model folder as one zip archive.</summary>
    /// <param name="stream">Where to; left open, and need not be able to seek.</param>
    public void Save(Stream stream) => ModelArchive.Save(Content, stream);

    /// <summary>
    /// Refuses a path that <see cref="Save(string, bool)"/> would refuse: to be asked before a long training, not after.
    /// </summary>
    /// <param name="path">The folder or archive to save in later.</param>
    /// <param name="overwrite">Whether a model of that name may be replaced.</param>
    /// <exception cref="InputException">There is something of that name, and it may not be replaced or is no model.</exception>
    public static void RequireSavePath(string path, bool overwrite = false)
    {
        if (ModelArchive.IsNamed(path))
            ModelArchive.RequireSavePath(path, overwrite);
        else
            ModelFolder.RequireSavePath(path, overwrite);
    }

    /// <summary>Whether a file looks like a model that was saved as one file; its content is not read.</summary>
    /// <param name="path">The file.</param>
    public static bool IsModelFile(string path) => ModelArchive.IsArchive(path);

    /// <summary>Whether a name is that of a model in one file: whether it ends in <c>.zip</c>.</summary>
    /// <param name="path">The name; nothing need be there.</param>
    public static bool IsArchiveName(string path) => ModelArchive.IsNamed(path);

    /// <summary>Whether a folder looks like one that was saved; its content is not read.</summary>
    /// <param name="path">The folder.</param>
    public static bool IsModelFolder(string path) => ModelFolder.IsModelFolder(path);

    /// <summary>Reads a model folder, or a model in one file, whatever its name is.</summary>
    /// <param name="path">The folder or the archive.</param>
    /// <exception cref="InputException">A file is missing, truncated or altered, or does not fit the others.</exception>
    public static SentenceClassifier Load(string path) => Of(ModelFolder.Load(path));

    /// <summary>Reads an archive that <see cref="Save(Stream)"/> wrote.</summary>
    /// <param name="stream">Where from; left open.</param>
    /// <exception cref="InputException">
    /// The archive is damaged, or a file in it is missing, altered or does not fit the others.
    /// </exception>
    public static SentenceClassifier Load(Stream stream) => Of(ModelArchive.Load(stream));

    /// <summary>A classifier of what was stored or imported.</summary>
    internal static SentenceClassifier Of(StoredModel stored) =>
        new(stored.Config, stored.Vocabulary, stored.Networks, []) { Linear = stored.Linear };

    private StoredModel Content => new(Config, Vocabulary, Networks, Linear);
}
