using System.Runtime.InteropServices;

namespace Unroll.Storage;

/// <summary>
/// Replaces a file so that its name leads to the old content or the new, whole, whenever the process or the machine stops.
/// </summary>
public static partial class DurableFile
{
    /// <summary>Refuses a file name that <see cref="Write"/> would refuse.</summary>
    /// <param name="path">The name.</param>
    /// <param name="overwrite">Whether a file of that name may be replaced.</param>
    /// <exception cref="InputException">
    /// The file exists and may not be replaced, or the name is a folder's or a device's.
    /// </exception>
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
            throw new InputException($"{path}: exists already; choose another name, or give overwrite = true to replace it");
    }

    /// <summary>Writes a file that a user named.</summary>
    /// <param name="path">Its name; folders above it are made.</param>
    /// <param name="overwrite">Whether a file of that name may be replaced.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="InputException">
    /// The file exists and may not be replaced, or the name is a folder's or a device's.
    /// </exception>
    public static void Write(string path, bool overwrite, Action<Stream> write)
    {
        RequirePath(path, overwrite);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        Replace(path, write);
    }

    /// <summary>
    /// Writes a new file beside the old one, waits until it is on the disk, gives it the name, and flushes the folder.
    /// </summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="write">Writes the content.</param>
    public static void Replace(string path, Action<Stream> write) => ReplaceAll([(path, write)]);

    /// <summary>
    /// Replaces files of one folder, in order, once all of them are whole on the disk: a full disk leaves all the old ones.
    /// </summary>
    /// <param name="files">The files and what writes them; their folder must exist.</param>
    public static void ReplaceAll(IEnumerable<(string Path, Action<Stream> Write)> files)
    {
        var written = new List<string>();
        try
        {
            foreach ((string path, Action<Stream> write) in files)
            {
                written.Add(path);
                using var stream = new FileStream(Temporary(path), FileMode.Create, FileAccess.Write);
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            foreach (string path in written)
                File.Move(Temporary(path), path, overwrite: true);
        }
        catch
        {
            foreach (string path in written)
                File.Delete(Temporary(path));
            throw;
        }
        FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(written[0]))!);
    }

    /// <summary>The name that a file has until it is whole.</summary>
    /// <param name="path">The name that it shall have.</param>
    public static string Temporary(string path) => path + ".tmp";

    /// <summary>Waits until a folder's names are on the disk: only then is a rename.</summary>
    internal static void FlushDirectory(string path)
    {
        // Windows has no such call and needs none for NTFS.
        if (OperatingSystem.IsWindows())
            return;
        int descriptor = Open(path, 0);
        if (descriptor < 0)
            return;
        _ = Fsync(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
