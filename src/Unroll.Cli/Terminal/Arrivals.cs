using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Unroll.Cli;

/// <summary>
/// Takes what has arrived: one item where they come slowly, as when a person types, many where they come fast, as from a pipe.
/// </summary>
internal static class Arrivals
{
    /// <summary>Items in order, in batches of what is there; waits only when nothing is.</summary>
    /// <param name="source">Read on a thread of its own, a few batches ahead.</param>
    /// <param name="most">The most items of a batch.</param>
    /// <exception cref="Exception">What the source threw, after the items before it.</exception>
    public static IEnumerable<List<T>> Batches<T>(IEnumerable<T> source, int most)
    {
        // Not disposed of: the reader may still wait for a person and come back to them later. Both are memory alone.
        var waiting = new BlockingCollection<T>(boundedCapacity: 4 * most);
        var abandoned = new CancellationTokenSource();
        ExceptionDispatchInfo? failure = null;
        var reader = new Thread(Read) { IsBackground = true, Name = "Unroll input" };
        reader.Start();
        try
        {
            while (waiting.TryTake(out T? item, Timeout.Infinite))
            {
                var batch = new List<T>(most) { item };
                while (batch.Count < most && waiting.TryTake(out item))
                    batch.Add(item);
                yield return batch;
            }
            failure?.Throw();
        }
        finally
        {
            abandoned.Cancel();
        }

        void Read()
        {
            try
            {
                foreach (T item in source)
                    waiting.Add(item, abandoned.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
            waiting.CompleteAdding();
        }
    }
}
