using System.CommandLine;
using Unroll.Classroom.Marks;

namespace Unroll.Cli.Verbs;

/// <summary><c>unroll lab grade</c>: compiles, runs and marks students' sheets.</summary>
internal static class LabGradeCommand
{
    private const int Seconds = 60;

    public static Command Create(Terminal terminal)
    {
        var files = new Argument<string[]>("FILE") { Description = "Sheets to mark", Arity = ArgumentArity.OneOrMore };
        var csv = new Option<bool>("--csv") { Description = "Print CSV, a line a sheet" };
        Option<bool> json = Options.Json("Print one JSON object a sheet");
        Option<int> timeout = Options.Integer("--timeout", "Seconds that a sheet may run", Seconds, 1);
        var command = new Command(
            "grade",
            "Build, run and mark students' sheets. "
            + "A sheet is a program that runs with your rights: nothing keeps it from your files")
        {
            files, csv, json, timeout,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(csv) && parsed.GetValue(json))
                throw new InputException("unroll lab grade: --csv and --json, expected one of them; leave one out");
            string[] sheets = parsed.GetRequiredValue(files);
            foreach (string sheet in sheets)
                RequireSheet(sheet);
            IReadOnlyList<SheetScore> scores = Grade(sheets, TimeSpan.FromSeconds(parsed.GetValue(timeout)), terminal);
            if (parsed.GetValue(json))
            {
                foreach (SheetScore score in scores)
                    terminal.Output.WriteLine(JsonOutput.Of(score.WriteFields));
            }
            else if (parsed.GetValue(csv))
            {
                Gradebook.WriteCsv(terminal.Output, scores);
            }
            else
            {
                Gradebook.WriteTable(terminal.Output, scores);
            }
            return 0;
        });
        return command;
    }

    private static IReadOnlyList<SheetScore> Grade(string[] sheets, TimeSpan limit, Terminal terminal)
    {
        SheetGrader grader = CreateGrader(() => new SheetGrader(limit));
        using var interrupted = new Interruption();
        int done = 0;
        try
        {
            return grader.Grade(sheets, Show, interrupted.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            throw new OperationCanceledException(
                $"interrupted after {done} of {sheets.Length} sheets; no marks are printed, begin again");
        }

        void Show(SheetScore score)
        {
            int count = Interlocked.Increment(ref done);
            if (terminal.ErrorIsTerminal && sheets.Length > 1)
                terminal.Error.WriteLine($"{count} of {sheets.Length}: {score}");
        }
    }

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
