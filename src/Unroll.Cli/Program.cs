using System.Text;
using Unroll.Cli;

var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
Console.OutputEncoding = utf8;
OutputPipe? pipe = OutputPipe.TryOpen();
TextWriter output = pipe is null ? Console.Out : TextWriter.Synchronized(new StreamWriter(pipe, utf8) { AutoFlush = true });
var terminal = new Terminal(Console.In, output, Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected)
{
    OutputIsGone = () => pipe?.IsBroken ?? false,
};
return UnrollCommand.Run(args, terminal);
