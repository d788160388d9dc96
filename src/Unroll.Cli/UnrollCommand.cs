using System.CommandLine;
using System.CommandLine.Help;
using Unroll.Cli.Verbs;
using Unroll.Training;

namespace Unroll.Cli;

/// <summary>The <c>unroll</c> command: its verbs, and what their failures look like.</summary>
internal static class UnrollCommand
{
    /// <summary>Runs one command line and returns the exit code.</summary>
    public static int Run(IReadOnlyList<string> args, Terminal terminal)
    {
        terminal = terminal.Guarded();
        var verbose = new Option<bool>("--verbose") { Description = "Show where an error came from", Recursive = true };
        var root = new Command("unroll", "Recurrent networks in C#, every time step in the open.")
        {
            LabCommand.Create(terminal),
            PlayCommand.Create(terminal),
            TrainCommand.Create(terminal),
            EvalCommand.Create(terminal),
            PredictCommand.Create(terminal),
            InspectCommand.Create(terminal),
            ReportCommand.Create(terminal),
            ExportCommand.Create(terminal),
            ImportCommand.Create(terminal),
            ExperimentCommand.Create(terminal),
            ServeCommand.Create(terminal),
            verbose,
            new HelpOption(),
            new VersionOption(),
        };
        ParseResult parsed = root.Parse(args, Options.Parser);
        bool isVerbose = args.Contains("--verbose");
        try
        {
            if (ParseErrors.Describe(parsed) is { } mistake)
                throw new InputException(mistake);
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = terminal.Output,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                // Verbs that can be interrupted save their work first, however long it takes.
                ProcessTerminationTimeout = null,
            });
        }
        catch (Exception e)
        {
            terminal.Error.WriteLine($"error: {FlagNames.Translate(Message(e), parsed.CommandResult.Command.Name)}");
            if (isVerbose)
                terminal.RawError.WriteLine(e);
            return e switch
            {
                InputException => ExitCode.WrongInput,
                OperationCanceledException => ExitCode.Interrupted,
                _ => ExitCode.Failed,
            };
        }
    }

    private static string Message(Exception e) => e switch
    {
        InputException or TrainingDivergedException or OperationCanceledException => e.Message,
        IOException or UnauthorizedAccessException => e.Message.TrimEnd('.'),
        OutOfMemoryException => "not enough memory; take a smaller --batch, --hidden, --embedding or --max-vocabulary",
        _ => $"unexpected {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")} (--verbose shows where)",
    };
}
