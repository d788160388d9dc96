using System.Globalization;

namespace Unroll.Cli;

/// <summary>Which of several processes of one command this is, where <c>mpirun</c> or <c>srun</c> started them.</summary>
internal static class LaunchedRank
{
    private static readonly string[] Variables = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"];

    /// <summary>The number of the process, from 0; 0 where it was started alone.</summary>
    public static int Own => Variables.Select(Environment.GetEnvironmentVariable)
        .Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int rank) ? rank : (int?)null)
        .FirstOrDefault(rank => rank is not null) ?? 0;

    /// <summary>Whether a launcher started it.</summary>
    public static bool IsLaunched => Variables.Any(name => Environment.GetEnvironmentVariable(name) is not null);

    /// <summary>
    /// One of several says what there is to say; of the others errors alone are seen. A launcher gives each a screen of its own,
    /// which nobody looks at: lines stay whole.
    /// </summary>
    /// <param name="terminal">The terminal of the process.</param>
    public static Terminal Quiet(Terminal terminal)
    {
        if (!IsLaunched)
            return terminal;
        bool speaks = Own == 0;
        return terminal with
        {
            Output = speaks ? new EscapingWriter(terminal.RawOutput, linesAreWhole: false) : TextWriter.Null,
            RawOutput = speaks ? terminal.RawOutput : TextWriter.Null,
            Error = speaks ? new EscapingWriter(terminal.RawError, linesAreWhole: true) : TextWriter.Null,
            RawError = speaks ? terminal.RawError : TextWriter.Null,
            OutputIsTerminal = false,
            ErrorIsTerminal = false,
        };
    }
}
