using Unroll.Training;

namespace Unroll.Cli.Runs;

/// <summary>
/// One <c>unroll train</c> as several processes that <c>mpirun</c> or <c>srun</c> started. The first rank prints and writes; the
/// others are quiet, and what goes wrong with one ends all, in one line.
/// </summary>
internal sealed class RankJob
{
    private readonly OpenMpiCommunicator _communicator;

    private RankJob(OpenMpiCommunicator communicator) => _communicator = communicator;

    /// <summary>The folder of a training that can go on; null for none yet.</summary>
    public string? Folder { get; set; }

    /// <summary>Connects the ranks.</summary>
    public ICommunicator Communicator => _communicator;

    /// <summary>Whether this rank prints and writes.</summary>
    public bool IsFirst => _communicator.Rank == 0;

    /// <summary>Threads of a training where none are asked for: one a processor that no other rank of the machine has.</summary>
    public static int UsualThreads => Math.Max(1, Environment.ProcessorCount / OpenMpiCommunicator.RanksOnThisMachine);

    /// <summary>Joins the other ranks, works, and leaves them when all have done so.</summary>
    /// <param name="asked">Whether ranks are asked for; null for where they were started.</param>
    /// <param name="work">Gives the exit code; is given null where there are no ranks.</param>
    /// <param name="tell">Tells of what went wrong, and gives the exit code.</param>
    /// <returns>The exit code.</returns>
    public static int Run(bool? asked, Func<RankJob?, int> work, Func<Exception, int> tell)
    {
        if (!(asked ?? OpenMpiCommunicator.IsStarted))
            return work(null);
        OpenMpiCommunicator communicator = OpenMpiCommunicator.Start();
        var job = new RankJob(communicator);
        try
        {
            int exitCode = work(job);
            communicator.Dispose();
            return exitCode;
        }
        catch (Exception e)
        {
            bool tells = LaunchedRank.LetFirstTell();
            if (e is RankLostException && job.Folder is { } folder)
                e = new IOException($"{e.Message}; go on with unroll train --resume {folder}, over as many ranks as you like", e);
            int exitCode = !tells ? ExitCode.Failed
                : tell(communicator.Rank > 0 ? new OtherRankException(communicator.Rank, e) : e);
            communicator.Abort(exitCode);
            return exitCode;
        }
    }

    /// <summary>Gives every rank what the first has.</summary>
    /// <param name="bytes">That of the first, or null; those of the others are not looked at.</param>
    public byte[]? FromFirst(byte[]? bytes) => new RankAgreement(_communicator).FromFirst(bytes);
}
