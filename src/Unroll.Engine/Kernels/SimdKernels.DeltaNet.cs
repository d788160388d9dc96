using System.Runtime.CompilerServices;

namespace Unroll.Engine.Kernels;

/// <content>What a DeltaNet computes beside its product: a matrix for each head, [keys, units].</content>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void DeltaNetForward(in CellStep step, int headSize, float most)
    {
        int hidden = step.Hidden;
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* h = step.H + (long)row * step.HStride;
            float* before = step.PreviousMemory == null ? null : step.PreviousMemory + (long)row * step.PreviousMemoryStride;
            float* after = step.Memory + (long)row * step.MemoryStride;
            float* trace = step.Trace + (long)row * step.TraceStride;
            for (int start = 0; start < hidden; start += headSize)
            {
                float* inverses = trace + hidden + 2 * (start / headSize);
                inverses[0] = Normalize(headSize, a + start);
                inverses[1] = Normalize(headSize, a + hidden + start);
                float* beforeHead = before == null ? null : before + (long)start * headSize;
                float* afterHead = after + (long)start * headSize;
                int u = 0;
                for (; u <= headSize - TSimd.Width; u += TSimd.Width)
                    ReadAndWrite<TSimd, TVector>(
                        a + start, hidden, headSize, u, most, beforeHead, afterHead, trace + start, h + start);
                for (; u < headSize; u++)
                    ReadAndWrite<SimdScalar, float>(
                        a + start, hidden, headSize, u, most, beforeHead, afterHead, trace + start, h + start);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void DeltaNetBackward(in CellStep step, int headSize, float most)
    {
        int hidden = step.Hidden;
        // What a head wrote, dp, dh, and the gradients of query and key.
        float* scratch = stackalloc float[5 * headSize];
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* dh = step.DH + (long)row * step.HStride;
            float* later = step.DHLater + (long)row * hidden;
            float* dMemory = step.DMemoryLater + (long)row * hidden * headSize;
            float* before = step.PreviousMemory == null ? null : step.PreviousMemory + (long)row * step.PreviousMemoryStride;
            float* after = step.Memory + (long)row * step.MemoryStride;
            float* trace = step.Trace + (long)row * step.TraceStride;
            for (int start = 0; start < hidden; start += headSize)
            {
                float* dHead = scratch + 2 * headSize;
                for (int u = 0; u < headSize; u++)
                    dHead[u] = dh[start + u] + later[start + u];
                long head = (long)start * headSize;
                int at = 0;
                for (; at <= headSize - TSimd.Width; at += TSimd.Width)
                    UnwriteUnits<TSimd, TVector>(
                        a + start, hidden, headSize, at, most, dMemory + head, trace + start, scratch);
                for (; at < headSize; at++)
                    UnwriteUnits<SimdScalar, float>(
                        a + start, hidden, headSize, at, most, dMemory + head, trace + start, scratch);
                BackToKeys(
                    headSize, a + start, a + hidden + start, before == null ? null : before + head, after + head, dMemory + head,
                    trace + hidden + 2 * (start / headSize), scratch);
            }
        }
    }

    // β = most·σ(a_β), p = Sᵀk, u = β⊙(v - p), S += k uᵀ, h = Sᵀq for units of a head; columns q, k, v, β. p is kept.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReadAndWrite<S, V>(
        float* a, int hidden, int size, int u, float most, float* before, float* after, float* read, float* h)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* key = a + hidden;
        V write = S.Multiply(S.Broadcast(most), VectorMath<S, V>.Sigmoid(S.Load(a + 3 * hidden + u)));
        V p = S.Zero;
        for (int j = 0; before != null && j < size; j++)
            p = S.MultiplyAdd(S.Broadcast(key[j]), S.Load(before + (long)j * size + u), p);
        V written = S.Multiply(write, S.Subtract(S.Load(a + 2 * hidden + u), p));
        V sum = S.Zero;
        for (int j = 0; j < size; j++)
        {
            V old = before == null ? S.Zero : S.Load(before + (long)j * size + u);
            V next = S.MultiplyAdd(S.Broadcast(key[j]), written, old);
            S.Store(next, after + (long)j * size + u);
            sum = S.MultiplyAdd(S.Broadcast(a[j]), next, sum);
        }
        S.Store(write, a + 3 * hidden + u);
        S.Store(p, read + u);
        S.Store(sum, h + u);
    }

    // dS += q dhᵀ, du = dSᵀk, da_v = β⊙du, da_β = du⊙(v - p)⊙β⊙(1 - β/most); u and dp = -da_v go to the scratch
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void UnwriteUnits<S, V>(
        float* a, int hidden, int size, int u, float most, float* dMemory, float* read, float* scratch)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* key = a + hidden;
        V dh = S.Load(scratch + 2 * size + u);
        V du = S.Zero;
        for (int j = 0; j < size; j++)
        {
            float* place = dMemory + (long)j * size + u;
            V d = S.MultiplyAdd(S.Broadcast(a[j]), dh, S.Load(place));
            S.Store(d, place);
            du = S.MultiplyAdd(S.Broadcast(key[j]), d, du);
        }
        V write = S.Load(a + 3 * hidden + u);
        V missing = S.Subtract(S.Load(a + 2 * hidden + u), S.Load(read + u));
        V dValue = S.Multiply(write, du);
        V slope = S.MultiplyAdd(S.Multiply(write, write), S.Broadcast(-1 / most), write);
        S.Store(S.Multiply(write, missing), scratch + u);
        S.Store(S.Subtract(S.Zero, dValue), scratch + size + u);
        S.Store(dValue, a + 2 * hidden + u);
        S.Store(S.Multiply(S.Multiply(du, missing), slope), a + 3 * hidden + u);
    }

    // x /= √(‖x‖² + ε); the factor is the result
    private static float Normalize(int count, float* x)
    {
        float inverse = 1 / MathF.Sqrt(Dot(count, x, x) + IKernels.NormEpsilon);
        Scale(count, inverse, x);
        return inverse;
    }

    // da = (dx - x (x·dx))/√(‖a‖² + ε), in the place of x
    private static void NormalizeBackward(int count, float inverse, float* x, float* dx)
    {
        float along = Dot(count, x, dx);
        for (int j = 0; j < count; j++)
            x[j] = inverse * MathF.FusedMultiplyAdd(-along, x[j], dx[j]);
    }

    // dq = S dh, dk = dS u + S_prev dp, dS_prev = dS + k dpᵀ, and those of what q and k were made of, of one head
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BackToKeys(
        int size, float* query, float* key, float* before, float* after, float* dMemory, float* inverses, float* scratch)
    {
        float* dQuery = scratch + 3 * size;
        float* dKey = scratch + 4 * size;
        for (int j = 0; j < size; j++)
        {
            long at = (long)j * size;
            dQuery[j] = Dot(size, after + at, scratch + 2 * size);
            dKey[j] = Dot(size, dMemory + at, scratch);
            if (before != null)
                dKey[j] += Dot(size, before + at, scratch + size);
            AddScaled(size, key[j], scratch + size, dMemory + at);
        }
        NormalizeBackward(size, inverses[0], query, dQuery);
        NormalizeBackward(size, inverses[1], key, dKey);
    }
}
