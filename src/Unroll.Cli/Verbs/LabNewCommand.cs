using System.CommandLine;
using System.Text;
using Unroll.Classroom.Sheets;
using Unroll.Storage;

namespace Unroll.Cli.Verbs;

/// <summary><c>unroll lab new</c>: writes the student's sheet, which is <c>lab/template.cs</c>.</summary>
internal static class LabNewCommand
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "The sheet to write, a file that ends in .cs" };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace the file if it exists" };
        Option<bool> json = Options.Json("Print what was written as one JSON object");
        var command = new Command("new", "Write a student's sheet: the exercise in one file, with five TODOs")
        {
            file, overwrite, json,
        };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(file);
            Write(path, parsed.GetValue(overwrite));
            terminal.Output.WriteLine(parsed.GetValue(json)
                ? JsonOutput.Of(writer => writer.WriteString("file", path))
                : $"{path}: fill in TODO 1 to 5; {Run(path)} says what is still to do, unroll lab grade {path} marks it");
            return 0;
        });
        return command;
    }

    // Where a project stands, a file has to be named as one.
    private static string Run(string path) =>
        Directory.EnumerateFiles(".", "*.*proj").Any() ? $"dotnet run --file {path}" : $"dotnet run {path}";

    private static void Write(string path, bool overwrite)
    {
        if (!path.EndsWith(".cs", StringComparison.OrdinalIgnoreCase))
            throw new InputException($"{path}: expected a file that ends in .cs, for dotnet run takes no other");
        byte[] sheet = Encoding.UTF8.GetBytes(SheetTemplate.For(Path.GetFileName(path)));
        DurableFile.Write(path, overwrite, output => output.Write(sheet));
    }
}
