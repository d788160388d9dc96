using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Unroll.Engine.Threading;

/// <summary>Work that is cut into numbered parts, which may run at the same time and in any order.</summary>
internal interface IParallelWork
{
    /// <summary>Does one part.</summary>
    /// <param name="part">Which, from 0.</param>
    /// <param name="worker">The number of the thread, from 0: its scratch memory is used by no other thread meanwhile.</param>
    void Execute(int part, int worker);
}

/// <summary>
/// Long-lived threads that share numbered parts of work. They watch for the next work a short while before they sleep, so that a
/// fork and join between two steps of a training costs about a microsecond.
/// </summary>
/// <remarks>
/// <para>
/// The caller, too, watches a short while for the last part to end and then sleeps: where the thread that does it was put aside
/// by the system, it can go on on the caller's processor. Threads beyond the number of processors never watch, for they would
/// take the time of those that work.
/// </para>
/// <para>
/// One 64-bit ticket holds the number of the run and the next free part. Taking a part is a compare-and-swap on the whole ticket,
/// so a thread that comes late from an earlier run cannot take a part of a later one. Nothing is locked and nothing allocated in
/// a run.
/// </para>
/// </remarks>
public sealed class WorkerPool : IDisposable
{
    private const int Spins = 8;

    private static readonly long WatchTicks = Stopwatch.Frequency / 5000;

    private readonly SemaphoreSlim _wake = new(0);
    private readonly SemaphoreSlim _allDone = new(0);
    private readonly Thread[] _threads;
    private IParallelWork? _work;
    private int _parts;
    private long _ticket;
    private int _finished;
    private int _sleepers;
    private int _callerSleeps;
    private volatile bool _stopped;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Starts the threads.</summary>
    /// <param name="workers">How many work at the same time, the caller of Run included; at least 1.</param>
    public WorkerPool(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(workers);
        Workers = workers;
        _threads = new Thread[workers - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Serve(worker)) { IsBackground = true, Name = $"Unroll worker {worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>A pool whose only worker is the caller. It keeps nothing, so any number of threads may use it at once.</summary>
    public static WorkerPool CallerAlone { get; } = new(workers: 1);

    /// <summary>How many work at the same time.</summary>
    public int Workers { get; }

    /// <summary>
    /// Does every part and returns when all are done. Not to be called from two threads at once, unless the caller works alone.
    /// </summary>
    /// <param name="work">The work.</param>
    /// <param name="parts">How many parts it has.</param>
    internal void Run(IParallelWork work, int parts)
    {
        if (_threads.Length == 0 || parts <= 1)
        {
            for (int part = 0; part < parts; part++)
                work.Execute(part, worker: 0);
            return;
        }
        long run = (_ticket >> 32) + 1;
        // First no part of the run before is free any more: a thread that was put aside between reading its ticket and the number
        // of parts would otherwise find a larger number there and take a part of this run under the old ticket.
        Interlocked.Exchange(ref _ticket, ((run - 1) << 32) | int.MaxValue);
        _work = work;
        _parts = parts;
        Volatile.Write(ref _finished, 0);
        Interlocked.Exchange(ref _ticket, run << 32);
        int sleepers = Volatile.Read(ref _sleepers);
        if (sleepers > 0)
            _wake.Release(Math.Min(sleepers, parts - 1));
        TakeParts(run, worker: 0);
        WaitForAll(parts);
        _work = null;
        if (Interlocked.Exchange(ref _failure, null) is { } failure)
            failure.Throw();
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        _stopped = true;
        if (_threads.Length > 0)
            _wake.Release(_threads.Length);
        foreach (Thread thread in _threads)
            thread.Join();
        _wake.Dispose();
        _allDone.Dispose();
    }

    private void WaitForAll(int parts)
    {
        long started = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _finished) < parts)
        {
            if (Stopwatch.GetTimestamp() - started < WatchTicks)
            {
                Thread.SpinWait(Spins);
                continue;
            }
            // Who takes the mark back decides: a thread that took it wakes the caller, once.
            Interlocked.Exchange(ref _callerSleeps, 1);
            bool isDone = Volatile.Read(ref _finished) == parts;
            if (!isDone || Interlocked.Exchange(ref _callerSleeps, 0) == 0)
                _allDone.Wait();
        }
    }

    private void Serve(int worker)
    {
        long seen = 0;
        bool watches = worker < Environment.ProcessorCount;
        while (!_stopped)
        {
            long started = Stopwatch.GetTimestamp();
            while (watches && Volatile.Read(ref _ticket) >> 32 == seen && Stopwatch.GetTimestamp() - started < WatchTicks)
                Thread.SpinWait(Spins);
            if (Volatile.Read(ref _ticket) >> 32 == seen)
            {
                Interlocked.Increment(ref _sleepers);
                // A run that began in between did not see this sleeper; then it must not sleep.
                if (Volatile.Read(ref _ticket) >> 32 == seen && !_stopped)
                    _wake.Wait();
                Interlocked.Decrement(ref _sleepers);
                continue;
            }
            seen = Volatile.Read(ref _ticket) >> 32;
            TakeParts(seen, worker);
        }
    }

    private void TakeParts(long run, int worker)
    {
        while (true)
        {
            long ticket = Volatile.Read(ref _ticket);
            int part = (int)(ticket & int.MaxValue);
            IParallelWork? work = _work;
            int parts = _parts;
            if (ticket >> 32 != run || part >= parts || work is null)
                return;
            if (Interlocked.CompareExchange(ref _ticket, ticket + 1, ticket) != ticket)
                continue;
            try
            {
                work.Execute(part, worker);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
            }
            // Of a later run when this thread is late: then the caller wakes, looks, and sleeps again.
            if (Interlocked.Increment(ref _finished) == parts && Interlocked.Exchange(ref _callerSleeps, 0) == 1)
                _allDone.Release();
        }
    }
}
