using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Unroll.Tests.Ranks;

/// <summary>Ranks that are threads of this process.</summary>
internal sealed class ThreadRanks : IDisposable
{
    private readonly BlockingCollection<byte[]>[,] _sent;
    private readonly CancellationTokenSource _failed = new();

    private ThreadRanks(int size)
    {
        _sent = new BlockingCollection<byte[]>[size, size];
        for (int from = 0; from < size; from++)
        {
            for (int to = 0; to < size; to++)
                _sent[from, to] = [];
        }
    }

    /// <summary>Runs every rank to its end; where one fails, the others end too and its exception is thrown.</summary>
    /// <param name="size">How many ranks there are.</param>
    /// <param name="run">What each does.</param>
    /// <returns>What each gave.</returns>
    public static T[] Run<T>(int size, Func<ICommunicator, T> run)
    {
        using var ranks = new ThreadRanks(size);
        var results = new T[size];
        ExceptionDispatchInfo? failure = null;
        Thread[] threads = [.. Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                results[rank] = run(new Communicator(ranks, rank, size));
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
                ranks._failed.Cancel();
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        failure?.Throw();
        return results;
    }

    /// <summary>Runs every rank, and gives what each failed with.</summary>
    public static Exception?[] Failures(int size, Action<ICommunicator> run) => Run(size, communicator =>
    {
        try
        {
            run(communicator);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    });

    public void Dispose()
    {
        foreach (BlockingCollection<byte[]> each in _sent)
            each.Dispose();
        _failed.Dispose();
    }

    private sealed class Communicator(ThreadRanks ranks, int rank, int size) : ICommunicator
    {
        public int Rank => rank;

        public int Size => size;

        public void Exchange(int peer, ReadOnlySpan<byte> sent, Span<byte> received)
        {
            if (!sent.IsEmpty)
                ranks._sent[rank, peer].Add(sent.ToArray());
            if (!received.IsEmpty)
                ranks._sent[peer, rank].Take(ranks._failed.Token).AsSpan().CopyTo(received[..]);
        }
    }
}
