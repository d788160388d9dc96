using System.Text;
using Unroll;
using Unroll.Cli;

var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
bool isRank = LaunchedRank.IsLaunched;
// A launcher hands output on through a screen that is none: nothing is drawn there, and the console must not steer it.
if (isRank)
    Environment.SetEnvironmentVariable("TERM", "dumb");
Console.OutputEncoding = utf8;
LostOutput? lost = StandardStreams.IsClosed(StandardStreams.Output) ? new LostOutput() : null;
OutputPipe? pipe = lost is null ? OutputPipe.TryOpen(isRank) : null;
TextWriter output = lost is not null ? lost
    : pipe is not null ? TextWriter.Synchronized(new StreamWriter(pipe, utf8) { AutoFlush = true })
    : Console.Out;
bool hasError = !StandardStreams.IsClosed(StandardStreams.Error);
bool hasInput = !StandardStreams.IsClosed(StandardStreams.Input);
var terminal = new Terminal(
    hasInput ? Console.In : TextReader.Null, output, hasError ? Console.Error : TextWriter.Null,
    lost is null && !isRank && !Console.IsOutputRedirected, hasError && !isRank && !Console.IsErrorRedirected)
{
    OpenInput = hasInput
        ? Console.OpenStandardInput
        : () => throw new InputException("standard input is closed, expected something to read; pipe it in or name a file"),
    OutputIsGone = () => lost is not null || (pipe?.IsBroken ?? false),
};
int exitCode = UnrollCommand.Run(args, terminal);
if (exitCode != ExitCode.Done || lost is not { HasLost: true })
    return exitCode;
terminal.Error.WriteLine("error: standard output is closed, so what was to be printed is lost; send it to a file or /dev/null");
return ExitCode.Failed;
