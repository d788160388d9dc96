using Unroll.Data;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Cli;

/// <summary>The library's data door for a path of the command line, which may be standard input.</summary>
internal static class DataInput
{
    /// <summary>The path of standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>What errors call a file.</summary>
    public static string NameOf(string path) => path == StandardInput ? "standard input" : path;

    /// <summary>Labelled rows; see <see cref="DataFile.Read(string, DataFormat, Action{string})"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">How to read it.</param>
    /// <param name="terminal">Has standard input, and shows what is to be told about how the file was read.</param>
    /// <param name="isAgain">Whether the file is read a second time, when all has been told.</param>
    public static IEnumerable<LabelledText> Read(
        string path, DataFormat format, Terminal terminal, bool isAgain = false)
    {
        Action<string>? note = isAgain ? null : NoteOn(terminal);
        return path == StandardInput
            ? DataFile.Read(terminal.OpenInput(), format, NameOf(path), note)
            : DataFile.Read(path, format, note);
    }

    /// <summary>Adds labelled rows; see <see cref="RankRows.Add"/>.</summary>
    /// <param name="corpus">Takes the rows.</param>
    /// <param name="path">The file.</param>
    /// <param name="format">How to read it.</param>
    /// <param name="terminal">Has standard input, and shows what is to be told about how the file was read.</param>
    /// <param name="communicator">Connects ranks that read the file together; null for a process alone.</param>
    public static void Add(Corpus corpus, string path, DataFormat format, Terminal terminal, ICommunicator? communicator)
    {
        if (path == StandardInput)
            corpus.AddRange(Read(path, format, terminal));
        else
            RankRows.Add(corpus, path, format, communicator, NoteOn(terminal));
    }

    /// <summary>Texts, labelled or not; see <see cref="DataFile.ReadTexts(string, DataFormat, Action{string})"/>.</summary>
    public static IEnumerable<TextRow> ReadTexts(string path, DataFormat format, Terminal terminal) => path == StandardInput
        ? DataFile.ReadTexts(terminal.OpenInput(), format, NameOf(path), NoteOn(terminal))
        : DataFile.ReadTexts(path, format, NoteOn(terminal));

    /// <summary>
    /// Texts without labels for a verb whose <c>--format</c> is that of labelled rows: tables are made like these, plain text is
    /// one text a line.
    /// </summary>
    public static IEnumerable<TextRow> ReadUnlabelled(string path, DataFormat format, Terminal terminal)
    {
        string name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        DataKind? kind = Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".tsv" => DataKind.Tsv,
            ".csv" => DataKind.Csv,
            ".jsonl" or ".ndjson" or ".json" => DataKind.Jsonl,
            _ => null,
        };
        DataFormat read = kind switch
        {
            null => new DataFormat(),
            DataKind.Jsonl => new DataFormat { Kind = kind, TextColumn = format.TextColumn },
            DataKind.Tsv => format with { Kind = kind, LabelColumn = null, Delimiter = null },
            DataKind.Csv => format with { Kind = kind, LabelColumn = null },
            _ => throw new ArgumentOutOfRangeException(nameof(path), kind, null),
        };
        return ReadTexts(path, read, terminal);
    }

    /// <summary>A table with a header; see <see cref="DataTable.Open(string, DataFormat, Action{string})"/>.</summary>
    public static DataTable OpenTable(string path, DataFormat format, Terminal terminal) => path == StandardInput
        ? DataTable.Open(terminal.OpenInput(), format, NameOf(path), NoteOn(terminal))
        : DataTable.Open(path, format, NoteOn(terminal));

    // Flags of the data are the same for every verb.
    private static Action<string> NoteOn(Terminal terminal) =>
        note => terminal.Error.WriteLine($"note: {FlagNames.Translate(note, "")}");
}
