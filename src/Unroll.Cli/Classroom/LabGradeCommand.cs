using System.CommandLine;

namespace Unroll.Cli.Classroom;

/// <summary><c>unroll lab grade</c>: builds, runs and marks students' sheets.</summary>
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
            "Build, run and mark students' sheets. A sheet is a program that runs with your rights: nothing keeps it from your files")
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
            SheetMarks[] rows = Grade(sheets, TimeSpan.FromSeconds(parsed.GetValue(timeout)), terminal);
            if (parsed.GetValue(json))
            {
                foreach (SheetMarks row in rows)
                    terminal.Output.WriteLine(MarkSheet.ToJson(row));
            }
            else if (parsed.GetValue(csv))
            {
                MarkSheet.WriteCsv(terminal.Output, rows);
            }
            else
            {
                MarkSheet.WriteTable(terminal.Output, rows);
            }
            return 0;
        });
        return command;
    }

    private static SheetMarks[] Grade(string[] sheets, TimeSpan limit, Terminal terminal)
    {
        var grader = new SheetGrader(CSharpCompiler.Find(), limit);
        using var interrupted = new Interruption();
        int done = 0;
        try
        {
            return grader.Grade(sheets, Show, interrupted.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            throw new OperationCanceledException($"interrupted after {done} of {sheets.Length} sheets; no marks are printed, begin again");
        }

        void Show(SheetMarks row)
        {
            int count = Interlocked.Increment(ref done);
            if (terminal.ErrorIsTerminal && sheets.Length > 1)
                terminal.Error.WriteLine($"{count} of {sheets.Length}: {Wording.OneLine(row.Sheet)} {Wording.Marks(row.Total)}");
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
