using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Wasm;
using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Layers;

/// <summary>
/// Dropout (Srivastava et al., 2014), scaled so that the mean stays: y = x ⊙ mask / (1 - p), and the same for the gradient.
/// </summary>
/// <remarks>
/// The mask is a hash of seed, step, site and place, not a stream of draws: it is computed again in the backward pass instead of
/// being kept, and does not depend on which thread computes it. It is not PyTorch's mask.
/// </remarks>
internal static unsafe class Dropout
{
    // 2³² over the golden ratio: neighbouring places are far apart.
    private const uint Spread = 0x9E3779B1u;

    /// <summary>y = x ⊙ mask / (1 - p); y may be x.</summary>
    /// <param name="p">The share that becomes zero, 0 ≤ p &lt; 1.</param>
    /// <param name="key">From <see cref="Scatter.Key"/>.</param>
    /// <param name="first">The place of the first value among all that share the key.</param>
    /// <param name="count">Values.</param>
    /// <param name="x">Values going in.</param>
    /// <param name="y">Values coming out; overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(float p, uint key, long first, long count, float* x, float* y)
    {
        uint threshold = ThresholdOf(p);
        float scale = 1 / (1 - p);
        long i = 0;
        if (PackedSimd.IsSupported)
            i = ApplyInWasm(threshold, scale, key, (uint)first, count, x, y);
        Vector<uint> place = new Vector<uint>((uint)(first + i)) + Vector<uint>.Indices;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count, place += new Vector<uint>((uint)Vector<uint>.Count))
        {
            Vector<uint> hash = Scatter.Mix(place * Spread ^ new Vector<uint>(key));
            Vector<float> dropped = Vector.AsVectorSingle(Vector.LessThan(hash, new Vector<uint>(threshold)));
            Vector.Store(Vector.AndNot(Vector.Load(x + i) * scale, dropped), y + i);
        }
        for (; i < count; i++)
            y[i] = IsDropped(first + i, key, threshold) ? 0 : x[i] * scale;
    }

    /// <summary>
    /// Some ids become another id: whole words are dropped, and that id learns to stand for words that are not known.
    /// </summary>
    /// <param name="p">The share of ids that become <paramref name="replacement"/>, 0 ≤ p &lt; 1.</param>
    /// <param name="key">From <see cref="Scatter.Key"/>.</param>
    /// <param name="replacement">The other id.</param>
    /// <param name="ids">Ids, [N]; overwritten.</param>
    public static void ReplaceIds(float p, uint key, int replacement, Span<int> ids)
    {
        uint threshold = ThresholdOf(p);
        for (int n = 0; n < ids.Length; n++)
        {
            if (IsDropped(n, key, threshold))
                ids[n] = replacement;
        }
    }

    /// <summary>
    /// Some words lose their own vector and are read by their pieces alone, as words are that are not known. One without pieces
    /// stays.
    /// </summary>
    /// <param name="p">The share of words, 0 ≤ p &lt; 1.</param>
    /// <param name="key">From <see cref="Scatter.Key"/>.</param>
    /// <param name="known">The pieces of the known words, [V].</param>
    /// <param name="ids">Ids, [N]; overwritten.</param>
    public static void LeaveSubwords(float p, uint key, SubwordLists known, Span<int> ids)
    {
        uint threshold = ThresholdOf(p);
        for (int n = 0; n < ids.Length; n++)
        {
            if (ids[n] < known.Count && !known[ids[n]].IsEmpty && IsDropped(n, key, threshold))
                ids[n] += known.Count;
        }
    }

    // The same in the operations that WebAssembly's interpreter knows as one instruction. Returns how many values are done.
    private static long ApplyInWasm(uint threshold, float scale, uint key, uint first, long count, float* x, float* y)
    {
        Vector128<uint> place = Vector128.Create(first, first + 1, first + 2, first + 3);
        Vector128<uint> spread = Vector128.Create(Spread), keys = Vector128.Create(key), limit = Vector128.Create(threshold);
        Vector128<uint> step = Vector128.Create(4u);
        Vector128<float> factor = Vector128.Create(scale);
        int i = 0;
        for (int end = (int)count - 4; i <= end; i += 4, place += step)
        {
            Vector128<uint> dropped = PackedSimd.CompareLessThan(Scatter.Mix(place * spread ^ keys), limit);
            Vector128<float> kept = PackedSimd.Multiply(PackedSimd.LoadVector128(x + i), factor);
            PackedSimd.Store(y + i, PackedSimd.AndNot(kept.AsUInt32(), dropped).AsSingle());
        }
        return i;
    }

    private static uint ThresholdOf(float p) => (uint)(p * 4294967296.0);

    private static bool IsDropped(long place, uint key, uint threshold) => Scatter.Mix((uint)place * Spread ^ key) < threshold;
}

/// <summary>The masks of one training step.</summary>
/// <param name="Share">p, the share that becomes zero; 0 for no dropout.</param>
/// <param name="Seed">The seed of all masks.</param>
/// <param name="Step">The step.</param>
internal readonly record struct DropoutMasks(float Share, ulong Seed, long Step)
{
    /// <summary>What the values that stay are multiplied by.</summary>
    public float Scale => 1 / (1 - Share);

    /// <summary>The key of the masks of one place in the network.</summary>
    public uint KeyOf(int site) => Scatter.Key(Seed, Step, site);

    /// <summary>Drops values of tokens in place.</summary>
    /// <param name="site">The place in the network.</param>
    /// <param name="first">The place of the first row among all rows of the batch.</param>
    /// <param name="x">[N, …], without gaps between its rows.</param>
    public unsafe void Apply(int site, int first, in Matrix x)
    {
        if (Share > 0)
            Dropout.Apply(Share, KeyOf(site), (long)first * x.Columns, (long)x.Rows * x.Columns, x.Pointer, x.Pointer);
    }
}
