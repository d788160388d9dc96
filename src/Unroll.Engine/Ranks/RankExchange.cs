using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using Unroll.Engine.Batches;
using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Ranks;

/// <summary>
/// What ranks that train together tell each other. The shards of a batch are dealt to them in order, so that each has a whole
/// subtree of the tree in which gradients are added, and every sum is left + right: the same bytes for any number of ranks.
/// </summary>
/// <remarks>
/// All goes along a hypercube: in round k a rank swaps with the one whose number differs in bit k. With more ranks than shards
/// every R/S-th has one, and the others take what they are told.
/// </remarks>
internal sealed unsafe class RankExchange
{
    private const int MostRanks = 1 << 10;

    private readonly ICommunicator _communicator;
    private readonly AlignedBuffer _received = new();

    /// <summary>Binds the exchange to the ranks.</summary>
    /// <param name="communicator">Connects them.</param>
    public RankExchange(ICommunicator communicator)
    {
        if (!IsSize(communicator.Size))
            throw new ArgumentException($"{communicator.Size} ranks, expected a power of two", nameof(communicator));
        _communicator = communicator;
    }

    /// <summary>The exchange of some ranks; null where there is nobody to exchange with.</summary>
    /// <param name="communicator">Connects them; null for a process alone.</param>
    public static RankExchange? Of(ICommunicator? communicator) =>
        communicator is { Size: > 1 } ? new RankExchange(communicator) : null;

    /// <summary>Whether so many ranks can train together.</summary>
    /// <param name="ranks">How many there are.</param>
    public static bool IsSize(int ranks) => ranks is >= 1 and <= MostRanks && BitOperations.IsPow2(ranks);

    /// <summary>Which rank this is, from 0.</summary>
    public int Rank => _communicator.Rank;

    /// <summary>R.</summary>
    public int Size => _communicator.Size;

    /// <summary>The shards of a batch that this rank takes.</summary>
    /// <param name="batch">The batch.</param>
    public ShardRange ShardsOf(Batch batch)
    {
        int first = FirstShardOf(Rank, batch.ShardCount, Size);
        return new ShardRange(first, FirstShardOf(Rank + 1, batch.ShardCount, Size) - first);
    }

    /// <summary>
    /// Adds up a sum of each rank, in the tree. Rounds halve what is added until each rank has the whole sum of a part; the same
    /// rounds backwards give every rank all of it.
    /// </summary>
    /// <param name="batch">The batch whose shards were added up before; a rank without shards has no sum.</param>
    /// <param name="kernels">Add.</param>
    /// <param name="values">This rank's sum; overwritten with that of all.</param>
    /// <param name="length">How many values there are.</param>
    public void SumTree(Batch batch, IKernels kernels, float* values, int length)
    {
        _received.EnsureLength((length + 1) / 2);
        Span<ValueRange> kept = stackalloc ValueRange[BitOperations.Log2((uint)Size) + 1];
        kept[0] = new ValueRange(0, length);
        int round = 0;
        for (int group = 1; group < Size; group *= 2, round++)
        {
            int peer = Rank ^ group;
            (kept[round + 1], ValueRange given) = Halves(kept[round], isLeft: Rank < peer);
            bool has = HasShards(Rank, group, batch.ShardCount);
            bool peerHas = HasShards(peer, group, batch.ShardCount);
            float* target = values + kept[round + 1].Start;
            int count = peerHas ? kept[round + 1].Count : 0;
            _communicator.Exchange(
                peer, has ? BytesOf(values, given) : [], BytesOf(_received.Pointer, new ValueRange(0, count)));
            if (has)
                kernels.AddScaled(count, 1, _received.Pointer, target);
            else
                _received.Span[..count].CopyTo(new Span<float>(target, count));
        }
        for (int group = Size / 2; group >= 1; group /= 2, round--)
        {
            (ValueRange own, ValueRange other) = Halves(kept[round - 1], isLeft: Rank < (Rank ^ group));
            _communicator.Exchange(Rank ^ group, BytesOf(values, own), BytesOf(values, other));
        }
    }

    /// <summary>Gives every rank what each computed for the tokens of its shards.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="ofTokens">[N, …], without gaps between its rows.</param>
    public void GatherTokens(Batch batch, in Matrix ofTokens)
    {
        Debug.Assert(ofTokens.Stride == ofTokens.Columns, "rows of tokens have no gaps");
        Gather(batch, MemoryMarshal.AsBytes(ValuesOf(ofTokens)), ofTokens.Columns * sizeof(float), areTokens: true);
    }

    /// <summary>Gives every rank what each computed for the sentences of its shards.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="ofRows">[B, …].</param>
    /// <param name="bytes">Of each sentence.</param>
    public void GatherRows(Batch batch, Span<byte> ofRows, int bytes) => Gather(batch, ofRows, bytes, areTokens: false);

    private static int FirstShardOf(int rank, int shards, int ranks) => (int)(((long)rank * shards + ranks - 1) / ranks);

    // Whether the aligned group of so many ranks, that of a rank, has shards: with more ranks than shards only every R/S-th has.
    private bool HasShards(int rank, int group, int shards)
    {
        int first = rank & ~(group - 1);
        return FirstShardOf(first, shards, Size) < FirstShardOf(first + group, shards, Size);
    }

    private static (ValueRange Kept, ValueRange Given) Halves(ValueRange range, bool isLeft)
    {
        var left = new ValueRange(range.Start, range.Count / 2);
        var right = new ValueRange(range.Start + left.Count, range.Count - left.Count);
        return isLeft ? (left, right) : (right, left);
    }

    // Neighbouring groups of ranks have neighbouring rows, so each round swaps one stretch for another.
    private void Gather(Batch batch, Span<byte> all, int bytes, bool areTokens)
    {
        for (int group = 1; group < Size; group *= 2)
        {
            int first = Rank & ~(group - 1);
            _communicator.Exchange(Rank ^ group, Of(first, all), Of(first ^ group, all));

            Span<byte> Of(int firstRank, Span<byte> all)
            {
                int start = PlaceOf(batch, FirstShardOf(firstRank, batch.ShardCount, Size), areTokens);
                int end = PlaceOf(batch, FirstShardOf(firstRank + group, batch.ShardCount, Size), areTokens);
                return all.Slice(checked(start * bytes), checked((end - start) * bytes));
            }
        }
    }

    private static int PlaceOf(Batch batch, int shard, bool areTokens)
    {
        if (shard == batch.ShardCount)
            return areTokens ? batch.TokenCount : batch.Count;
        return areTokens ? batch.ShardAt(shard).FirstToken : batch.ShardAt(shard).FirstRow;
    }

    private static Span<float> ValuesOf(in Matrix matrix) => new(matrix.Pointer, checked(matrix.Rows * matrix.Columns));

    private static Span<byte> BytesOf(float* values, ValueRange range) =>
        MemoryMarshal.AsBytes(new Span<float>(values + range.Start, range.Count));

    private readonly record struct ValueRange(int Start, int Count);
}
