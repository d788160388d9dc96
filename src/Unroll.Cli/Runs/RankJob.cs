using System.Buffers.Binary;
using Unroll.Training;

namespace Unroll.Cli.Runs;

/// <summary>
/// One <c>unroll train</c> as several processes that <c>mpirun</c> or <c>srun</c> started. The first rank prints and writes; the
/// others are quiet, and what goes wrong with one ends all, in one line.
/// </summary>
internal sealed class RankJob
{
    // What all ranks meet alike, such as a file that is missing, the first one tells; it ends the others meanwhile.
    private static readonly TimeSpan UntilFirstHasTold = TimeSpan.FromSeconds(1);

    private static readonly string[] Alone = ["--print-config", "--mpi=false"];

    private readonly OpenMpiCommunicator _communicator;

    private RankJob(OpenMpiCommunicator communicator) => _communicator = communicator;

    /// <summary>The folder of a training that can go on; null for none yet.</summary>
    public string? Folder { get; set; }

    /// <summary>Connects the ranks.</summary>
    public ICommunicator Communicator => _communicator;

    /// <summary>Whether this rank prints and writes.</summary>
    public bool IsFirst => _communicator.Rank == 0;

    /// <summary>
    /// Whether a command line was started as a rank that is not the first: it prints nothing, not even its
    /// mistakes; the first does.
    /// </summary>
    /// <param name="args">The command line.</param>
    public static bool IsQuietRank(IReadOnlyList<string> args) =>
        OpenMpiCommunicator.IsStarted && OpenMpiCommunicator.StartedRank > 0 && args is ["train", ..]
        && !args.TakeWhile(word => word != "--").Any(Alone.Contains);

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
            if (communicator.Rank > 0)
                Thread.Sleep(UntilFirstHasTold);
            if (e is RankLostException && job.Folder is { } folder)
                e = new IOException($"{e.Message}; go on with unroll train --resume {folder}, over as many ranks as you like", e);
            int exitCode = tell(communicator.Rank > 0 ? new OtherRankException(communicator.Rank, e) : e);
            communicator.Abort(exitCode);
            return exitCode;
        }
    }

    /// <summary>Gives every rank what the first has.</summary>
    /// <param name="bytes">That of the first, or null; those of the others are not looked at.</param>
    public byte[]? FromFirst(byte[]? bytes)
    {
        byte[] length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes?.Length ?? -1);
        for (int rank = 1; IsFirst && rank < _communicator.Size; rank++)
        {
            _communicator.Exchange(rank, length, []);
            _communicator.Exchange(rank, bytes ?? [], []);
        }
        if (IsFirst)
            return bytes;
        _communicator.Exchange(0, [], length);
        int count = BinaryPrimitives.ReadInt32LittleEndian(length);
        if (count < 0)
            return null;
        byte[] received = new byte[count];
        _communicator.Exchange(0, [], received);
        return received;
    }
}
