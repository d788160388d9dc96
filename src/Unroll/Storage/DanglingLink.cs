namespace Unroll.Storage;

/// <summary>Symbolic links to what is not there, which the system lists as files.</summary>
internal static class DanglingLink
{
    /// <summary>Where such a link leads; null for anything else.</summary>
    /// <param name="path">A name.</param>
    public static string? TargetOf(string path)
    {
        try
        {
            var link = new FileInfo(path);
            return link.LinkTarget is { } target && link.ResolveLinkTarget(returnFinalTarget: true) is not { Exists: true }
                && !Directory.Exists(path)
                ? target
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
