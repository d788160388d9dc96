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
