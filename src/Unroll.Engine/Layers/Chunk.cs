using Unroll.Engine.Batches;

namespace Unroll.Engine.Layers;

/// <summary>
/// Neighbouring steps of a shard, of about 256 tokens: their pre-activations, gates and gradients stay in the caches until the
/// products over all of the chunk's steps are done.
/// </summary>
/// <param name="First">The first step.</param>
/// <param name="Steps">How many.</param>
/// <param name="Start">The first token, counted within the shard.</param>
/// <param name="Tokens">How many.</param>
internal readonly record struct Chunk(int First, int Steps, int Start, int Tokens)
{
    private const int EnoughTokens = 256;

    /// <summary>The most tokens that a chunk of a shard of the given rows has.</summary>
    public static int MostTokens(int rows) => EnoughTokens + rows;

    /// <summary>The chunk that begins with a step.</summary>
    public static Chunk From(Shard shard, int first)
    {
        int last = first;
        int start = shard.Offset(first);
        while (last + 1 < shard.Steps && shard.Offset(last) + shard.BatchSize(last) - start < EnoughTokens)
            last++;
        return Of(shard, first, last);
    }

    /// <summary>The chunk that ends with the step before one.</summary>
    public static Chunk EndingBefore(Shard shard, int end)
    {
        int first = end - 1;
        int stop = shard.Offset(first) + shard.BatchSize(first);
        while (first > 0 && stop - shard.Offset(first) < EnoughTokens)
            first--;
        return Of(shard, first, end - 1);
    }

    private static Chunk Of(Shard shard, int first, int last)
    {
        int start = shard.Offset(first);
        return new Chunk(first, last - first + 1, start, shard.Offset(last) + shard.BatchSize(last) - start);
    }
}
