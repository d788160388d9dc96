using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Unroll.Storage;

/// <summary>
/// Replaces a file so that its name leads to the old content or the new, whole, whenever the process or the machine stops.
/// </summary>
public static partial class DurableFile
{
    private const string TemporaryEnd = ".tmp";

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
        RequireFolderAbove(path, "name");
        if (!overwrite && DanglingLink.TargetOf(path) is { } target)
        {
            throw new InputException(
                $"{path}: is a link to {target}, which is not there; choose another name, or give overwrite = true to replace " +
                "the link");
        }
        if (File.Exists(path) && !overwrite)
            throw new InputException($"{path}: exists already; choose another name, or give overwrite = true to replace it");
    }

    /// <summary>
    /// Refuses a file name that cannot be written to: to be asked before long work, whose results would be lost. Nothing stays
    /// of the try.
    /// </summary>
    /// <param name="path">The name.</param>
    /// <exception cref="IOException">The folder cannot be written to; the message says what to do.</exception>
    public static void RequireWritable(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var made = new List<string>();
        for (string? above = folder; above is not null && !Directory.Exists(above); above = Path.GetDirectoryName(above))
            made.Add(above);
        try
        {
            Directory.CreateDirectory(folder);
            using (FileStream stream = CreateTemporary(path))
                File.Delete(stream.Name);
            made.ForEach(Directory.Delete);
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            throw WriteFailure.Of(path, e);
        }
    }

    /// <summary>Refuses a name under a file, which holds no other files.</summary>
    /// <param name="path">The name.</param>
    /// <param name="choose">What to choose instead: a name for a file, a path for a folder.</param>
    /// <exception cref="InputException">A file stands where a folder should.</exception>
    internal static void RequireFolderAbove(string path, string choose)
    {
        string? above = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        while (above is not null && !Path.Exists(above))
            above = Path.GetDirectoryName(above);
        if (File.Exists(above))
        {
            throw new InputException(
                $"{path}: cannot be written to, {above} is a file, expected a folder there; choose another {choose}");
        }
    }

    /// <summary>Writes a file that a user named.</summary>
    /// <param name="path">Its name; folders above it are made.</param>
    /// <param name="overwrite">Whether a file of that name may be replaced.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="InputException">
    /// The file exists and may not be replaced, or the name is a folder's or a device's.
    /// </exception>
    /// <exception cref="IOException">
    /// The disk is full, or the folder cannot be written to; the message says what to do.
    /// </exception>
    public static void Write(string path, bool overwrite, Action<Stream> write)
    {
        RequirePath(path, overwrite);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            Replace(path, overwrite, write, flush: true);
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            throw WriteFailure.Of(path, e);
        }
    }

    /// <summary>
    /// Writes a new file beside the old one, waits until it is on the disk, gives it the name, and flushes the folder.
    /// </summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="flush">
    /// Whether to wait for the disk: without, the file is whole whenever the process stops, but not if the machine does.
    /// </param>
    public static void Replace(string path, Action<Stream> write, bool flush = true) =>
        Replace(path, overwrite: true, write, flush);

    /// <summary>Creates a file beside another that will take its name; nobody else has it open while it is.</summary>
    internal static FileStream CreateTemporary(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string name = Path.GetFileName(path);
        string temporary = Path.Combine(folder, $"{Stem(name)}{Guid.NewGuid():N}{TemporaryEnd}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        // What replaces a private file is private too.
        if (!OperatingSystem.IsWindows() && File.Exists(path))
            options.UnixCreateMode = File.GetUnixFileMode(path);
        return new FileStream(temporary, options);
    }

    /// <summary>Whether a name is that of a file which waits for its own.</summary>
    internal static bool IsTemporary(string name) => TemporaryName().IsMatch(name);

    /// <summary>Removes what killed processes left of a file; files that somebody has open stay.</summary>
    /// <param name="folder">The folder of the file.</param>
    /// <param name="name">The file's name; <c>*</c> for all.</param>
    internal static void RemoveLeftovers(string folder, string name)
    {
        string stem = name == "*" ? "." : Stem(name);
        foreach (string path in Directory.EnumerateFiles(folder, $"*{TemporaryEnd}", SearchOption.TopDirectoryOnly))
        {
            string found = Path.GetFileName(path);
            if (!IsTemporary(found) || !found.StartsWith(stem, StringComparison.Ordinal))
                continue;
            try
            {
                using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                    File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It is being written, or not ours to remove.
            }
        }
    }

    private static void Replace(string path, bool overwrite, Action<Stream> write, bool flush)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        RemoveLeftovers(folder, Path.GetFileName(path));
        using FileStream stream = CreateTemporary(path);
        try
        {
            write(stream);
            stream.Flush(flush);
            // Windows moves no open file.
            if (OperatingSystem.IsWindows())
                stream.Dispose();
            File.Move(stream.Name, path, overwrite);
        }
        catch (Exception e)
        {
            File.Delete(stream.Name);
            if (e is IOException && !overwrite && File.Exists(path))
                RequirePath(path, overwrite);
            throw;
        }
        if (flush)
            FlushDirectory(folder);
    }

    // A name may have no more than 255 bytes.
    private static string Stem(string name) => $".{(name.Length > 50 ? name[..50] : name)}.";

    [GeneratedRegex(@"^\..+\.[0-9a-f]{32}\.tmp$", RegexOptions.Singleline)]
    private static partial Regex TemporaryName();

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
