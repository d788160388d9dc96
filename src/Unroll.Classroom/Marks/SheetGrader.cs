using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Unroll.Classroom.Sheets;

namespace Unroll.Classroom.Marks;

/// <summary>
/// Compiles, runs and marks sheets, as many at once as there are cores. Each sheet has a temporary folder and processes of its
/// own, so that whatever one sheet does, the others are marked. Where the system has a way, they run locked in.
/// </summary>
public sealed class SheetGrader
{
    private const int MostBytes = 1 << 20;
    private static readonly TimeSpan CompileLimit = TimeSpan.FromSeconds(60);

    private readonly Lazy<CSharpCompiler> _compiler;
    private readonly TimeSpan _limit;
    private readonly SandboxKind? _kind;
    private readonly bool _isRunAgain;
    private readonly Lazy<Task<PythonInterpreter?>> _python = new(() => PythonInterpreter.Find());
    private Sandbox? _sandbox;

    /// <summary>Finds the .NET SDK, whose compiler builds the sheets.</summary>
    /// <param name="limit">How long one sheet may run.</param>
    /// <exception cref="InputException">There is no SDK.</exception>
    public SheetGrader(TimeSpan limit)
        : this(limit, null)
    {
    }

    /// <summary>The same, with or without a sandbox, and with or without further runs.</summary>
    internal SheetGrader(TimeSpan limit, SandboxKind? kind, bool isRunAgain = true)
    {
        CSharpCompiler compiler = CSharpCompiler.Find();
        _compiler = new Lazy<CSharpCompiler>(() => compiler);
        _limit = limit;
        _kind = kind;
        _isRunAgain = isRunAgain;
    }

    /// <summary>What sheets are kept from, once <see cref="Grade"/> has begun: a few words for below the table.</summary>
    public string Protection
    {
        get
        {
            string seconds = _limit.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
            return $"run {_sandbox?.Protection ?? "not yet"}; "
                + $"limits: {seconds} s, {SheetProcess.MostMemory >> 20} MiB of memory, "
                + $"{SheetProcess.MostProcesses} processes, {SheetProcess.MostCharacters >> 20} million characters";
        }
    }

    /// <summary>Marks sheets; the scores are in the order of the sheets.</summary>
    /// <param name="sheets">Files: .cs, or .py and .ipynb where Python is installed.</param>
    /// <param name="onScored">Is called with each score as soon as it is known, from several threads.</param>
    /// <param name="cancelled">Stops all sheets.</param>
    /// <exception cref="OperationCanceledException">The sheets were stopped.</exception>
    public async Task<IReadOnlyList<SheetScore>> Grade(
        IReadOnlyList<string> sheets, Action<SheetScore>? onScored = null, CancellationToken cancelled = default)
    {
        ArgumentNullException.ThrowIfNull(sheets);
        var scores = new SheetScore[sheets.Count];
        _sandbox ??= await Sandbox.Find(_kind).ConfigureAwait(false);
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
                Remove(own);
                onScored?.Invoke(scores[i]);
            }).ConfigureAwait(false);
        }
        finally
        {
            Remove(folder);
        }
        SheetCopies.Tell(scores);
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
            if (PythonInterpreter.Takes(sheet))
                await GradePython(sheet, folder, score, cancelled).ConfigureAwait(false);
            else
                await GradeCSharp(sheet, folder, score, cancelled).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
        {
            score.SetStatus(SheetStatus.Unreadable, Wording.OneLine(e.Message));
        }
        return score;
    }

    private async Task GradeCSharp(string sheet, string folder, SheetScore score, CancellationToken cancelled)
    {
        CSharpCompiler compiler = _compiler.Value;
        CompiledSheet compiled = await compiler.Compile(sheet, folder, CompileLimit, cancelled).ConfigureAwait(false);
        if (compiled.Program is not { } program)
        {
            score.SetStatus(SheetStatus.NotCompiled, $"does not compile: {compiled.Error}");
            return;
        }
        string[] readable = [Path.GetDirectoryName(compiler.Host)!];
        var start = new SheetStart(
            folder, Path.GetDirectoryName(program)!, readable,
            seen => [compiler.Host, "exec", Path.Combine(seen, Path.GetFileName(program))]);
        await RunAndMark(start, compiled.Sentences, score, cancelled).ConfigureAwait(false);
    }

    private async Task GradePython(string sheet, string folder, SheetScore score, CancellationToken cancelled)
    {
        if (await _python.Value.ConfigureAwait(false) is not { } python)
        {
            score.SetStatus(SheetStatus.NotRun, "not run: it is for Python 3, which is not installed here");
            return;
        }
        string program = Directory.CreateDirectory(Path.Combine(folder, "program")).FullName;
        CompiledSheet prepared = await PythonInterpreter.Prepare(sheet, program).ConfigureAwait(false);
        if (prepared.Program is null)
        {
            score.SetStatus(SheetStatus.NotCompiled, $"does not compile: {prepared.Error}");
            return;
        }
        var start = new SheetStart(
            folder, program, python.Folders, seen =>
                [python.Program, "-B", Path.Combine(seen, Path.GetFileName(prepared.Program))]);
        await RunAndMark(start, prepared.Sentences, score, cancelled).ConfigureAwait(false);
    }

    private async Task RunAndMark(SheetStart start, int sentences, SheetScore score, CancellationToken cancelled)
    {
        SheetRun first = await Run(start, "run", null, cancelled).ConfigureAwait(false);
        Rubric.Mark(first.Trace, score);
        if (first.Trace.Problem is not null)
            score.AddRemark(Criterion.Sheet, first.Trace.Problem);
        if (first.Failure(_limit) is var (status, text))
        {
            if (first.Trace.IsEmpty)
                score.ClearRemarks();
            score.SetStatus(status, first.Trace.IsEmpty ? text : $"{text}; marked by what it had reported");
            return;
        }
        if (!_isRunAgain || score.Status != SheetStatus.Marked || score.Total == score[Criterion.Parameters])
            return;
        var second = new SecondRun(first.Trace.Updates);
        foreach (bool turns in new[] { true, false })
        {
            SheetRun again = await Run(start, $"again-{turns}", second.Setting(turns), cancelled).ConfigureAwait(false);
            double before = score.Total;
            SecondRun.Confirm(score, first, again, sentences, _limit);
            if (score.Total < before)
                return;
        }
    }

    private async Task<SheetRun> Run(SheetStart start, string name, string? again, CancellationToken cancelled)
    {
        // The folder is the sheet's; what it wrote is read after its end.
        string work = Directory.CreateDirectory(Path.Combine(start.Folder, name)).FullName;
        ProcessStartInfo process = _sandbox!.Start(start.Folder, start.Program, work, start.Readable, start.Command);
        process.Environment["UNROLL_TRACE"] = "trace.jsonl";
        if (again is not null)
            process.Environment["UNROLL_AGAIN"] = again;
        SheetProcessResult result = await SheetProcess.Run(process, _limit, cancelled, isWatched: true).ConfigureAwait(false);
        var trace = new FileInfo(Path.Combine(work, "trace.jsonl"));
        return new SheetRun(result, trace.LinkTarget is null ? SheetTrace.Read(trace.FullName) : new SheetTrace());
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

    // How a sheet is started, whatever its language.
    private sealed record SheetStart(
        string Folder, string Program, IReadOnlyList<string> Readable, Func<string, string[]> Command);
}
