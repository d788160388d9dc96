using Unroll.Data;

namespace Unroll.Cli;

/// <summary>The library's data door for a path of the command line, which may be standard input.</summary>
internal static class DataInput
{
    /// <summary>The path of standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>What errors call a file.</summary>
    public static string NameOf(string path) => path == StandardInput ? "standard input" : path;

    /// <summary>Labelled rows; see <see cref="DataFile.Read(string, DataFormat)"/>.</summary>
    public static IEnumerable<LabelledText> Read(string path, DataFormat format, Terminal terminal) => path == StandardInput
        ? DataFile.Read(terminal.OpenInput(), format, NameOf(path))
        : DataFile.Read(path, format);

    /// <summary>One text a line; see <see cref="DataFile.ReadLines(string)"/>.</summary>
    public static IEnumerable<string> ReadLines(string path, Terminal terminal) => path == StandardInput
        ? DataFile.ReadLines(terminal.OpenInput(), NameOf(path))
        : DataFile.ReadLines(path);

    /// <summary>A table with a header; see <see cref="DataTable.Open(string, DataFormat)"/>.</summary>
    public static DataTable OpenTable(string path, DataFormat format, Terminal terminal) => path == StandardInput
        ? DataTable.Open(terminal.OpenInput(), format, NameOf(path))
        : DataTable.Open(path, format);
}
