using System.CommandLine;
using Spectre.Console;
using Unroll.Classroom.Marks;
using Unroll.Storage;

namespace Unroll.Cli.Verbs;

/// <summary><c>unroll lab grade</c>: compiles, runs and marks students' sheets.</summary>
internal static class LabGradeCommand
{
    private const int Seconds = 60;

    /// <summary>How the marks are printed.</summary>
    private enum MarksFormat
    {
        Table,
        Csv,
        Json,
        JUnit,
        Gradescope,
    }

    public static Command Create(Terminal terminal)
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Sheets to mark: .cs, or .py and .ipynb where Python 3 is installed",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<MarksFormat> format = Options.Choice("--format", "How the marks are printed", MarksFormat.Table);
        var csv = new Option<bool>("--csv") { Description = "Print CSV, a line a sheet; the same as --format csv" };
        Option<bool> json = Options.Json("Print one JSON object a sheet; the same as --format json");
        Option<int> timeout = Options.Integer("--timeout", "Seconds that a sheet may run", Seconds, 1);
        var command = new Command(
            "grade",
            "Build, run and mark students' sheets. Each is run without network and without your files where bwrap or unshare "
            + "can do it; else with your rights. The table says which")
        {
            files, format, csv, json, timeout,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(csv) && parsed.GetValue(json))
                throw new InputException("unroll lab grade: --csv and --json, expected one of them; leave one out");
            MarksFormat chosen = parsed.GetValue(csv) ? MarksFormat.Csv
                : parsed.GetValue(json) ? MarksFormat.Json
                : parsed.GetValue(format);
            if (parsed.GetResult(format) is { Implicit: false } && chosen != parsed.GetValue(format))
            {
                string shorthand = parsed.GetValue(csv) ? "--csv" : "--json";
                throw new InputException($"unroll lab grade: {shorthand} and --format, expected one of them; leave one out");
            }
            string[] sheets = parsed.GetRequiredValue(files);
            foreach (string sheet in sheets)
                RequireSheet(sheet);
            SheetGrader grader = CreateGrader(() => new SheetGrader(TimeSpan.FromSeconds(parsed.GetValue(timeout))));
            Write(terminal.Output, chosen, Grade(grader, sheets, terminal), grader.Protection);
            return 0;
        });
        return command;
    }

    private static void Write(TextWriter output, MarksFormat format, IReadOnlyList<SheetScore> scores, string protection)
    {
        switch (format)
        {
            case MarksFormat.Table:
                Gradebook.WriteTable(output, scores, protection);
                break;
            case MarksFormat.Csv:
                Gradebook.WriteCsv(output, scores);
                break;
            case MarksFormat.Json:
                foreach (SheetScore score in scores)
                    output.WriteLine(JsonOutput.Of(score.WriteFields));
                break;
            case MarksFormat.JUnit:
                Gradebook.WriteJUnit(output, scores);
                break;
            case MarksFormat.Gradescope:
                foreach (SheetScore score in scores)
                    output.WriteLine(JsonLine.Of(json => Gradebook.WriteGradescope(json, score)));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, null);
        }
    }

    private static IReadOnlyList<SheetScore> Grade(SheetGrader grader, string[] sheets, Terminal terminal)
    {
        using var interrupted = new Interruption();
        int done = 0;
        try
        {
            if (!terminal.ErrorIsTerminal || sheets.Length == 1)
                return grader.Grade(sheets, _ => Interlocked.Increment(ref done), interrupted.Token).GetAwaiter().GetResult();
            IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.RawError) });
            return Bar(console).Start(context =>
            {
                ProgressTask task = context.AddTask("sheets", maxValue: sheets.Length);
                task.Description = $"0 of {sheets.Length} sheets";
                return grader.Grade(
                    sheets,
                    _ =>
                    {
                        task.Description = $"{Interlocked.Increment(ref done)} of {sheets.Length} sheets";
                        task.Increment(1);
                    },
                    interrupted.Token).GetAwaiter().GetResult();
            });
        }
        catch (OperationCanceledException)
        {
            throw new OperationCanceledException(
                $"interrupted after {done} of {sheets.Length} sheets; no marks are printed, begin again");
        }
    }

    private static Progress Bar(IAnsiConsole console) => console.Progress()
        .Columns(
            new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(),
            new TaskDescriptionColumn { Alignment = Justify.Left })
        .AutoClear(true);

    /// <summary>Creates the grader; where there is no SDK, the error names the command.</summary>
    internal static SheetGrader CreateGrader(Func<SheetGrader> create)
    {
        try
        {
            return create();
        }
        catch (InputException e)
        {
            throw new InputException($"unroll lab grade: {e.Message}", e);
        }
    }

    private static void RequireSheet(string path)
    {
        if (Directory.Exists(path))
            throw new InputException($"{path}: a folder, expected sheets; name its files, as {Path.Combine(path, "*.cs")}");
        if (!File.Exists(path))
            throw new InputException($"{path}: no such file, expected a sheet; unroll lab new {path} writes one");
    }
}
