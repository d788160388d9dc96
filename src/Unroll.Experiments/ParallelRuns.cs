using System.Runtime.ExceptionServices;

namespace Unroll.Experiments;

/// <summary>Independent runs on all processors, with results in the order of the runs.</summary>
internal static class ParallelRuns
{
    /// <summary>Does every run; each has its own seed, so the results do not depend on who does which.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static TResult[] Of<TRun, TResult>(
        IReadOnlyList<TRun> runs, Func<TRun, TResult> execute, ExperimentLog log, CancellationToken cancellationToken)
    {
        var results = new TResult[runs.Count];
        int next = -1;
        int done = 0;
        var threads = new Task[Math.Clamp(Environment.ProcessorCount, 1, Math.Max(1, runs.Count))];
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = Task.Factory.StartNew(
                Take, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        try
        {
            Task.WaitAll(threads, CancellationToken.None);
        }
        catch (AggregateException e)
        {
            Exception? failure = e.InnerExceptions.FirstOrDefault(inner => inner is not OperationCanceledException);
            ExceptionDispatchInfo.Throw(failure ?? e.InnerExceptions[0]);
        }
        cancellationToken.ThrowIfCancellationRequested();
        return results;

        void Take()
        {
            while (!failed.IsCancellationRequested && Interlocked.Increment(ref next) is var run && run < runs.Count)
            {
                try
                {
                    results[run] = execute(runs[run]);
                }
                catch
                {
                    failed.Cancel();
                    throw;
                }
                lock (results)
                    log.Progress(++done, runs.Count);
            }
        }
    }
}
