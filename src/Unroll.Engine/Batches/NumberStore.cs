using System.Diagnostics.CodeAnalysis;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Unroll.Engine.Batches;

/// <summary>
/// Whole numbers, one after the other: in memory, or in a temporary file that is mapped into it, so that the system keeps what is
/// read of it and takes the memory back where it is needed. The file is gone with the store, or with the process.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The file closes with the last who reads it, whom nobody knows.")]
public sealed unsafe partial class NumberStore
{
    private const int BufferLength = 1 << 16;
    private const int DontNeed = 4;

    private readonly FileStream? _file;
    private int[] _values = [];
    private int _buffered;
    private int _written;
    private MemoryMappedFile? _mapping;
    private MemoryMappedViewAccessor? _view;
    private int* _mapped;

    /// <summary>An empty store.</summary>
    /// <param name="onDisk">Whether the numbers stand in a file, in the folder of temporary files.</param>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public NumberStore(bool onDisk = false)
    {
        if (!onDisk)
            return;
        string path = Path.Combine(Path.GetTempPath(), $"unroll-{Guid.NewGuid():N}.tmp");
        try
        {
            _file = new FileStream(
                path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(e);
        }
        // Where a file may be deleted that is open, one that was killed leaves none behind.
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
        _values = new int[BufferLength];
    }

    /// <summary>Lets the mapped memory go.</summary>
    ~NumberStore()
    {
        if (_mapped is not null)
            _view!.SafeMemoryMappedViewHandle.ReleasePointer();
    }

    /// <summary>Whether the numbers stand in a file.</summary>
    public bool OnDisk => _file is not null;

    /// <summary>How many numbers there are.</summary>
    public int Count => _written + _buffered;

    /// <summary>One number.</summary>
    /// <param name="index">Which, from 0.</param>
    public int this[int index]
    {
        get
        {
            if (_file is null)
                return _values[index];
            if (_mapped is null || index >= _written)
                Map();
            return _mapped[index];
        }
    }

    /// <summary>Adds a number.</summary>
    public void Add(int value)
    {
        if (_buffered == _values.Length)
            MakeRoom();
        _values[_buffered++] = value;
    }

    /// <summary>Adds numbers.</summary>
    public void AddRange(ReadOnlySpan<int> values)
    {
        while (!values.IsEmpty)
        {
            if (_buffered == _values.Length)
                MakeRoom();
            int count = Math.Min(values.Length, _values.Length - _buffered);
            values[..count].CopyTo(_values.AsSpan(_buffered));
            _buffered += count;
            values = values[count..];
        }
    }

    /// <summary>Neighbouring numbers; they stand until the next one is added.</summary>
    /// <param name="start">The first of them.</param>
    /// <param name="count">How many.</param>
    public ReadOnlySpan<int> Slice(int start, int count)
    {
        if (_file is null)
            return _values.AsSpan(start, count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start + (uint)count, (uint)Count);
        if (count == 0)
            return [];
        if (_mapped is null || start + count > _written)
            Map();
        return new ReadOnlySpan<int>(_mapped + start, count);
    }

    /// <summary>Forgets all numbers and keeps the memory.</summary>
    public void Clear()
    {
        Unmap();
        _file?.SetLength(0);
        (_written, _buffered) = (0, 0);
    }

    /// <summary>Gives back the memory of what was read of the file; it is read again where it is asked for.</summary>
    public void Release()
    {
        if (_mapped is null || !OperatingSystem.IsLinux())
            return;
        _ = Advise((nint)_mapped, (nuint)_written * sizeof(int), DontNeed);
    }

    private void MakeRoom()
    {
        if (_file is not null)
        {
            Flush();
            return;
        }
        if (_buffered == Array.MaxLength)
            throw new InputException($"more than {Array.MaxLength} tokens, which is the most; take fewer rows or shorter texts");
        Array.Resize(ref _values, (int)Math.Clamp(2L * _buffered, 4, Array.MaxLength));
    }

    private void Flush()
    {
        if ((long)_written + _buffered > Array.MaxLength)
            throw new InputException($"more than {Array.MaxLength} tokens, which is the most; take fewer rows or shorter texts");
        try
        {
            _file!.Write(MemoryMarshal.AsBytes(_values.AsSpan(0, _buffered)));
        }
        catch (IOException e)
        {
            throw Unwritable(e);
        }
        _written += _buffered;
        _buffered = 0;
    }

    // The runtime puts the file's name behind the system's words, and nobody knows that name.
    private static IOException Unwritable(Exception e) => new(
        $"{Path.GetTempPath()}: rows cannot be kept there ({e.Message.Split(" : '")[0].TrimEnd('.', ' ')}); make room, or let " +
        "TMPDIR name another folder", e);

    private void Map()
    {
        if (_buffered > 0)
            Flush();
        Unmap();
        _mapping = MemoryMappedFile.CreateFromFile(
            _file!, mapName: null, capacity: 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _view = _mapping.CreateViewAccessor(0, (long)_written * sizeof(int), MemoryMappedFileAccess.Read);
        byte* address = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref address);
        _mapped = (int*)(address + _view.PointerOffset);
    }

    private void Unmap()
    {
        if (_mapped is null)
            return;
        _mapped = null;
        _view!.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _mapping!.Dispose();
    }

    // madvise(2)
    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
