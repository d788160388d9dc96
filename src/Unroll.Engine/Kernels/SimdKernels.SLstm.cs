using System.Runtime.CompilerServices;

namespace Unroll.Engine.Kernels;

/// <content>The elementwise part of an sLSTM.</content>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SLstmForward(in CellStep step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* h = step.H + (long)row * step.HStride;
            float* previous = step.PreviousMemory == null ? null : step.PreviousMemory + (long)row * step.PreviousMemoryStride;
            float* memory = step.Memory + (long)row * step.MemoryStride;
            float* slope = step.Trace + (long)row * step.TraceStride;
            int u = 0;
            for (; u <= step.Hidden - TSimd.Width; u += TSimd.Width)
                SLstmForwardAt<TSimd, TVector>(a, step.Hidden, u, h, previous, memory, slope);
            for (; u < step.Hidden; u++)
                SLstmForwardAt<SimdScalar, float>(a, step.Hidden, u, h, previous, memory, slope);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SLstmBackward(in CellStep step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* dh = step.DH + (long)row * step.HStride;
            float* later = step.DHLater + (long)row * step.Hidden;
            float* dMemory = step.DMemoryLater + (long)row * 3 * step.Hidden;
            float* previous = step.PreviousMemory == null ? null : step.PreviousMemory + (long)row * step.PreviousMemoryStride;
            float* memory = step.Memory + (long)row * step.MemoryStride;
            float* slope = step.Trace + (long)row * step.TraceStride;
            int u = 0;
            for (; u <= step.Hidden - TSimd.Width; u += TSimd.Width)
                SLstmBackwardAt<TSimd, TVector>(a, step.Hidden, u, dh, later, dMemory, previous, memory, slope);
            for (; u < step.Hidden; u++)
                SLstmBackwardAt<SimdScalar, float>(a, step.Hidden, u, dh, later, dMemory, previous, memory, slope);
        }
    }

    // l = log σ(a_f), m = max(l + m_prev, a_i), i = exp(a_i - m), f = exp(l + m_prev - m), z = tanh(a_z), o = σ(a_o),
    // c = f⊙c_prev + i⊙z, n = f⊙n_prev + i, h = o⊙c/n; columns i, f, z, o, memory c, n, m. Where n_prev is zero nothing was read
    // yet, and m begins with a_i. The trace keeps 1 - σ(a_f), which f, being scaled, does not tell.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SLstmForwardAt<S, V>(float* a, int hidden, int u, float* h, float* previous, float* memory, float* slope)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* at = a + u;
        V input = S.Load(at), forget = S.Load(at + hidden);
        V z = VectorMath<S, V>.Tanh(S.Load(at + 2 * hidden));
        V o = VectorMath<S, V>.Sigmoid(S.Load(at + 3 * hidden));
        V i, f, c, n, m;
        if (previous == null)
        {
            (i, f, c, n, m) = (S.Broadcast(1), S.Zero, z, S.Broadcast(1), input);
        }
        else
        {
            V cBefore = S.Load(previous + u), nBefore = S.Load(previous + hidden + u);
            V kept = S.Add(VectorMath<S, V>.LogSigmoid(forget), S.Load(previous + 2 * hidden + u));
            m = S.SelectLess(S.Zero, nBefore, S.Max(kept, input), input);
            i = VectorMath<S, V>.Exp(S.Subtract(input, m));
            f = VectorMath<S, V>.Exp(S.Subtract(kept, m));
            c = S.MultiplyAdd(f, cBefore, S.Multiply(i, z));
            n = S.MultiplyAdd(f, nBefore, i);
        }
        S.Store(i, at);
        S.Store(f, at + hidden);
        S.Store(z, at + 2 * hidden);
        S.Store(o, at + 3 * hidden);
        S.Store(c, memory + u);
        S.Store(n, memory + hidden + u);
        S.Store(m, memory + 2 * hidden + u);
        S.Store(VectorMath<S, V>.Sigmoid(S.Subtract(S.Zero, forget)), slope + u);
        S.Store(S.Multiply(o, S.Divide(c, n)), h + u);
    }

    // da_o = dh⊙(c/n)⊙o⊙(1-o), dc += dh⊙o/n, dn -= dh⊙o/n⊙(c/n), p_i = i⊙(dc⊙z + dn), p_f = f⊙(dc⊙c_prev + dn⊙n_prev),
    // da_z = dc⊙i⊙(1-z²), dc_prev = dc⊙f, dn_prev = dn⊙f. m divides c and n alike; where it is a_i, da_i = dm - p_f and dl = p_f,
    // else da_i = p_i and dl = dm - p_i; da_f = dl⊙(1 - σ(a_f)), dm_prev = dl.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SLstmBackwardAt<S, V>(
        float* a, int hidden, int u, float* dh, float* later, float* dMemory, float* previous, float* memory, float* slope)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* at = a + u;
        V i = S.Load(at), f = S.Load(at + hidden), z = S.Load(at + 2 * hidden), o = S.Load(at + 3 * hidden);
        V n = S.Load(memory + hidden + u);
        V ratio = S.Divide(S.Load(memory + u), n);
        V cBefore = previous == null ? S.Zero : S.Load(previous + u);
        V nBefore = previous == null ? S.Zero : S.Load(previous + hidden + u);
        V d = S.Add(S.Load(dh + u), S.Load(later + u));
        V dRatio = S.Divide(S.Multiply(d, o), n);
        V dc = S.Add(S.Load(dMemory + u), dRatio);
        V dn = S.Subtract(S.Load(dMemory + hidden + u), S.Multiply(dRatio, ratio));
        V dm = S.Load(dMemory + 2 * hidden + u);
        V ofInput = S.Multiply(i, S.MultiplyAdd(dc, z, dn));
        V ofForget = S.Multiply(f, S.MultiplyAdd(dc, cBefore, S.Multiply(dn, nBefore)));
        V one = S.Broadcast(1);
        V dInput = S.SelectLess(i, one, ofInput, S.Subtract(dm, ofForget));
        V dKept = S.SelectLess(i, one, S.Subtract(dm, ofInput), ofForget);
        S.Store(dInput, at);
        S.Store(S.Multiply(dKept, S.Load(slope + u)), at + hidden);
        S.Store(S.Multiply(S.Multiply(dc, i), OneMinusSquare<S, V>(z)), at + 2 * hidden);
        S.Store(S.Multiply(S.Multiply(d, ratio), SigmoidSlope<S, V>(o)), at + 3 * hidden);
        S.Store(S.Multiply(dc, f), dMemory + u);
        S.Store(S.Multiply(dn, f), dMemory + hidden + u);
        S.Store(dKept, dMemory + 2 * hidden + u);
    }
}
