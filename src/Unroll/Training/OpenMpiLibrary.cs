using System.Runtime.InteropServices;

namespace Unroll.Training;

/// <summary>
/// The functions of Open MPI that <see cref="OpenMpiCommunicator"/> calls, from the library that the system has: nothing of it is
/// in a package. Handles such as MPI_COMM_WORLD are addresses of its data.
/// </summary>
internal sealed unsafe partial class OpenMpiLibrary
{
    private const string Name = "libmpi.so.40";
    private const int Now = 2;
    private const int Global = 0x100;

    private readonly delegate* unmanaged<void*, void*, int, int*, int> _initThread;
    private readonly delegate* unmanaged<int> _finalize;
    private readonly delegate* unmanaged<nint, int, int> _abort;
    private readonly delegate* unmanaged<nint, int*, int> _rank;
    private readonly delegate* unmanaged<nint, int*, int> _size;
    private readonly delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int> _send;
    private readonly delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int> _receive;
    private readonly delegate* unmanaged<int, nint*, int*, void*, int> _testAll;
    private readonly nint _world;
    private readonly nint _byte;

    /// <summary>Loads the library.</summary>
    /// <exception cref="InputException">The system has none.</exception>
    public OpenMpiLibrary()
    {
        nint library;
        try
        {
            // Its plug-ins look for its symbols among all of the process.
            library = OperatingSystem.IsLinux() ? Open(Name, Now | Global) : 0;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw Missing(e);
        }
        if (library == 0)
            throw Missing(null);
        try
        {
            _initThread = (delegate* unmanaged<void*, void*, int, int*, int>)Find("MPI_Init_thread");
            _finalize = (delegate* unmanaged<int>)Find("MPI_Finalize");
            _abort = (delegate* unmanaged<nint, int, int>)Find("MPI_Abort");
            _rank = (delegate* unmanaged<nint, int*, int>)Find("MPI_Comm_rank");
            _size = (delegate* unmanaged<nint, int*, int>)Find("MPI_Comm_size");
            _send = (delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)Find("MPI_Isend");
            _receive = (delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)Find("MPI_Irecv");
            _testAll = (delegate* unmanaged<int, nint*, int*, void*, int>)Find("MPI_Testall");
            _world = Find("ompi_mpi_comm_world");
            _byte = Find("ompi_mpi_byte");
        }
        catch (EntryPointNotFoundException e)
        {
            throw Missing(e);
        }

        nint Find(string symbol) => NativeLibrary.GetExport(library, symbol);
    }

    /// <summary>Enters MPI. Calls come from one thread at a time.</summary>
    public void Initialize()
    {
        const int serialized = 2;
        int provided;
        Require(_initThread(null, null, serialized, &provided), "MPI_Init_thread");
    }

    /// <summary>Leaves MPI, when all ranks do.</summary>
    public void Leave() => _ = _finalize();

    /// <summary>Ends all ranks.</summary>
    /// <param name="exitCode">What the job's starter shall return.</param>
    public void Abort(int exitCode) => _ = _abort(_world, exitCode);

    /// <summary>Which rank this is, and how many there are.</summary>
    public (int Rank, int Size) Place
    {
        get
        {
            int rank, size;
            Require(_rank(_world, &rank), "MPI_Comm_rank");
            Require(_size(_world, &size), "MPI_Comm_size");
            return (rank, size);
        }
    }

    /// <summary>Begins to send and to receive.</summary>
    /// <param name="peer">The other rank.</param>
    /// <param name="sent">Bytes that must stay in place.</param>
    /// <param name="sentLength">How many; none sends nothing.</param>
    /// <param name="received">Overwritten.</param>
    /// <param name="receivedLength">How many.</param>
    /// <param name="requests">Room for two.</param>
    /// <returns>How many requests began.</returns>
    public int Begin(int peer, byte* sent, int sentLength, byte* received, int receivedLength, nint* requests)
    {
        int count = 0;
        if (receivedLength > 0)
            Require(_receive(received, receivedLength, _byte, peer, 0, _world, &requests[count++]), "MPI_Irecv");
        if (sentLength > 0)
            Require(_send(sent, sentLength, _byte, peer, 0, _world, &requests[count++]), "MPI_Isend");
        return count;
    }

    /// <summary>Whether requests are done.</summary>
    public bool AreDone(nint* requests, int count)
    {
        int done;
        Require(_testAll(count, requests, &done, null), "MPI_Testall");
        return done != 0;
    }

    private static void Require(int error, string function)
    {
        if (error != 0)
            throw new IOException($"{function} of Open MPI failed with error {error}; look at what mpirun says");
    }

    private static InputException Missing(Exception? inner)
    {
        const string message = "TrainingOptions.Communicator needs Open MPI 4 and " + Name + " cannot be loaded; install it " +
            "(Debian: openmpi-bin), or train without ranks";
        return inner is null ? new InputException(message) : new InputException(message, inner);
    }

    [LibraryImport("libc", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Open(string path, int flags);
}
