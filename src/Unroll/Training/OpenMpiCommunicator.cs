using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Unroll.Training;

/// <summary>
/// Ranks that Open MPI connects: <c>mpirun -n R program</c>, or what else starts programs of MPI, such as <c>srun --mpi=pmix</c>.
/// Open MPI is loaded when <see cref="Start"/> is called, from the system.
/// </summary>
public sealed unsafe class OpenMpiCommunicator : ICommunicator, IDisposable
{
    // Of messages in one piece.
    private const int MostBytes = 1 << 30;

    // mpirun asks with SIGTERM, and a second later it kills.
    private const double SecondsToEnd = 0.4;
    private const int Spins = 2000;

    private readonly OpenMpiLibrary _library;
    private readonly PosixSignalRegistration _terminated;
    private long _askedToEnd;
    private volatile bool _isWaiting;

    private OpenMpiCommunicator(OpenMpiLibrary library)
    {
        _library = library;
        _library.Initialize();
        (Rank, Size) = _library.Place;
        _terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            Interlocked.CompareExchange(ref _askedToEnd, Stopwatch.GetTimestamp(), 0);
            // Who waits for a rank that is gone shall say so.
            if (_isWaiting)
                context.Cancel = true;
        });
    }

    /// <summary>Which rank this process is, from 0.</summary>
    public int Rank { get; }

    /// <summary>R: how many ranks there are.</summary>
    public int Size { get; }

    /// <summary>Whether this process was started as one of several ranks, as far as its environment says.</summary>
    public static bool IsStarted => NumberOf("OMPI_COMM_WORLD_SIZE") is > 1
        || (Environment.GetEnvironmentVariable("PMIX_RANK") is not null && NumberOf("SLURM_NTASKS") is > 1);

    /// <summary>How many ranks were started on this machine, itself included; 1 where none were.</summary>
    public static int RanksOnThisMachine =>
        Math.Max(1, NumberOf("OMPI_COMM_WORLD_LOCAL_SIZE") ?? NumberOf("SLURM_NTASKS_PER_NODE") ?? 1);

    /// <summary>Loads Open MPI and joins the other ranks. A process can do it once.</summary>
    /// <exception cref="InputException">There is no Open MPI 4 on this machine.</exception>
    /// <exception cref="IOException">Open MPI cannot begin.</exception>
    public static OpenMpiCommunicator Start() => new(new OpenMpiLibrary());

    /// <summary>Sends bytes to another rank and receives those that it sends in the same call.</summary>
    /// <param name="peer">The other rank.</param>
    /// <param name="sent">What it receives.</param>
    /// <param name="received">Overwritten; as long as what the other rank sends.</param>
    /// <exception cref="RankLostException">
    /// This process was asked to end while it waited, as mpirun does when a rank is gone.
    /// </exception>
    public void Exchange(int peer, ReadOnlySpan<byte> sent, Span<byte> received)
    {
        while (!sent.IsEmpty || !received.IsEmpty)
        {
            int toSend = Math.Min(sent.Length, MostBytes);
            int toReceive = Math.Min(received.Length, MostBytes);
            ExchangePiece(peer, sent[..toSend], received[..toReceive]);
            sent = sent[toSend..];
            received = received[toReceive..];
        }
    }

    /// <summary>Ends all ranks at once, this one too where MPI can.</summary>
    /// <param name="exitCode">What mpirun shall return.</param>
    public void Abort(int exitCode) => _library.Abort(exitCode);

    /// <summary>Leaves MPI; returns when all ranks do.</summary>
    public void Dispose()
    {
        _library.Leave();
        _terminated.Dispose();
    }

    private void ExchangePiece(int peer, ReadOnlySpan<byte> sent, Span<byte> received)
    {
        nint* requests = stackalloc nint[2];
        fixed (byte* from = sent, to = received)
        {
            int count = _library.Begin(peer, from, sent.Length, to, received.Length, requests);
            _isWaiting = true;
            try
            {
                for (int tests = 1; !_library.AreDone(requests, count); tests++)
                {
                    if (tests % Spins != 0)
                        continue;
                    Thread.Yield();
                    RequirePeer(peer);
                }
            }
            finally
            {
                _isWaiting = false;
            }
        }
    }

    private void RequirePeer(int peer)
    {
        long asked = Interlocked.Read(ref _askedToEnd);
        if (asked != 0 && Stopwatch.GetElapsedTime(asked).TotalSeconds > SecondsToEnd)
            throw new RankLostException($"a rank has ended before its time, and rank {Rank} waited for rank {peer} in vain");
    }

    private static int? NumberOf(string variable) =>
        int.TryParse(
            Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : null;
}
