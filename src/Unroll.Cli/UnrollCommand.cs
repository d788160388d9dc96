using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using Unroll.Cli.Runs;
using Unroll.Cli.Verbs;
using Unroll.Training;

namespace Unroll.Cli;

/// <summary>The <c>unroll</c> command: its verbs, and what their failures look like.</summary>
internal static class UnrollCommand
{
    private static readonly (string Name, Func<Terminal, Command> Create)[] Verbs =
    [
        ("lab", LabCommand.Create), ("play", PlayCommand.Create), ("train", TrainCommand.Create),
        ("search", SearchCommand.Create), ("eval", EvalCommand.Create),
        ("predict", PredictCommand.Create), ("inspect", InspectCommand.Create), ("report", ReportCommand.Create),
        ("export", ExportCommand.Create), ("import", ImportCommand.Create), ("experiment", ExperimentCommand.Create),
        ("serve", ServeCommand.Create), ("completion", CompletionCommand.Create),
    ];

    /// <summary>Runs one command line and returns the exit code.</summary>
    public static int Run(IReadOnlyList<string> args, Terminal terminal)
    {
        args = AskingForHelp(args);
        bool isQuiet = args.TakeWhile(word => word != "--").Contains("--quiet");
        if (isQuiet)
        {
            terminal = terminal with
            {
                Error = new QuietWriter(terminal.Error),
                RawError = new QuietWriter(terminal.RawError),
                ErrorIsTerminal = false,
            };
        }
        terminal = terminal.Guarded();
        if (LaunchedRank.IsQuiet(args))
            terminal = terminal.Silent();
        var verbose = new Option<bool>("--verbose") { Description = "Show where an error came from", Recursive = true };
        var quiet = new Option<bool>("--quiet")
        {
            Description = "Print results, errors and warnings alone",
            Recursive = true,
        };
        var root = new Command("unroll", "Recurrent networks in C#, every time step in the open.")
        {
            quiet,
            verbose,
            new HelpOption(),
            new VersionOption(),
        };
        // The options of all verbs take longer to make than most verbs run: where the first word is a verb, they are that one's.
        foreach ((string name, Func<Terminal, Command> create) in Verbs)
        {
            if (args is not [var first, ..] || first == name || Verbs.All(verb => verb.Name != first))
                root.Subcommands.Add(create(terminal));
        }
        if (CompletionCommand.Suggest(args, root, terminal.Output) is { } suggested)
            return suggested;
        ParseResult parsed = root.Parse(args, Options.Parser);
        bool isVerbose = args.Contains("--verbose");
        try
        {
            if (ParseErrors.Describe(parsed) is { } mistake)
                throw new InputException(mistake);
            using StringWriter? help = parsed.Action is HelpAction
                ? new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" }
                : null;
            int exitCode = parsed.Invoke(new InvocationConfiguration
            {
                Output = help ?? terminal.Output,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                // Verbs that can be interrupted save their work first, however long it takes.
                ProcessTerminationTimeout = null,
            });
            if (help is not null)
                terminal.Output.Write(HelpPages.Of(help.ToString(), parsed.CommandResult.Command));
            return exitCode;
        }
        catch (Exception e)
        {
            bool tells = LaunchedRank.LetFirstTell();
            string verb = parsed.CommandResult.Command.Name;
            // Of a rank that is quiet only the error is heard.
            return terminal.LastWords is { } lastWords && tells
                ? Tell(new OtherRankException(LaunchedRank.Own, e), terminal with { Error = lastWords }, verb, isVerbose)
                : Tell(e, terminal, verb, isVerbose);
        }
    }

    /// <summary>Says in one line what went wrong.</summary>
    /// <param name="e">What went wrong.</param>
    /// <param name="terminal">Where it is said.</param>
    /// <param name="verb">The verb that was run.</param>
    /// <param name="isVerbose">Whether it is said where, too.</param>
    /// <returns>The exit code.</returns>
    public static int Tell(Exception e, Terminal terminal, string verb, bool isVerbose)
    {
        string which = e is OtherRankException { Rank: var rank } ? $"rank {rank}: " : "";
        Exception cause = e is OtherRankException { InnerException: { } inner } ? inner : e;
        terminal.Error.WriteLine($"error: {which}{FlagNames.Translate(Message(cause), verb)}");
        if (isVerbose)
            terminal.RawError.WriteLine(e);
        return cause switch
        {
            InputException => ExitCode.WrongInput,
            OperationCanceledException => ExitCode.Interrupted,
            _ => ExitCode.Failed,
        };
    }

    // unroll help, unroll help train: as unroll --help and unroll train --help.
    private static IReadOnlyList<string> AskingForHelp(IReadOnlyList<string> args) =>
        args is ["help", ..] ? [.. args.Skip(1), "--help"] : args;

    private static string Message(Exception e) => e switch
    {
        InputException or TrainingDivergedException or OperationCanceledException => e.Message,
        IOException or UnauthorizedAccessException => e.Message.TrimEnd('.'),
        OutOfMemoryException => "not enough memory; take a smaller --batch, --hidden, --embedding or --max-vocabulary",
        _ => $"unexpected {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")} (--verbose shows where)",
    };
}
