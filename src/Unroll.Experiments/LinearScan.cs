using System.Numerics;

namespace Unroll.Experiments;

/// <summary>
/// A linear recurrence h_t = a_t ⊙ h_{t-1} + b_t, computed step by step and as a scan over chunks of a fixed size.
/// </summary>
/// <remarks>
/// A step is the pair (a, b), and two steps are one: (a₂, b₂) ∘ (a₁, b₁) = (a₂ a₁, a₂ b₁ + b₂). Each chunk is composed from its
/// own first step on, which chunks can do at the same time; the states at the chunks' ends follow one after the other; then each
/// chunk adds what came before it. That is about twice the work of a loop: on P processors it can gain P/2 at most. The chunks
/// have one size for any number of threads, and so have the bits.
/// </remarks>
internal static class LinearScan
{
    /// <summary>Steps of a chunk.</summary>
    public const int Chunk = 64;

    /// <summary>Step by step.</summary>
    /// <param name="a">[T,H].</param>
    /// <param name="b">[T,H].</param>
    /// <param name="hidden">H.</param>
    /// <param name="h">[T,H]; overwritten. h_{-1} is 0.</param>
    public static void Loop(float[] a, float[] b, int hidden, float[] h)
    {
        b.AsSpan(0, hidden).CopyTo(h);
        Steps(a, b, hidden, h, 1, h.Length / hidden);
    }

    /// <summary>As a scan.</summary>
    /// <param name="a">[T,H].</param>
    /// <param name="b">[T,H].</param>
    /// <param name="hidden">H.</param>
    /// <param name="h">[T,H]; overwritten.</param>
    /// <param name="products">[T,H]; overwritten with the products of a from each chunk's beginning on.</param>
    /// <param name="threads">How many compute.</param>
    public static void Scan(float[] a, float[] b, int hidden, float[] h, float[] products, int threads)
    {
        int steps = h.Length / hidden;
        int chunks = (steps + Chunk - 1) / Chunk;
        ForEach(chunks, threads, chunk =>
        {
            int first = chunk * Chunk;
            int end = Math.Min(first + Chunk, steps);
            a.AsSpan(first * hidden, hidden).CopyTo(products.AsSpan(first * hidden));
            b.AsSpan(first * hidden, hidden).CopyTo(h.AsSpan(first * hidden));
            Steps(a, b, hidden, h, first + 1, end);
            Products(a, hidden, products, first + 1, end);
        });
        // The states at the chunks' ends, one after the other.
        for (int chunk = 1; chunk < chunks; chunk++)
        {
            int last = (Math.Min((chunk + 1) * Chunk, steps) - 1) * hidden;
            AddScaled(products, last, h, (chunk * Chunk - 1) * hidden, hidden, h);
        }
        ForEach(chunks - 1, threads, before =>
        {
            int end = Math.Min((before + 2) * Chunk, steps) - 1;
            for (int t = (before + 1) * Chunk; t < end; t++)
                AddScaled(products, t * hidden, h, ((before + 1) * Chunk - 1) * hidden, hidden, h);
        });
    }

    private static void ForEach(int count, int threads, Action<int> body)
    {
        if (threads == 1)
        {
            for (int i = 0; i < count; i++)
                body(i);
            return;
        }
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, body);
    }

    // h_t = a_t h_{t-1} + b_t for steps from first to end.
    private static void Steps(float[] a, float[] b, int hidden, float[] h, int first, int end)
    {
        int width = Vector<float>.Count;
        for (int t = first; t < end; t++)
        {
            int at = t * hidden;
            int i = 0;
            for (; i <= hidden - width; i += width)
            {
                Vector<float> kept = new Vector<float>(a, at + i) * new Vector<float>(h, at - hidden + i);
                (kept + new Vector<float>(b, at + i)).CopyTo(h, at + i);
            }
            for (; i < hidden; i++)
                h[at + i] = a[at + i] * h[at - hidden + i] + b[at + i];
        }
    }

    private static void Products(float[] a, int hidden, float[] products, int first, int end)
    {
        int width = Vector<float>.Count;
        for (int t = first; t < end; t++)
        {
            int at = t * hidden;
            int i = 0;
            for (; i <= hidden - width; i += width)
                (new Vector<float>(a, at + i) * new Vector<float>(products, at - hidden + i)).CopyTo(products, at + i);
            for (; i < hidden; i++)
                products[at + i] = a[at + i] * products[at - hidden + i];
        }
    }

    // h[at] += products[at] ⊙ h[before].
    private static void AddScaled(float[] products, int at, float[] h, int before, int hidden, float[] result)
    {
        int width = Vector<float>.Count;
        int i = 0;
        for (; i <= hidden - width; i += width)
        {
            Vector<float> next =
                new Vector<float>(products, at + i) * new Vector<float>(h, before + i) + new Vector<float>(h, at + i);
            next.CopyTo(result, at + i);
        }
        for (; i < hidden; i++)
            result[at + i] = products[at + i] * h[before + i] + h[at + i];
    }
}
