namespace Unroll.Server.Models;

/// <summary>What can be seen of a model's files without reading them: when they were written and how long they are.</summary>
internal static class ModelFiles
{
    /// <summary>A text that changes when a file does; empty where there is none.</summary>
    /// <param name="path">A folder, or a file.</param>
    public static string Stamp(string path)
    {
        try
        {
            IEnumerable<FileInfo> files = Directory.Exists(path)
                ? new DirectoryInfo(path).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal)
                : [new FileInfo(path)];
            return string.Join(
                '\n', files.Where(file => file.Exists)
                    .Select(file => FormattableString.Invariant($"{file.Name} {file.Length} {file.LastWriteTimeUtc.Ticks}")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is being replaced; the next look sees it.
            return "";
        }
    }
}
