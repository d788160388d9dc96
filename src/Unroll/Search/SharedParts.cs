using System.Text.Json;
using Unroll.Storage;

namespace Unroll.Search;

/// <summary>
/// Work in numbered parts that several processes share through a folder: each part is done by one of them, what a killed one had
/// begun is done by another, and all get the results of all parts.
/// </summary>
public sealed class SharedParts
{
    private const string Format = "unroll-parts/1";
    private const string PartsName = "parts";
    private const string PartKey = "part";
    private const string ResultKey = "result";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly string _folder;
    private readonly WorkJournal _journal;

    /// <summary>Begins the work, or takes part in it.</summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="identity">What tells the work from others: rows and settings.</param>
    /// <exception cref="InputException">The folder holds other work or other files, or cannot be written to.</exception>
    public SharedParts(string folder, string identity)
    {
        _folder = folder;
        _journal = new WorkJournal(folder);
        _journal.Hold(
            (lines, add) =>
            {
                if (lines.Count == 0)
                {
                    bool isBegun = FolderUpdate.NamesIn(folder) is [WorkJournal.FileName]
                        && _journal.IsBeginningOf(JsonLine.Of(WriteBeginning));
                    if (!isBegun)
                        RequireEmpty(folder);
                    add(WriteBeginning);
                    return true;
                }
                string? found = lines[0].TryGetProperty("identity", out JsonElement value) ? value.GetString() : null;
                return found == identity ? true : throw new InputException(
                    $"{folder}: holds results of other rows or settings; give those it began with, or choose another path");
            },
            CancellationToken.None);

        void WriteBeginning(Utf8JsonWriter json)
        {
            json.WriteString("format", Format);
            json.WriteString("identity", identity);
        }
    }

    /// <summary>Refuses a folder that holds something else than a journal.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InputException">There is something.</exception>
    public static void RequireEmpty(string folder)
    {
        if (Directory.Exists(folder) && FolderUpdate.NamesIn(folder) is [var name, ..])
            throw new InputException($"{folder}: holds {name} already, expected an empty folder or none; choose another path");
    }

    /// <summary>Does the parts that nobody else does, and gives the result of each part, in their order.</summary>
    /// <param name="count">How many parts there are.</param>
    /// <param name="work">
    /// Does a part, from 0: it gets a folder that is there again when a killed process had begun the part, and gives JSON.
    /// </param>
    /// <param name="read">Reads such a result.</param>
    /// <param name="cancellationToken">Stops the waiting for others.</param>
    /// <exception cref="InputException">The journal is damaged.</exception>
    /// <exception cref="IOException">A result cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IEnumerable<T> Run<T>(
        int count, Func<int, string, string> work, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        for (int next = 0; next < count;)
        {
            int wanted = next;
            (JsonElement? ready, int line, int part, FolderLock? held) =
                _journal.Hold((lines, _) => Decide(lines, wanted, count), cancellationToken);
            if (ready is { } result)
            {
                T value = default!;
                WorkJournal.ReadLine(_journal.Path, line, () => value = read(result));
                next++;
                yield return value;
            }
            else if (held is not null)
            {
                Do(part, held, work);
            }
            else if (cancellationToken.WaitHandle.WaitOne(Pause))
            {
                throw new OperationCanceledException(cancellationToken);
            }
        }
    }

    private (JsonElement? Ready, int Line, int Part, FolderLock? Held) Decide(
        IReadOnlyList<JsonElement> lines, int next, int count)
    {
        var done = new Dictionary<int, (JsonElement Result, int Line)>();
        for (int i = 1; i < lines.Count; i++)
        {
            WorkJournal.ReadLine(
                _journal.Path, i + 1,
                () => done.TryAdd(lines[i].GetProperty(PartKey).GetInt32(), (lines[i].GetProperty(ResultKey), i + 1)));
        }
        if (done.TryGetValue(next, out (JsonElement Result, int Line) found))
            return (found.Result, found.Line, next, null);
        for (int part = next; part < count; part++)
        {
            if (!done.ContainsKey(part) && FolderLock.TryTake(FolderOf(part)) is { } held)
                return (null, 0, part, held);
        }
        return (null, 0, -1, null);
    }

    private void Do(int part, FolderLock held, Func<int, string, string> work)
    {
        using (held)
        {
            string result = work(part, held.Path);
            _journal.Hold(
                (_, add) =>
                {
                    add(json =>
                    {
                        json.WriteNumber(PartKey, part);
                        json.WritePropertyName(ResultKey);
                        json.WriteRawValue(result);
                    });
                    held.Dispose();
                    WorkJournal.RemoveState(held.Path);
                    return true;
                },
                CancellationToken.None);
        }
    }

    private string FolderOf(int part) => Path.Combine(_folder, PartsName, FormattableString.Invariant($"{part:D4}"));
}
