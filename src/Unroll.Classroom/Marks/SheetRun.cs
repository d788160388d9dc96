using System.Globalization;
using System.Text.RegularExpressions;
using Unroll.Classroom.Sheets;

namespace Unroll.Classroom.Marks;

/// <summary>One run of a sheet: how it ended, what it printed and what it reported.</summary>
/// <param name="Result">How the process ended.</param>
/// <param name="Trace">What the sheet reported.</param>
internal sealed partial record SheetRun(SheetProcessResult Result, SheetTrace Trace)
{
    /// <summary>The losses that it printed, in order, as texts.</summary>
    public string[] PrintedLosses => [.. LossLine().Matches(Result.Output).Select(match => match.Groups[1].Value)];

    /// <summary>Why the process did not end well; null if it did.</summary>
    /// <param name="limit">How long it could run.</param>
    public (SheetStatus Status, string Text)? Failure(TimeSpan limit)
    {
        switch (Result.Stopped)
        {
            case StopReason.None:
                return Result.ExitCode == 0 ? null : (SheetStatus.Crashed, $"crashed: {Crash()}");
            case StopReason.Time:
                string seconds = limit.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
                return (SheetStatus.TimedOut, $"still running after {seconds} s, stopped");
            case StopReason.Output:
                int millions = SheetProcess.MostCharacters >> 20;
                return (SheetStatus.Flooded, $"printed more than {millions} million characters, stopped");
            case StopReason.Memory:
                return (SheetStatus.OutOfMemory, $"held more than {SheetProcess.MostMemory >> 20} MiB of memory, stopped");
            case StopReason.Processes:
                return (SheetStatus.TooManyProcesses, $"ran more than {SheetProcess.MostProcesses} processes at once, stopped");
            case StopReason.Files:
                return (SheetStatus.Flooded, $"wrote more than {SheetProcess.MostFileBytes >> 20} MiB of files, stopped");
            default:
                throw new InvalidOperationException(Result.Stopped.ToString());
        }
    }

    // The exception and the line of the sheet that threw it, from what the runtime prints when a program crashes.
    private string Crash()
    {
        Match exception = UnhandledException().Match(Result.Error);
        if (exception.Success)
        {
            Match line = SheetLine().Match(Result.Error, exception.Index);
            string where = line.Success ? $"line {line.Groups[1].Value}: " : "";
            return Wording.OneLine($"{where}{exception.Groups[1].Value.Trim().TrimEnd('.')}");
        }
        if (Result.Error.Contains("Traceback (most recent call last)", StringComparison.Ordinal))
        {
            MatchCollection lines = PythonLine().Matches(Result.Error);
            string where = lines.Count > 0 ? $"line {lines[^1].Groups[1].Value}: " : "";
            return Wording.OneLine($"{where}{Result.Error.TrimEnd().Split('\n')[^1]}");
        }
        if (Result.Error.Contains("Stack overflow", StringComparison.Ordinal))
            return "stack overflow, a method that calls itself without end";
        if (Result.Error.Contains("Out of memory", StringComparison.Ordinal))
            return "out of memory (1 GiB)";
        // What a sheet says that ends itself, as sys.exit("…") does.
        string last = Result.Error.TrimEnd().Split('\n')[^1];
        string code = string.Create(CultureInfo.InvariantCulture, $"exit code {Result.ExitCode}");
        return last.Length == 0 ? code : Wording.OneLine($"{code}: {last}");
    }

    [GeneratedRegex(@"Unhandled exception\. (?:System\.)?([^\n]*)")]
    private static partial Regex UnhandledException();

    [GeneratedRegex(@"sheet\.cs:line (\d+)")]
    private static partial Regex SheetLine();

    [GeneratedRegex(@"sheet\.py"", line (\d+)")]
    private static partial Regex PythonLine();

    [GeneratedRegex(@"[Ll]oss:?\s*([-+.0-9eE]+)")]
    private static partial Regex LossLine();
}
