using System.Runtime.CompilerServices;

namespace Unroll.Engine.Kernels;

/// <content>The elementwise part of a minLSTM.</content>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void MinLstmForward(in CellStep step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* h = step.H + (long)row * step.HStride;
            float* previous = step.PreviousH == null ? null : step.PreviousH + (long)row * step.PreviousHStride;
            int u = 0;
            for (; u <= step.Hidden - TSimd.Width; u += TSimd.Width)
                MinLstmForwardAt<TSimd, TVector>(a, step.Hidden, u, h, previous);
            for (; u < step.Hidden; u++)
                MinLstmForwardAt<SimdScalar, float>(a, step.Hidden, u, h, previous);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void MinLstmBackward(in CellStep step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* dh = step.DH + (long)row * step.HStride;
            float* later = step.DHLater + (long)row * step.Hidden;
            float* previous = step.PreviousH == null ? null : step.PreviousH + (long)row * step.PreviousHStride;
            int u = 0;
            for (; u <= step.Hidden - TSimd.Width; u += TSimd.Width)
                MinLstmBackwardAt<TSimd, TVector>(a, step.Hidden, u, dh, later, previous);
            for (; u < step.Hidden; u++)
                MinLstmBackwardAt<SimdScalar, float>(a, step.Hidden, u, dh, later, previous);
        }
    }

    // f, i = σ(a_f, a_i), h̃ = g(a_h), k = f / (f + i), h = k⊙h_prev + (1-k)⊙h̃; columns f, i, h̃
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MinLstmForwardAt<S, V>(float* a, int hidden, int u, float* h, float* previous)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* at = a + u;
        V f = VectorMath<S, V>.Sigmoid(S.Load(at));
        V i = VectorMath<S, V>.Sigmoid(S.Load(at + hidden));
        V raw = S.Load(at + 2 * hidden);
        // a + ½ from zero on, σ(a) below
        V candidate = S.SelectLess(raw, S.Zero, VectorMath<S, V>.Sigmoid(raw), S.Add(raw, S.Broadcast(0.5f)));
        S.Store(f, at);
        S.Store(i, at + hidden);
        S.Store(candidate, at + 2 * hidden);
        // h̃ + k⊙(h_prev - h̃)
        V kept = S.Divide(f, S.Add(f, i));
        V before = previous == null ? S.Zero : S.Load(previous + u);
        S.Store(S.MultiplyAdd(kept, S.Subtract(before, candidate), candidate), h + u);
    }

    // dk = dh⊙(h_prev - h̃)⊙k⊙(1-k), da_f = dk⊙(1-f), da_i = -dk⊙(1-i), da_h = dh⊙(1-k)⊙g', and k⊙dh goes straight to dh_prev;
    // g' is 1 from h̃ = ½ on, h̃⊙(1-h̃) below
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MinLstmBackwardAt<S, V>(float* a, int hidden, int u, float* dh, float* later, float* previous)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* at = a + u;
        V f = S.Load(at), i = S.Load(at + hidden), candidate = S.Load(at + 2 * hidden);
        V one = S.Broadcast(1);
        V kept = S.Divide(f, S.Add(f, i));
        V before = previous == null ? S.Zero : S.Load(previous + u);
        V d = S.Add(S.Load(dh + u), S.Load(later + u));
        V dKept = S.Multiply(S.Multiply(d, S.Subtract(before, candidate)), SigmoidSlope<S, V>(kept));
        V dPrevious = S.Multiply(d, kept);
        V slope = S.SelectLess(candidate, S.Broadcast(0.5f), SigmoidSlope<S, V>(candidate), one);
        S.Store(S.Multiply(dKept, S.Subtract(one, f)), at);
        S.Store(S.Multiply(dKept, S.Subtract(i, one)), at + hidden);
        S.Store(S.Multiply(S.Subtract(d, dPrevious), slope), at + 2 * hidden);
        S.Store(dPrevious, later + u);
    }
}
