namespace Unroll.Cli;

/// <summary>Where the program reads and writes, and whether a person is looking.</summary>
/// <param name="Input">Standard input.</param>
/// <param name="Output">Results.</param>
/// <param name="Error">Everything else.</param>
/// <param name="OutputIsTerminal">Whether <paramref name="Output"/> is drawn on a screen.</param>
/// <param name="ErrorIsTerminal">Whether <paramref name="Error"/> is drawn on a screen.</param>
internal sealed record Terminal(
    TextReader Input, TextWriter Output, TextWriter Error, bool OutputIsTerminal, bool ErrorIsTerminal)
{
    /// <summary><see cref="Output"/> for what is a file's content or steers the screen itself.</summary>
    public TextWriter RawOutput { get; init; } = Output;

    /// <summary><see cref="Error"/> for what steers the screen itself.</summary>
    public TextWriter RawError { get; init; } = Error;

    /// <summary>Opens standard input as bytes, for data that names its own encoding or is compressed.</summary>
    public Func<Stream> OpenInput { get; init; } = Console.OpenStandardInput;

    /// <summary>Whether the reader of <see cref="Output"/> has gone, so that a verb with no other result may end.</summary>
    public Func<bool> OutputIsGone { get; init; } = () => false;

    /// <summary>Where a silent process says what ends it; null for <see cref="Error"/>.</summary>
    public TextWriter? LastWords { get; init; }

    /// <summary>The same, for a process that leaves printing to another one.</summary>
    public Terminal Silent() => this with
    {
        Output = TextWriter.Null,
        Error = TextWriter.Null,
        RawOutput = TextWriter.Null,
        RawError = TextWriter.Null,
        LastWords = Error,
        OutputIsTerminal = false,
        ErrorIsTerminal = false,
    };

    /// <summary>
    /// The same, but what comes from outside is shown with its control characters escaped, and on a screen lines break between
    /// words.
    /// </summary>
    public Terminal Guarded() => this with
    {
        Output = new EscapingWriter(OutputIsTerminal ? new WrappingWriter(Output) : Output, linesAreWhole: false),
        Error = new EscapingWriter(ErrorIsTerminal ? new WrappingWriter(Error) : Error, linesAreWhole: true),
    };
}
