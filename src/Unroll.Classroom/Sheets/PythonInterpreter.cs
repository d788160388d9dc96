using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Unroll.Classroom.Sheets;

/// <summary>Python 3, where it is installed: it runs the sheets that were handed in as .py or .ipynb.</summary>
internal sealed class PythonInterpreter
{
    private const string Question = "import sys; print(sys.executable); print(sys.prefix); print(sys.base_prefix); "
        + "print(sys.version_info[0])";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private PythonInterpreter(string program, IReadOnlyList<string> folders)
    {
        Program = program;
        Folders = folders;
    }

    /// <summary>The interpreter.</summary>
    public string Program { get; }

    /// <summary>The folders that it needs.</summary>
    public IReadOnlyList<string> Folders { get; }

    /// <summary>Whether a sheet is one for Python.</summary>
    public static bool Takes(string sheet) =>
        sheet.EndsWith(".py", StringComparison.OrdinalIgnoreCase) || IsNotebook(sheet);

    /// <summary>Finds the interpreter that the user would get; null if there is none.</summary>
    public static async Task<PythonInterpreter?> Find()
    {
        foreach (string name in new[] { "python3", "python" })
        {
            try
            {
                SheetProcessResult result = await SheetProcess
                    .Run(new ProcessStartInfo(name, ["-c", Question]), Limit, CancellationToken.None).ConfigureAwait(false);
                string[] lines = result.Output.Split('\n', StringSplitOptions.TrimEntries);
                if (result.ExitCode != 0 || lines.Length < 4 || lines[3] != "3")
                    continue;
                string program = new FileInfo(lines[0]).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? lines[0];
                // An environment finds its packages by the path that it is called by.
                return new PythonInterpreter(lines[1] == lines[2] ? program : lines[0], [lines[1], lines[2]]);
            }
            catch (Exception e) when (e is IOException or System.ComponentModel.Win32Exception)
            {
                // The next name.
            }
        }
        return null;
    }

    /// <summary>Writes what runs a sheet: the sheet, report.py and what the grader adds to it.</summary>
    /// <param name="sheet">The sheet, a .py or .ipynb.</param>
    /// <param name="folder">Where the files go.</param>
    /// <returns>The number of sentences that can be others when it runs again, or what is wrong with the file.</returns>
    public static async Task<CompiledSheet> Prepare(string sheet, string folder)
    {
        string text;
        try
        {
            text = TextOf(sheet);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return new CompiledSheet(null, "not a notebook: expected JSON with cells", 0);
        }
        var prepared = SheetSource.OfPython(text);
        string run = Path.Combine(folder, "again.py");
        await File.WriteAllTextAsync(Path.Combine(folder, "sheet.py"), prepared.Text).ConfigureAwait(false);
        await File.WriteAllTextAsync(Path.Combine(folder, "report.py"), SheetTemplate.PythonReport).ConfigureAwait(false);
        await File.WriteAllTextAsync(run, SheetTemplate.PythonAgain).ConfigureAwait(false);
        return new CompiledSheet(run, null, prepared.Sentences);
    }

    /// <summary>The code of a sheet, of a notebook that of its cells.</summary>
    /// <exception cref="JsonException">It is not a notebook.</exception>
    public static string TextOf(string sheet)
    {
        string text = File.ReadAllText(sheet);
        return IsNotebook(sheet) ? CellsOf(text) : text;
    }

    // The code of a notebook, without what is said to the notebook itself.
    private static string CellsOf(string notebook)
    {
        using JsonDocument json = JsonDocument.Parse(notebook);
        var code = new StringBuilder();
        foreach (JsonElement cell in json.RootElement.GetProperty("cells").EnumerateArray())
        {
            if (cell.GetProperty("cell_type").GetString() != "code")
                continue;
            JsonElement source = cell.GetProperty("source");
            string text = source.ValueKind == JsonValueKind.Array
                ? string.Concat(source.EnumerateArray().Select(line => line.GetString()))
                : source.GetString() ?? "";
            foreach (string line in text.Split('\n'))
            {
                bool isForNotebook = line.TrimStart() is ['%' or '!', ..];
                code.Append(isForNotebook ? "pass" : line).Append('\n');
            }
        }
        return code.ToString();
    }

    private static bool IsNotebook(string sheet) => sheet.EndsWith(".ipynb", StringComparison.OrdinalIgnoreCase);
}
