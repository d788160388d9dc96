using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Unroll.Cli.Classroom;

/// <summary>
/// Builds, runs and marks sheets, as many at once as there are cores. Each has a temporary folder and a process of its own; whatever one
/// does, the others are marked.
/// </summary>
/// <param name="compiler">Builds them.</param>
/// <param name="limit">How long one may run.</param>
internal sealed partial class SheetGrader(CSharpCompiler compiler, TimeSpan limit)
{
    private const int LongestSheet = 1 << 20;
    private static readonly TimeSpan CompileLimit = TimeSpan.FromSeconds(60);

    /// <summary>Marks all; the rows are in the sheets' order.</summary>
    /// <param name="sheets">Files.</param>
    /// <param name="marked">Is told of each that is done.</param>
    /// <param name="cancelled">Stops all.</param>
    public async Task<SheetMarks[]> Grade(IReadOnlyList<string> sheets, Action<SheetMarks> marked, CancellationToken cancelled)
    {
        var rows = new SheetMarks[sheets.Count];
        DirectoryInfo folder = Directory.CreateTempSubdirectory("unroll-lab-");
        try
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancelled };
            await Parallel.ForAsync(0, sheets.Count, parallel, async (i, stop) =>
            {
                DirectoryInfo own = folder.CreateSubdirectory(i.ToString(CultureInfo.InvariantCulture));
                rows[i] = await GradeOne(sheets[i], own.FullName, stop).ConfigureAwait(false);
                marked(rows[i]);
            }).ConfigureAwait(false);
        }
        finally
        {
            Remove(folder);
        }
        return rows;
    }

    private async Task<SheetMarks> GradeOne(string sheet, string folder, CancellationToken cancelled)
    {
        var marks = new SheetMarks(sheet);
        try
        {
            if (new FileInfo(sheet).Length > LongestSheet)
            {
                marks.Stop(SheetStatus.Unreadable, $"larger than {LongestSheet >> 20} MiB, which no sheet is");
                return marks;
            }
            string source = Path.Combine(folder, "sheet.cs");
            File.Copy(sheet, source);
            (string? program, string? error) = await compiler.Compile(source, folder, CompileLimit, cancelled).ConfigureAwait(false);
            if (program is null)
                marks.Stop(SheetStatus.NotCompiled, $"does not compile: {error}");
            else
                await RunAndMark(program, folder, marks, cancelled).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            marks.Stop(SheetStatus.Unreadable, Wording.OneLine(e.Message));
        }
        return marks;
    }

    private async Task RunAndMark(string program, string folder, SheetMarks marks, CancellationToken cancelled)
    {
        string trace = Path.Combine(folder, "trace.jsonl");
        string workplace = Directory.CreateDirectory(Path.Combine(folder, "run")).FullName;
        var start = new ProcessStartInfo(compiler.Host, ["exec", program]) { WorkingDirectory = workplace };
        start.Environment["UNROLL_TRACE"] = trace;
        SheetProcessEnd end = await SheetProcess.Run(start, limit, cancelled).ConfigureAwait(false);
        SheetTrace reported = SheetTrace.Read(trace);
        Rubric.Mark(reported, marks);
        if (reported.Problem is not null)
            marks.Say(Criterion.Sheet, reported.Problem);
        bool hasReported = !reported.IsEmpty;
        string untilThen = hasReported ? "; marked by what it had reported" : "";
        if (end.IsTimedOut)
            Stop(SheetStatus.TimedOut, string.Create(CultureInfo.InvariantCulture, $"still running after {limit.TotalSeconds:0.#} s, stopped{untilThen}"));
        else if (end.IsFlooded)
            Stop(SheetStatus.Flooded, $"printed more than {SheetProcess.MostCharacters >> 20} million characters, stopped{untilThen}");
        else if (end.ExitCode != 0)
            Stop(SheetStatus.Crashed, $"crashed: {Crash(end)}{untilThen}");

        void Stop(SheetStatus status, string text)
        {
            if (hasReported)
                marks.Stop(status, text);
            else
                marks.SayOnly(status, text);
        }
    }

    // The exception and the sheet's line, from the runtime's last words.
    private static string Crash(SheetProcessEnd end)
    {
        Match exception = UnhandledException().Match(end.Error);
        if (!exception.Success)
        {
            return end.Error.Contains("Stack overflow", StringComparison.Ordinal)
                ? "stack overflow, a method that calls itself without end"
                : end.Error.Contains("Out of memory", StringComparison.Ordinal)
                ? "out of memory (1 GiB)"
                : string.Create(CultureInfo.InvariantCulture, $"exit code {end.ExitCode}");
        }
        Match line = SheetLine().Match(end.Error, exception.Index);
        string where = line.Success ? $"line {line.Groups[1].Value}: " : "";
        return Wording.OneLine($"{where}{exception.Groups[1].Value.Trim().TrimEnd('.')}");
    }

    private static void Remove(DirectoryInfo folder)
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What a sheet left running holds its files on Windows; the system clears its temporary folder.
        }
    }

    [GeneratedRegex(@"Unhandled exception\. (?:System\.)?([^\n]*)")]
    private static partial Regex UnhandledException();

    [GeneratedRegex(@"sheet\.cs:line (\d+)")]
    private static partial Regex SheetLine();
}
