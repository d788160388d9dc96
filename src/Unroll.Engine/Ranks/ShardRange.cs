using Unroll.Engine.Batches;

namespace Unroll.Engine.Ranks;

/// <summary>Neighbouring shards of a batch: those that this process takes.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Count">How many there are.</param>
internal readonly record struct ShardRange(int First, int Count)
{
    /// <summary>Those of a rank; all of them where there are no ranks.</summary>
    /// <param name="ranks">The ranks; null for a process alone.</param>
    /// <param name="batch">The batch.</param>
    public static ShardRange Of(RankExchange? ranks, Batch batch) =>
        ranks?.ShardsOf(batch) ?? new ShardRange(0, batch.ShardCount);
}
