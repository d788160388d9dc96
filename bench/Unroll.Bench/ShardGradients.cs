using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;

namespace Unroll.Bench;

/// <summary>The gradients of a batch's shards, added up in the fixed tree.</summary>
/// <param name="kernels">The kernels that compute.</param>
/// <param name="shards">How many shards there are.</param>
/// <param name="length">Floats of each one's gradients.</param>
internal sealed unsafe class ShardGradients(IKernels kernels, int shards, int length) : IParallelWork
{
    private const int BlockLength = 1 << 14;

    private readonly AlignedBuffer[] _buffers = [.. Enumerable.Range(0, shards).Select(_ => new AlignedBuffer(length))];

    public float* Of(int shard) => _buffers[shard].Pointer;

    public void Clear(int shard) => _buffers[shard].Span[..length].Clear();

    public void Sum(WorkerPool pool)
    {
        if (shards > 1)
            pool.Run(this, (length + BlockLength - 1) / BlockLength);
    }

    void IParallelWork.Execute(int part, int worker)
    {
        int start = part * BlockLength;
        int count = Math.Min(BlockLength, length - start);
        for (int distance = 1; distance < shards; distance *= 2)
        {
            for (int shard = 0; shard + distance < shards; shard += 2 * distance)
                kernels.AddScaled(count, 1, Of(shard + distance) + start, Of(shard) + start);
        }
    }
}
