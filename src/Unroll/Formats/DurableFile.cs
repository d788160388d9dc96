namespace Unroll.Formats;

/// <summary>
/// Writes one file so that it is there whole or not at all: the bytes go into <c>.NAME.….tmp</c> beside it and reach the disk
/// before that takes the name.
/// </summary>
internal static class DurableFile
{
    /// <summary>Refuses a file name that <see cref="Write"/> would refuse.</summary>
    /// <exception cref="InputException">The file exists and may not be replaced, or the name is a folder's or a device's.</exception>
    public static void RequirePath(string path, bool overwrite)
    {
        if (path.Length == 0)
            throw new InputException("the file's name is empty; name a file");
        // A rename would put a plain file in the device's place.
        if (!OperatingSystem.IsWindows() && Path.GetDirectoryName(Path.GetFullPath(path)) == "/dev")
            throw new InputException($"{path}: is a device, expected the name of a file; choose another name");
        if (Directory.Exists(path))
            throw new InputException($"{path}: is a folder, expected the name of a file; choose another name");
        if (File.Exists(path) && !overwrite)
            throw new InputException($"{path}: exists already; choose another name, or give --overwrite to replace it");
    }

    /// <summary>Writes the file.</summary>
    /// <param name="path">Its name; folders above it are made.</param>
    /// <param name="overwrite">Whether a file of that name may be replaced.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="InputException">The file exists and may not be replaced, or the name is a folder's or a device's.</exception>
    public static void Write(string path, bool overwrite, Action<Stream> write)
    {
        RequirePath(path, overwrite);
        string target = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(target)!;
        Directory.CreateDirectory(folder);
        string temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, target, overwrite);
            FolderFlush.Run(folder);
        }
        finally
        {
            // Moved away by now, unless something failed.
            File.Delete(temporary);
        }
    }
}
