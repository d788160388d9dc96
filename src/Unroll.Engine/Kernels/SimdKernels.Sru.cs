using System.Runtime.CompilerServices;

namespace Unroll.Engine.Kernels;

/// <content>The elementwise part of a simple recurrent unit (SRU).</content>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SruForward(in CellStep step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* h = step.H + (long)row * step.HStride;
            float* previous = step.PreviousMemory == null ? null : step.PreviousMemory + (long)row * step.PreviousMemoryStride;
            float* c = step.Memory + (long)row * step.MemoryStride;
            int u = 0;
            for (; u <= step.Hidden - TSimd.Width; u += TSimd.Width)
                SruForwardAt<TSimd, TVector>(a, step.Hidden, u, h, previous, c, step.MemoryWeight);
            for (; u < step.Hidden; u++)
                SruForwardAt<SimdScalar, float>(a, step.Hidden, u, h, previous, c, step.MemoryWeight);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SruBackward(in CellStep step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* dh = step.DH + (long)row * step.HStride;
            float* later = step.DHLater + (long)row * step.Hidden;
            float* dc = step.DMemoryLater + (long)row * step.Hidden;
            float* previous = step.PreviousMemory == null ? null : step.PreviousMemory + (long)row * step.PreviousMemoryStride;
            float* c = step.Memory + (long)row * step.MemoryStride;
            float* v = step.MemoryWeight;
            float* dv = step.DMemoryWeight;
            int u = 0;
            for (; u <= step.Hidden - TSimd.Width; u += TSimd.Width)
                SruBackwardAt<TSimd, TVector>(a, step.Hidden, u, dh, later, dc, previous, c, v, dv);
            for (; u < step.Hidden; u++)
                SruBackwardAt<SimdScalar, float>(a, step.Hidden, u, dh, later, dc, previous, c, v, dv);
        }
    }

    // f, r = σ(a_f + v_f⊙c_prev, a_r + v_r⊙c_prev), c = f⊙c_prev + (1-f)⊙c̃, h = r⊙c + (1-r)⊙x; columns f, r, c̃, x
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SruForwardAt<S, V>(float* a, int hidden, int u, float* h, float* previous, float* c, float* v)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* at = a + u;
        V before = previous == null ? S.Zero : S.Load(previous + u);
        V f = VectorMath<S, V>.Sigmoid(S.MultiplyAdd(S.Load(v + u), before, S.Load(at)));
        V r = VectorMath<S, V>.Sigmoid(S.MultiplyAdd(S.Load(v + hidden + u), before, S.Load(at + hidden)));
        V candidate = S.Load(at + 2 * hidden), x = S.Load(at + 3 * hidden);
        S.Store(f, at);
        S.Store(r, at + hidden);
        V cell = S.MultiplyAdd(f, S.Subtract(before, candidate), candidate);
        S.Store(cell, c + u);
        S.Store(S.MultiplyAdd(r, S.Subtract(cell, x), x), h + u);
    }

    // da_r = dh⊙(c - x)⊙r⊙(1-r), dx = dh⊙(1-r), dc = dc_later + dh⊙r, da_f = dc⊙(c_prev - c̃)⊙f⊙(1-f), dc̃ = dc⊙(1-f),
    // dc_prev = dc⊙f + da_f⊙v_f + da_r⊙v_r, dv_f += da_f⊙c_prev, dv_r += da_r⊙c_prev; nothing goes to h_prev
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SruBackwardAt<S, V>(
        float* a, int hidden, int u, float* dh, float* later, float* dcLater, float* previous, float* c, float* v, float* dv)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* at = a + u;
        V f = S.Load(at), r = S.Load(at + hidden), candidate = S.Load(at + 2 * hidden), x = S.Load(at + 3 * hidden);
        V before = previous == null ? S.Zero : S.Load(previous + u);
        V d = S.Add(S.Load(dh + u), S.Load(later + u));
        V dr = S.Multiply(S.Multiply(d, S.Subtract(S.Load(c + u), x)), SigmoidSlope<S, V>(r));
        V dFromCell = S.Multiply(d, r);
        V dc = S.Add(S.Load(dcLater + u), dFromCell);
        V df = S.Multiply(S.Multiply(dc, S.Subtract(before, candidate)), SigmoidSlope<S, V>(f));
        V dKept = S.Multiply(dc, f);
        S.Store(df, at);
        S.Store(dr, at + hidden);
        S.Store(S.Subtract(dc, dKept), at + 2 * hidden);
        S.Store(S.Subtract(d, dFromCell), at + 3 * hidden);
        S.Store(S.MultiplyAdd(df, S.Load(v + u), S.MultiplyAdd(dr, S.Load(v + hidden + u), dKept)), dcLater + u);
        AddProduct<S, V>(df, before, dv, u);
        AddProduct<S, V>(dr, before, dv, hidden + u);
    }

    // dv += da⊙c, where dv is wanted
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProduct<S, V>(V da, V c, float* dv, int at)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        if (dv != null)
            S.Store(S.MultiplyAdd(da, c, S.Load(dv + at)), dv + at);
    }
}
