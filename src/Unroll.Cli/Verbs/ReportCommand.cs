using System.CommandLine;
using Unroll.Cli.Runs;

namespace Unroll.Cli.Verbs;

/// <summary><c>unroll report</c>: run folders as one HTML file.</summary>
internal static class ReportCommand
{
    public static Command Create(Terminal terminal)
    {
        var runs = new Argument<string[]>("RUN")
        {
            Description = "Folders that unroll train or unroll lab made; several are laid side by side",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--out") { Description = "HTML file to write", HelpName = "FILE", Required = true };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace the file if it exists" };
        Option<bool> json = Options.Json("Print what was written as one JSON object");
        var command = new Command("report", "Write runs as one HTML page that opens from disk") { runs, output, overwrite, json };
        command.SetAction(parsed =>
        {
            string file = parsed.GetRequiredValue(output);
            string[] folders = parsed.GetRequiredValue(runs);
            RunPage.Write(file, parsed.GetValue(overwrite), folders);
            foreach (string note in folders.Select(RunFiles.NoteOf).OfType<string>())
                terminal.Error.WriteLine($"warning: {note}");
            long bytes = new FileInfo(file).Length;
            terminal.Output.WriteLine(parsed.GetValue(json)
                ? JsonOutput.Of(writer =>
                {
                    writer.WriteString("file", file);
                    writer.WriteNumber("bytes", bytes);
                    writer.WriteNumber("runs", folders.Length);
                })
                : $"{file}: {folders.Length} run{(folders.Length == 1 ? "" : "s")}; open it in a browser");
            return 0;
        });
        return command;
    }
}
