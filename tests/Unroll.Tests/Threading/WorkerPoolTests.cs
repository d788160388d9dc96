using System.Diagnostics;
using Unroll.Engine.Threading;
using Xunit;

namespace Unroll.Tests.Threading;

public class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_part_is_done_once_in_every_run(int workers)
    {
        using var pool = new WorkerPool(workers);
        for (int run = 0; run < 3000; run++)
        {
            var work = new Counting(run % 13);
            pool.Run(work, work.Counts.Length);
            Assert.All(work.Counts, count => Assert.Equal(1, count));
            Assert.True(work.LargestWorker < workers);
            // Now and then long enough for the threads to fall asleep.
            if (run % 500 == 499)
                Thread.Sleep(20);
        }
    }

    [Fact]
    public void A_failure_reaches_the_caller_after_all_parts_and_the_pool_goes_on()
    {
        using var pool = new WorkerPool(3);
        var work = new Counting(8) { FailAt = 5 };
        Assert.Throws<InvalidOperationException>(() => pool.Run(work, 8));
        Assert.All(work.Counts, count => Assert.Equal(1, count));
        var next = new Counting(8);
        pool.Run(next, 8);
        Assert.All(next.Counts, count => Assert.Equal(1, count));
    }

    // Threads that watch for work take the time of those that do it, where there are more of them than processors.
    [Fact]
    public void More_threads_than_processors_cost_little()
    {
        int processors = Environment.ProcessorCount;
        using var many = new WorkerPool(4 * processors + 2);
        using var suited = new WorkerPool(processors);
        double ratio = double.PositiveInfinity;
        // Other programs may disturb one of the turns.
        for (int turn = 0; turn < 5 && ratio > 2; turn++)
            ratio = Math.Min(ratio, Milliseconds(many, processors) / Milliseconds(suited, processors));
        Assert.InRange(ratio, 0, 2);
    }

    private static double Milliseconds(WorkerPool pool, int parts)
    {
        var times = new List<double>();
        for (int run = 0; run < 101; run++)
        {
            long started = Stopwatch.GetTimestamp();
            pool.Run(new Busy(), parts);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        return times.Order().ElementAt(times.Count / 2);
    }

    private sealed class Busy : IParallelWork
    {
        private double _sum;

        public void Execute(int part, int worker)
        {
            double sum = 0;
            for (int i = 1; i < 300_000; i++)
                sum += 1.0 / i;
            _sum = sum;
        }
    }

    private sealed class Counting(int parts) : IParallelWork
    {
        private int _largestWorker;

        public int[] Counts { get; } = new int[parts];

        public int FailAt { get; init; } = -1;

        public int LargestWorker => _largestWorker;

        public void Execute(int part, int worker)
        {
            Interlocked.Increment(ref Counts[part]);
            if (worker > Volatile.Read(ref _largestWorker))
                _largestWorker = worker;
            if (part == FailAt)
                throw new InvalidOperationException("part failed");
        }
    }
}
