using System.Globalization;
using System.Runtime.InteropServices;
using Unroll.Training;

namespace Unroll.Cli;

/// <summary>
/// Which of several processes of one command this is, where a launcher such as <c>mpirun</c> or <c>srun</c> started them: the
/// first speaks for all.
/// </summary>
internal static class LaunchedRank
{
    private static readonly string[] Numbers = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"];
    private static readonly string[] Sizes = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"];

    // Verbs whose processes work together, and what makes them work each for itself.
    private static readonly string[] Shared = ["train", "search"];
    private static readonly string[] Alone = ["--print-config", "--mpi=false", "--mpi:false", "--mpi false"];

    // What all meet alike, such as a file that is missing, the first one tells; it ends the others meanwhile.
    private static readonly TimeSpan UntilFirstHasTold = TimeSpan.FromSeconds(5);

    /// <summary>Whether a launcher started this process beside others.</summary>
    public static bool IsLaunched => OpenMpiCommunicator.IsStarted || Sizes.Select(NumberOf).Any(size => size > 1);

    /// <summary>The number of the process, from 0; 0 where it was started alone.</summary>
    public static int Own => IsLaunched ? Numbers.Select(NumberOf).FirstOrDefault(rank => rank is not null) ?? 0 : 0;

    /// <summary>Whether another process says what this one would, its mistakes too.</summary>
    /// <param name="args">The command line.</param>
    public static bool IsQuiet(IReadOnlyList<string> args)
    {
        string[] words = [.. args.TakeWhile(word => word != "--")];
        // Before the verb there may be options of all verbs, which have no values.
        string? verb = words.FirstOrDefault(word => !word.StartsWith('-'));
        return Shared.Contains(verb) && !words.Concat(words.Zip(words.Skip(1), (word, next) => $"{word} {next}"))
            .Any(word => Alone.Contains(word, StringComparer.OrdinalIgnoreCase)) && Own > 0;
    }

    /// <summary>
    /// Before a process ends with an error, upon which the launcher ends all: the first is to have told why, if it met that too.
    /// </summary>
    /// <returns>Whether it has not, so that this one is to tell: the launcher did not end the others meanwhile.</returns>
    public static bool LetFirstTell()
    {
        if (Own == 0)
            return true;
        using var ended = new ManualResetEventSlim();
        using var asked = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            ended.Set();
        });
        return !ended.Wait(UntilFirstHasTold);
    }

    private static int? NumberOf(string variable) => int.TryParse(
        Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        ? number
        : null;
}
