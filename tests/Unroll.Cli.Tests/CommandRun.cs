using System.Globalization;
using System.Text;

namespace Unroll.Cli.Tests;

/// <summary>One command line run inside the test process.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    public static CommandRun Of(params string[] args) => With("", onScreen: false, args);

    public static CommandRun With(string input, bool onScreen, params string[] args)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using var error = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using var reader = new StringReader(input);
        var terminal = new Terminal(reader, output, error, onScreen, ErrorIsTerminal: false)
        {
            OpenInput = () => new MemoryStream(Encoding.UTF8.GetBytes(input)),
        };
        int exitCode = UnrollCommand.Run(args, terminal);
        return new CommandRun(exitCode, output.ToString(), error.ToString());
    }

    public string[] OutputLines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
