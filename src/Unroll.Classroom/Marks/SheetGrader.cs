using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Unroll.Classroom.Sheets;

namespace Unroll.Classroom.Marks;

/// <summary>
/// Compiles, runs and marks sheets, as many at once as there are cores. Each sheet has a temporary folder and a process of its
/// own, so that whatever one sheet does, the others are marked. A sheet is a program that runs with the rights of the caller.
/// </summary>
public sealed partial class SheetGrader
{
    private const int MostBytes = 1 << 20;
    private static readonly TimeSpan CompileLimit = TimeSpan.FromSeconds(60);

    private readonly CSharpCompiler _compiler;
    private readonly TimeSpan _limit;

    /// <summary>Finds the .NET SDK, whose compiler builds the sheets.</summary>
    /// <param name="limit">How long one sheet may run.</param>
    /// <exception cref="InputException">There is no SDK.</exception>
    public SheetGrader(TimeSpan limit)
    {
        _compiler = CSharpCompiler.Find();
        _limit = limit;
    }

    /// <summary>Marks sheets; the scores are in the order of the sheets.</summary>
    /// <param name="sheets">Files.</param>
    /// <param name="onScored">Is called with each score as soon as it is known, from several threads.</param>
    /// <param name="cancelled">Stops all sheets.</param>
    /// <exception cref="OperationCanceledException">The sheets were stopped.</exception>
    public async Task<IReadOnlyList<SheetScore>> Grade(
        IReadOnlyList<string> sheets, Action<SheetScore>? onScored = null, CancellationToken cancelled = default)
    {
        var scores = new SheetScore[sheets.Count];
        DirectoryInfo folder = Directory.CreateTempSubdirectory("unroll-lab-");
        try
        {
            var parallel = new ParallelOptions
            {
                MaxDegreeOfParallelism = Environment.ProcessorCount,
                CancellationToken = cancelled,
            };
            await Parallel.ForAsync(0, sheets.Count, parallel, async (i, stop) =>
            {
                DirectoryInfo own = folder.CreateSubdirectory(i.ToString(CultureInfo.InvariantCulture));
                scores[i] = await GradeOne(sheets[i], own.FullName, stop).ConfigureAwait(false);
                onScored?.Invoke(scores[i]);
            }).ConfigureAwait(false);
        }
        finally
        {
            Remove(folder);
        }
        return scores;
    }

    private async Task<SheetScore> GradeOne(string sheet, string folder, CancellationToken cancelled)
    {
        var score = new SheetScore(sheet);
        try
        {
            if (new FileInfo(sheet).Length > MostBytes)
            {
                score.SetStatus(SheetStatus.Unreadable, $"larger than {MostBytes >> 20} MiB, which no sheet is");
                return score;
            }
            string source = Path.Combine(folder, "sheet.cs");
            File.Copy(sheet, source);
            (string? program, string? error) =
                await _compiler.Compile(source, folder, CompileLimit, cancelled).ConfigureAwait(false);
            if (program is null)
                score.SetStatus(SheetStatus.NotCompiled, $"does not compile: {error}");
            else
                await RunAndMark(program, folder, score, cancelled).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
        {
            score.SetStatus(SheetStatus.Unreadable, Wording.OneLine(e.Message));
        }
        return score;
    }

    private async Task RunAndMark(string program, string folder, SheetScore score, CancellationToken cancelled)
    {
        string trace = Path.Combine(folder, "trace.jsonl");
        string workingFolder = Directory.CreateDirectory(Path.Combine(folder, "run")).FullName;
        var start = new ProcessStartInfo(_compiler.Host, ["exec", program]) { WorkingDirectory = workingFolder };
        start.Environment["UNROLL_TRACE"] = trace;
        SheetProcessResult result = await SheetProcess.Run(start, _limit, cancelled).ConfigureAwait(false);
        SheetTrace reported = SheetTrace.Read(trace);
        Rubric.Mark(reported, score);
        if (reported.Problem is not null)
            score.AddRemark(Criterion.Sheet, reported.Problem);
        if (Failure(result) is not var (status, text))
            return;
        if (reported.IsEmpty)
            score.ClearRemarks();
        score.SetStatus(status, reported.IsEmpty ? text : $"{text}; marked by what it had reported");
    }

    // Why the process did not end well; null if it did.
    private (SheetStatus Status, string Text)? Failure(SheetProcessResult result)
    {
        if (result.IsTimedOut)
        {
            string seconds = _limit.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
            return (SheetStatus.TimedOut, $"still running after {seconds} s, stopped");
        }
        if (result.IsFlooded)
            return (SheetStatus.Flooded, $"printed more than {SheetProcess.MostCharacters >> 20} million characters, stopped");
        return result.ExitCode == 0 ? null : (SheetStatus.Crashed, $"crashed: {Crash(result)}");
    }

    // The exception and the line of the sheet that threw it, from what the runtime prints when a program crashes.
    private static string Crash(SheetProcessResult result)
    {
        Match exception = UnhandledException().Match(result.Error);
        if (!exception.Success)
        {
            if (result.Error.Contains("Stack overflow", StringComparison.Ordinal))
                return "stack overflow, a method that calls itself without end";
            if (result.Error.Contains("Out of memory", StringComparison.Ordinal))
                return "out of memory (1 GiB)";
            return string.Create(CultureInfo.InvariantCulture, $"exit code {result.ExitCode}");
        }
        Match line = SheetLine().Match(result.Error, exception.Index);
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
            // On Windows a process that a sheet left behind keeps its files open. The folder is a temporary one, so it may stay.
        }
    }

    [GeneratedRegex(@"Unhandled exception\. (?:System\.)?([^\n]*)")]
    private static partial Regex UnhandledException();

    [GeneratedRegex(@"sheet\.cs:line (\d+)")]
    private static partial Regex SheetLine();
}
