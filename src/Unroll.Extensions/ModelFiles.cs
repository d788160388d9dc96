namespace Unroll.Extensions;

/// <summary>What changes when a model's files do.</summary>
internal static class ModelFiles
{
    // The last says that a replacement was begun and is read through.
    private static readonly string[] Names = ["config.json", "vocabulary.txt", "terms.txt", "model.safetensors", ".update"];

    /// <summary>Names, times and lengths of the files of a folder, or of one file; empty where there is nothing.</summary>
    /// <param name="path">The model.</param>
    public static string StampOf(string path)
    {
        try
        {
            if (File.Exists(path))
                return Of(new FileInfo(path));
            var folder = new DirectoryInfo(path);
            return folder.Exists
                ? string.Join(
                    '\n', Names.Select(name => new FileInfo(Path.Combine(path, name))).Where(file => file.Exists).Select(Of))
                : "";
        }
        catch (IOException)
        {
            // It is being changed while it is looked at; the next look will see it.
            return "";
        }
        catch (UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string Of(FileInfo file) =>
        FormattableString.Invariant($"{file.Name} {file.LastWriteTimeUtc.Ticks} {file.Length}");
}
