using System.Diagnostics;

namespace Unroll.Storage;

/// <summary>
/// Holds a folder for one writer. The lock is a file <c>.lock</c> in it that the system releases when the process ends, however
/// that comes. Whoever takes it first finishes what a killed writer left half done, and removes its temporary files.
/// </summary>
public sealed class FolderLock : IDisposable
{
    /// <summary>The name of the lock's file.</summary>
    internal const string FileName = ".lock";

    private const int MostTries = 1000;

    private static readonly TimeSpan MostWait = TimeSpan.FromMinutes(2);

    // EWOULDBLOCK of Linux and of macOS, and a sharing violation of Windows.
    private static readonly int[] Busy = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _file;
    private readonly bool _createdFolder;
    private bool _isFree;

    private FolderLock(string path, FileStream file, bool createdFolder) =>
        (Path, _file, _createdFolder) = (path, file, createdFolder);

    /// <summary>The folder.</summary>
    public string Path { get; private set; }

    /// <summary>Takes a folder; one that is not there is made.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InputException">
    /// Another process, or another writer in this one, has it; or it cannot be written to.
    /// </exception>
    public static FolderLock Take(string path) => TryTake(path) ?? throw new InputException(
        $"{path}: another process is writing into it; wait until that ends, or choose another path");

    /// <summary>Takes a folder that others hold for moments, once it is free; one that is not there is made.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <exception cref="InputException">It cannot be written to, or does not come free in two minutes.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static FolderLock TakeWhenFree(string path, CancellationToken cancellationToken = default)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (TryTake(path) is { } held)
                return held;
            // Who holds it so long was stopped, or its machine has gone.
            if (Stopwatch.GetElapsedTime(started) > MostWait)
            {
                throw new InputException(
                    $"{path}: another process holds it and does not go on, expected it to be free after a moment; let that " +
                    "process go on, or end it");
            }
            if (cancellationToken.WaitHandle.WaitOne(Random.Shared.Next(2, 20)))
                throw new OperationCanceledException(cancellationToken);
        }
    }

    /// <summary>
    /// Finishes what a killed writer left half done in a folder. A folder that is held, is not there or cannot be written to
    /// stays as it is.
    /// </summary>
    /// <param name="path">The folder.</param>
    public static void Recover(string path)
    {
        if (!FolderUpdate.IsPending(path))
            return;
        try
        {
            TryTake(path)?.Dispose();
        }
        catch (InputException)
        {
            // Whoever reads it looks through the pending update.
        }
    }

    /// <summary>
    /// Whether a name is that of a file which waits for its own, or of something else that only a writer needs.
    /// </summary>
    /// <param name="name">The name of a file in a folder.</param>
    public static bool IsPassing(string name) => name == FileName || DurableFile.IsTemporary(name);

    /// <summary>Takes a folder, or gives null where another has it.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="shown">What errors call it; null for its path.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    internal static FolderLock? TryTake(string path, string? shown = null)
    {
        bool created = !Directory.Exists(path);
        try
        {
            for (int tries = 1; ; tries++)
            {
                try
                {
                    if (TryTakeOnce(path, created, out FolderLock? held))
                        return held;
                    if (tries == MostTries)
                        throw new IOException($"the file {FileName} in it does not stay");
                }
                catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException && tries < MostTries)
                {
                    // Its last holder has made it, and removed it meanwhile.
                }
                catch (IOException) when (tries < MostTries && !File.Exists(path))
                {
                    // It was there when it should be made, and gone when that was looked into.
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"{shown ?? path}: cannot be written to ({WriteFailure.ReasonOf(e)}); choose another path or make it writable",
                e);
        }
    }

    /// <summary>
    /// Replaces files and removes others in one step: a reader finds all as it was or all as it shall be, whenever the process
    /// stops.
    /// </summary>
    /// <param name="files">The names of files and what writes them.</param>
    /// <param name="removed">Names of files and folders that go.</param>
    public void Update(IReadOnlyList<(string Name, Action<Stream> Write)> files, IReadOnlyList<string> removed) =>
        FolderUpdate.Write(this, files, removed);

    // False where the file was removed by its last holder meanwhile, and is no lock any more; null where another has it.
    private static bool TryTakeOnce(string path, bool created, out FolderLock? held)
    {
        held = null;
        Directory.CreateDirectory(path);
        if (Open(System.IO.Path.Combine(path, FileName)) is not { } file)
            return true;
        bool isHeld = false;
        try
        {
            if (!IsStillThere(file))
                return false;
            FolderUpdate.Complete(path);
            DurableFile.RemoveLeftovers(path, "*");
            isHeld = true;
        }
        finally
        {
            if (!isHeld)
                file.Dispose();
        }
        held = new FolderLock(path, file, created);
        return true;
    }

    /// <summary>Follows a folder that got another name.</summary>
    internal void MovedTo(string path) => Path = path;

    /// <summary>Lets the folder go; one that was made for the lock and is empty is removed.</summary>
    public void Dispose()
    {
        // What lies there by now may be the next holder's.
        if (_isFree)
            return;
        _isFree = true;
        try
        {
            string file = System.IO.Path.Combine(Path, FileName);
            // Elsewhere an open file can be removed, and nobody takes the lock in between.
            if (OperatingSystem.IsWindows())
                _file.Dispose();
            File.Delete(file);
            if (_createdFolder && !Directory.EnumerateFileSystemEntries(Path).Any())
                Directory.Delete(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A lock file that stays is taken by the next writer.
        }
        _file.Dispose();
    }

    // Null where another has it.
    private static FileStream? Open(string path)
    {
        if (new FileInfo(path).LinkTarget is not null)
            throw new IOException($"{FileName} in it is a link, expected a file of Unroll's own");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException e) when (Busy.Contains(e.HResult))
        {
            return null;
        }
    }

    // The file's time is set through the open file and read through its name: a random one cannot be another file's. Whole even
    // seconds are kept by every file system.
    private static bool IsStillThere(FileStream file)
    {
        DateTime time = DateTime.UnixEpoch.AddSeconds(2 * Random.Shared.NextInt64(1, 1 << 30));
        File.SetLastWriteTimeUtc(file.SafeFileHandle, time);
        return File.GetLastWriteTimeUtc(file.Name) == time;
    }
}
