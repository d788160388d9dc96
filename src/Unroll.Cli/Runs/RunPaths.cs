namespace Unroll.Cli.Runs;

/// <summary>
/// Names of files in a run folder's settings: as seen from that folder, so that a training is resumed from anywhere and the
/// folder does not say where on the machine it stood.
/// </summary>
internal static class RunPaths
{
    /// <summary>The name of a file as the settings of a run have it.</summary>
    /// <param name="folder">The folder of the run.</param>
    /// <param name="path">The file, from the current folder.</param>
    public static string Written(string folder, string path) => path is "" or DataInput.StandardInput
        ? path
        : Path.GetRelativePath(Real(folder), Path.GetFullPath(path)).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>The file that a run's settings name.</summary>
    /// <param name="folder">The folder of the run.</param>
    /// <param name="written">What the settings say; older ones have full names.</param>
    public static string Read(string folder, string written)
    {
        // What is no name of a file is refused where it is opened.
        if (written is "" or DataInput.StandardInput || written.Contains('\0', StringComparison.Ordinal)
            || Path.IsPathRooted(written))
        {
            return written;
        }
        string path = Path.GetFullPath(Path.Combine(Real(folder), written));
        return File.Exists(path) ? path : Path.Combine(folder, written);
    }

    // A link to the folder stands elsewhere than the folder.
    private static string Real(string folder)
    {
        string full = Path.GetFullPath(folder);
        return Directory.Exists(full) && Directory.ResolveLinkTarget(full, returnFinalTarget: true) is { } target
            ? target.FullName
            : full;
    }
}
