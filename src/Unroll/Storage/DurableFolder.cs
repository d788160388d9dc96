namespace Unroll.Storage;

/// <summary>
/// Writes a folder so that it is there whole or not at all: its files go into a new folder beside it and reach the disk before
/// that folder takes the name.
/// </summary>
internal sealed class DurableFolder : IDisposable
{
    private readonly string _target;
    private readonly string _parent;
    private readonly string _temporary;

    /// <summary>Creates the folder that the files go into first, <c>.NAME.….tmp</c> beside the target.</summary>
    public DurableFolder(string path)
    {
        _target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        _parent = Path.GetDirectoryName(_target) ?? throw new InputException(
            $"{path}: the root cannot be an output folder; name a folder");
        Directory.CreateDirectory(_parent);
        _temporary = Sibling("tmp");
        Directory.CreateDirectory(_temporary);
    }

    /// <summary>Writes one file and waits until it is on the disk.</summary>
    public void WriteFile(string name, Action<Stream> write)
    {
        using var stream = new FileStream(Path.Combine(_temporary, name), FileMode.CreateNew, FileAccess.Write);
        write(stream);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Gives the folder its name; what had the name before is removed after that.</summary>
    public void Commit()
    {
        DurableFile.FlushDirectory(_temporary);
        if (Directory.Exists(_target))
        {
            string replaced = Sibling("old");
            Directory.Move(_target, replaced);
            Directory.Move(_temporary, _target);
            DurableFile.FlushDirectory(_parent);
            Directory.Delete(replaced, recursive: true);
        }
        else
        {
            Directory.Move(_temporary, _target);
        }
        DurableFile.FlushDirectory(_parent);
    }

    /// <summary>Removes the files if they were not committed.</summary>
    public void Dispose()
    {
        if (Directory.Exists(_temporary))
            Directory.Delete(_temporary, recursive: true);
    }

    private string Sibling(string kind) => Path.Combine(_parent, $".{Path.GetFileName(_target)}.{Guid.NewGuid():N}.{kind}");
}
