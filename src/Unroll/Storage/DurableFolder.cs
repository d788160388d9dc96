namespace Unroll.Storage;

/// <summary>
/// Writes a new folder so that it is there whole or not at all: its files go into a folder beside it and reach the disk before
/// that folder takes the name.
/// </summary>
internal sealed class DurableFolder : IDisposable
{
    private const int MostTries = 10;
    private const string TemporaryEnd = ".tmp";

    private readonly string _target;
    private readonly string _parent;
    private readonly string _temporary;
    private readonly FolderLock _lock;

    /// <summary>Creates the folder that the files go into first, <c>.NAME.….tmp</c> beside the target.</summary>
    public DurableFolder(string path)
    {
        _target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        _parent = Path.GetDirectoryName(_target) ?? throw new InputException(
            $"{path}: the root cannot be an output folder; name a folder");
        Directory.CreateDirectory(_parent);
        RemoveLeftovers();
        (_temporary, _lock) = Create();
    }

    /// <summary>Writes one file and waits until it is on the disk.</summary>
    public void WriteFile(string name, Action<Stream> write)
    {
        using var stream = new FileStream(Path.Combine(_temporary, name), FileMode.CreateNew, FileAccess.Write);
        write(stream);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Gives the folder its name.</summary>
    /// <exception cref="InputException">Somebody else has made a folder or a file of that name meanwhile.</exception>
    public void Commit()
    {
        DurableFile.FlushDirectory(_temporary);
        if (OperatingSystem.IsWindows())
            _lock.Dispose();
        try
        {
            Directory.Move(_temporary, _target);
        }
        catch (IOException e) when (Path.Exists(_target))
        {
            throw new InputException($"{_target}: another process has made it meanwhile; choose another path", e);
        }
        _lock.MovedTo(_target);
        DurableFile.FlushDirectory(_parent);
    }

    /// <summary>Removes the files if they were not committed.</summary>
    public void Dispose()
    {
        if (Directory.Exists(_temporary))
            Directory.Delete(_temporary, recursive: true);
        _lock.Dispose();
    }

    private string Start => $".{Path.GetFileName(_target)}.";

    // A process that looks for leftovers may take a new folder for one before it is held.
    private (string Path, FolderLock Lock) Create()
    {
        for (int tries = 1; ; tries++)
        {
            string path = Path.Combine(_parent, $"{Start}{Guid.NewGuid():N}{TemporaryEnd}");
            if (FolderLock.TryTake(path, _target) is { } held)
                return (path, held);
            if (tries == MostTries)
                throw new IOException($"{path} could not be held");
        }
    }

    // Folders of killed processes: nobody holds them.
    private void RemoveLeftovers()
    {
        foreach (string path in Directory.EnumerateDirectories(_parent, $"*{TemporaryEnd}", SearchOption.TopDirectoryOnly))
        {
            string name = Path.GetFileName(path);
            if (!name.StartsWith(Start, StringComparison.Ordinal) || !DurableFile.IsTemporary(name))
                continue;
            try
            {
                using FolderLock? held = FolderLock.TryTake(path);
                if (held is not null)
                    Directory.Delete(path, recursive: true);
            }
            catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
            {
                // Not ours to remove.
            }
        }
    }
}
