using Unroll.Text;

namespace Unroll.Cli.Data;

/// <summary>Reads labelled texts from a file of any <see cref="DataKind"/>, row by row as they are asked for.</summary>
internal static class DataFile
{
    /// <summary>The path of standard input.</summary>
    public const string StandardInput = "-";

    private const string Expected = "a UTF-8 file of labelled texts (TSV, CSV, JSON lines or fastText)";

    /// <summary>The rows of a file in order, at least one.</summary>
    /// <param name="path">The file, or <see cref="StandardInput"/>; gzip is decompressed on the way.</param>
    /// <param name="format">How to read it.</param>
    /// <param name="terminal">Where standard input comes from.</param>
    /// <exception cref="InputException">While rows are taken: the file or a row cannot be used; with file and line.</exception>
    public static IEnumerable<DataRow> Read(string path, DataFormat format, Terminal terminal)
    {
        using Utf8LineReader lines = OpenLines(path, Expected, terminal);
        if (!lines.Read())
            throw new InputException($"{lines.Source}: empty file; expected {Expected}");
        DataKind kind = format.Kind ?? KindDetection.Of(lines);
        lines.ReadAgain();
        RequireUsable(format, kind);
        IEnumerable<DataRow> rows = kind switch
        {
            DataKind.Jsonl => JsonRows.Read(lines, format),
            DataKind.FastText => FastTextRows.Read(lines),
            DataKind.Tsv or DataKind.Csv => LabelledColumns.Read(Table(lines, format, kind), lines.Source, format),
            _ => throw new InvalidOperationException($"no kind of data {kind}"),
        };
        bool any = false;
        foreach (DataRow row in rows)
        {
            if (string.IsNullOrWhiteSpace(row.Label))
                throw new InputException($"{lines.Source}:{row.Line}: the label is empty, expected one; label the row or remove it");
            any = true;
            yield return row;
        }
        if (!any)
        {
            string found = kind is DataKind.Tsv or DataKind.Csv && format.Header ? "a header and no rows" : "no rows";
            throw new InputException($"{lines.Source}: {found}; expected {Expected}");
        }
    }

    /// <summary>What errors call a file.</summary>
    public static string NameOf(string path) => path == StandardInput ? "standard input" : path;

    /// <summary>Opens a file as lines, or standard input.</summary>
    /// <param name="path">The file, or <see cref="StandardInput"/>.</param>
    /// <param name="expected">What the file should be, for the error.</param>
    /// <param name="terminal">Where standard input comes from.</param>
    /// <exception cref="InputException">The file cannot be opened.</exception>
    public static Utf8LineReader OpenLines(string path, string expected, Terminal terminal) => path == StandardInput
        ? InputFile.OpenLines(terminal.OpenInput(), NameOf(path))
        : InputFile.OpenLines(path, expected);

    private static IEnumerable<TableRow> Table(Utf8LineReader lines, DataFormat format, DataKind kind) =>
        kind == DataKind.Tsv ? TsvRows.Read(lines) : CsvRows.Read(lines, format.Delimiter);

    private static void RequireUsable(DataFormat format, DataKind kind)
    {
        string name = kind.ToString().ToLowerInvariant();
        if (format.Delimiter is not null && kind != DataKind.Csv)
            throw new InputException($"--delimiter is for csv, the data is {name}; leave it out or give --format csv");
        if (!format.Header && kind is DataKind.Jsonl or DataKind.FastText)
            throw new InputException($"--no-header is for tsv and csv, the data is {name}; leave it out");
        if (kind == DataKind.FastText && (format.LabelColumn ?? format.TextColumn) is not null)
            throw new InputException($"--label-column and --text-column are for tsv, csv and jsonl, the data is {name}; leave them out");
    }
}
