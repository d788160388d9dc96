using System.Text;
using System.Text.Json;
using Unroll.Storage;

namespace Unroll.Search;

/// <summary>
/// What has been done of some work that several processes share through a folder, on one machine or on several: a file
/// <c>journal.jsonl</c> to which lines are added, one JSON object each. Who adds holds the folder, so lines come one after the
/// other, and what is decided from the lines so far and written behind them nobody decides twice.
/// </summary>
/// <remarks>
/// The lock is the file system's (<see cref="FolderLock"/>): it ends with the process that has it, however that comes. What a
/// killed process left of a line has no end of line; nobody reads it, and the next line takes its place.
/// </remarks>
/// <param name="folder">The folder, which exists.</param>
internal sealed class WorkJournal(string folder)
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "journal.jsonl";

    private readonly List<JsonElement> _lines = [];
    private readonly Lock _gate = new();
    private long _read;

    /// <summary>The file.</summary>
    public string Path { get; } = System.IO.Path.Combine(folder, FileName);

    /// <summary>Whether the file holds the beginning of a first line alone, as a process leaves it that was killed.</summary>
    /// <param name="line">That line.</param>
    public bool IsBeginningOf(string line)
    {
        byte[] found = File.ReadAllBytes(Path);
        return Encoding.UTF8.GetBytes(line).AsSpan().StartsWith(found);
    }

    /// <summary>The lines so far, as they stand in the file now. Of a line that is being written nothing is seen.</summary>
    /// <exception cref="InputException">The file is damaged.</exception>
    public IReadOnlyList<JsonElement> Read()
    {
        lock (_gate)
        {
            ReadOn();
            return [.. _lines];
        }
    }

    /// <summary>Reads the lines, decides and adds lines, while nobody else does.</summary>
    /// <param name="decide">Gets the lines so far, and what adds one.</param>
    /// <param name="cancellationToken">Stops the waiting for others.</param>
    /// <exception cref="InputException">The file is damaged, or another process holds it and does not go on.</exception>
    /// <exception cref="IOException">A line cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public T Hold<T>(
        Func<IReadOnlyList<JsonElement>, Action<Action<Utf8JsonWriter>>, T> decide, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            using var held = FolderLock.TakeWhenFree(folder, cancellationToken);
            ReadOn();
            return decide(_lines, Add);
        }
    }

    /// <summary>Removes what was kept of work that has ended; what cannot be removed only takes room.</summary>
    /// <param name="state">The folder.</param>
    public static void RemoveState(string state)
    {
        try
        {
            if (Directory.Exists(state))
                Directory.Delete(state, recursive: true);
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            // Nothing reads it any more.
        }
    }

    private void Add(Action<Utf8JsonWriter> writeFields)
    {
        byte[] line = Encoding.UTF8.GetBytes(JsonLine.Of(writeFields) + "\n");
        try
        {
            using var file = new FileStream(
                Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            if (file.Length > _read)
                file.SetLength(_read);
            file.Position = _read;
            file.Write(line);
            file.Flush(flushToDisk: true);
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            throw new IOException(
                $"{Path}: cannot be written ({WriteFailure.ReasonOf(e)}); make room or make it writable, then go on with the " +
                "same command", e);
        }
        ReadOn();
    }

    private void ReadOn()
    {
        byte[] bytes;
        try
        {
            using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            if (file.Length < _read)
                throw new InputException($"{Path}: became shorter, expected lines to be added alone; restore it or begin again");
            bytes = new byte[file.Length - _read];
            file.Position = _read;
            int count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            Array.Resize(ref bytes, count);
        }
        catch (FileNotFoundException)
        {
            return;
        }
        catch (UnauthorizedAccessException e)
        {
            string found = Directory.Exists(Path) ? "is a folder" : "no right to read it";
            throw new InputException($"{Path}: {found}, expected a journal; choose another folder", e);
        }
        int start = 0;
        while (Array.IndexOf(bytes, (byte)'\n', start) is >= 0 and int end)
        {
            _lines.Add(Parse(bytes.AsMemory(start, end - start)));
            start = end + 1;
        }
        _read += start;
    }

    private JsonElement Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw Damaged(Path, _lines.Count + 1, "no JSON object");
        }
        catch (JsonException e)
        {
            throw Damaged(Path, _lines.Count + 1, $"not JSON at byte {e.BytePositionInLine + 1}");
        }
    }

    /// <summary>The error about a line.</summary>
    /// <param name="path">The file.</param>
    /// <param name="line">The line's number, from 1.</param>
    /// <param name="found">What stands there.</param>
    public static InputException Damaged(string path, int line, string found) =>
        new($"{path}:{line}: {found}, expected a line as it was written; restore the file or begin again in another folder");

    /// <summary>Reads what a line says.</summary>
    /// <param name="path">The file.</param>
    /// <param name="line">The line's number, from 1.</param>
    /// <param name="read">Reads it; what it does not find there is told.</param>
    /// <exception cref="InputException">The line does not say what is read.</exception>
    public static void ReadLine(string path, int line, Action read)
    {
        try
        {
            read();
        }
        catch (FormatException e)
        {
            throw Damaged(path, line, e.Message.TrimEnd('.'));
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw Damaged(path, line, "other fields or values");
        }
    }
}
