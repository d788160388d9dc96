using System.Runtime.CompilerServices;

namespace Unroll.Engine.Kernels;

/// <content>The elementwise parts of the LSTM with peepholes, with coupled gates and with the forget gate alone.</content>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void PeepholeForward(in CellStep step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* h = step.H + (long)row * step.HStride;
            float* previous = step.PreviousMemory == null ? null : step.PreviousMemory + (long)row * step.PreviousMemoryStride;
            float* c = step.Memory + (long)row * step.MemoryStride;
            float* tanhC = step.Trace + (long)row * step.TraceStride;
            int u = 0;
            for (; u <= step.Hidden - TSimd.Width; u += TSimd.Width)
                PeepholeForwardAt<TSimd, TVector>(a, step.Hidden, u, h, previous, c, tanhC, step.MemoryWeight);
            for (; u < step.Hidden; u++)
                PeepholeForwardAt<SimdScalar, float>(a, step.Hidden, u, h, previous, c, tanhC, step.MemoryWeight);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void PeepholeBackward(in CellStep step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* dh = step.DH + (long)row * step.HStride;
            float* later = step.DHLater + (long)row * step.Hidden;
            float* dc = step.DMemoryLater + (long)row * step.Hidden;
            float* previous = step.PreviousMemory == null ? null : step.PreviousMemory + (long)row * step.PreviousMemoryStride;
            float* c = step.Memory + (long)row * step.MemoryStride;
            float* tanhC = step.Trace + (long)row * step.TraceStride;
            float* v = step.MemoryWeight;
            float* dv = step.DMemoryWeight;
            int u = 0;
            for (; u <= step.Hidden - TSimd.Width; u += TSimd.Width)
                PeepholeBackwardAt<TSimd, TVector>(a, step.Hidden, u, dh, later, dc, previous, c, tanhC, v, dv);
            for (; u < step.Hidden; u++)
                PeepholeBackwardAt<SimdScalar, float>(a, step.Hidden, u, dh, later, dc, previous, c, tanhC, v, dv);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CoupledForward(in CellStep step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* h = step.H + (long)row * step.HStride;
            float* previous = step.PreviousMemory == null ? null : step.PreviousMemory + (long)row * step.PreviousMemoryStride;
            float* c = step.Memory + (long)row * step.MemoryStride;
            float* tanhC = step.Trace + (long)row * step.TraceStride;
            int u = 0;
            for (; u <= step.Hidden - TSimd.Width; u += TSimd.Width)
                CoupledForwardAt<TSimd, TVector>(a, step.Hidden, u, h, previous, c, tanhC);
            for (; u < step.Hidden; u++)
                CoupledForwardAt<SimdScalar, float>(a, step.Hidden, u, h, previous, c, tanhC);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CoupledBackward(in CellStep step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* dh = step.DH + (long)row * step.HStride;
            float* later = step.DHLater + (long)row * step.Hidden;
            float* dc = step.DMemoryLater + (long)row * step.Hidden;
            float* previous = step.PreviousMemory == null ? null : step.PreviousMemory + (long)row * step.PreviousMemoryStride;
            float* tanhC = step.Trace + (long)row * step.TraceStride;
            int u = 0;
            for (; u <= step.Hidden - TSimd.Width; u += TSimd.Width)
                CoupledBackwardAt<TSimd, TVector>(a, step.Hidden, u, dh, later, dc, previous, tanhC);
            for (; u < step.Hidden; u++)
                CoupledBackwardAt<SimdScalar, float>(a, step.Hidden, u, dh, later, dc, previous, tanhC);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void JanetForward(in CellStep step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* h = step.H + (long)row * step.HStride;
            float* previous = step.PreviousH == null ? null : step.PreviousH + (long)row * step.PreviousHStride;
            int u = 0;
            for (; u <= step.Hidden - TSimd.Width; u += TSimd.Width)
                JanetForwardAt<TSimd, TVector>(a, step.Hidden, u, h, previous);
            for (; u < step.Hidden; u++)
                JanetForwardAt<SimdScalar, float>(a, step.Hidden, u, h, previous);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void JanetBackward(in CellStep step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* dh = step.DH + (long)row * step.HStride;
            float* later = step.DHLater + (long)row * step.Hidden;
            float* previous = step.PreviousH == null ? null : step.PreviousH + (long)row * step.PreviousHStride;
            int u = 0;
            for (; u <= step.Hidden - TSimd.Width; u += TSimd.Width)
                JanetBackwardAt<TSimd, TVector>(a, step.Hidden, u, dh, later, previous);
            for (; u < step.Hidden; u++)
                JanetBackwardAt<SimdScalar, float>(a, step.Hidden, u, dh, later, previous);
        }
    }

    // i, f = σ(a_i + v_i⊙c_prev, a_f + v_f⊙c_prev), g = tanh(a_g), c = f⊙c_prev + i⊙g, o = σ(a_o + v_o⊙c), h = o⊙tanh c
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PeepholeForwardAt<S, V>(
        float* a, int hidden, int u, float* h, float* previous, float* c, float* tanhC, float* v)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* at = a + u;
        V before = previous == null ? S.Zero : S.Load(previous + u);
        V i = VectorMath<S, V>.Sigmoid(S.MultiplyAdd(S.Load(v + u), before, S.Load(at)));
        V f = VectorMath<S, V>.Sigmoid(S.MultiplyAdd(S.Load(v + hidden + u), before, S.Load(at + hidden)));
        V g = VectorMath<S, V>.Tanh(S.Load(at + 2 * hidden));
        V cell = S.MultiplyAdd(f, before, S.Multiply(i, g));
        V o = VectorMath<S, V>.Sigmoid(S.MultiplyAdd(S.Load(v + 2 * hidden + u), cell, S.Load(at + 3 * hidden)));
        V squashed = VectorMath<S, V>.Tanh(cell);
        S.Store(i, at);
        S.Store(f, at + hidden);
        S.Store(g, at + 2 * hidden);
        S.Store(o, at + 3 * hidden);
        S.Store(cell, c + u);
        S.Store(squashed, tanhC + u);
        S.Store(S.Multiply(o, squashed), h + u);
    }

    // da_o = dh⊙tanh c⊙o⊙(1-o), dc = dc_later + dh⊙o⊙(1 - tanh² c) + da_o⊙v_o; da_i, da_f, da_g as in an LSTM;
    // dc_prev = dc⊙f + da_i⊙v_i + da_f⊙v_f, dv_i += da_i⊙c_prev, dv_f += da_f⊙c_prev, dv_o += da_o⊙c
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PeepholeBackwardAt<S, V>(
        float* a, int hidden, int u, float* dh, float* later, float* dcLater, float* previous, float* c, float* tanhC, float* v,
        float* dv)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* at = a + u;
        V i = S.Load(at), f = S.Load(at + hidden), g = S.Load(at + 2 * hidden), o = S.Load(at + 3 * hidden);
        V before = previous == null ? S.Zero : S.Load(previous + u);
        V squashed = S.Load(tanhC + u);
        V d = S.Add(S.Load(dh + u), S.Load(later + u));
        V dOutput = S.Multiply(S.Multiply(d, squashed), SigmoidSlope<S, V>(o));
        V dc = S.MultiplyAdd(S.Multiply(d, o), OneMinusSquare<S, V>(squashed), S.Load(dcLater + u));
        dc = S.MultiplyAdd(dOutput, S.Load(v + 2 * hidden + u), dc);
        V dInput = S.Multiply(S.Multiply(dc, g), SigmoidSlope<S, V>(i));
        V dForget = S.Multiply(S.Multiply(dc, before), SigmoidSlope<S, V>(f));
        S.Store(dInput, at);
        S.Store(dForget, at + hidden);
        S.Store(S.Multiply(S.Multiply(dc, i), OneMinusSquare<S, V>(g)), at + 2 * hidden);
        S.Store(dOutput, at + 3 * hidden);
        V dBefore = S.MultiplyAdd(dForget, S.Load(v + hidden + u), S.Multiply(dc, f));
        S.Store(S.MultiplyAdd(dInput, S.Load(v + u), dBefore), dcLater + u);
        AddProduct<S, V>(dInput, before, dv, u);
        AddProduct<S, V>(dForget, before, dv, hidden + u);
        AddProduct<S, V>(dOutput, S.Load(c + u), dv, 2 * hidden + u);
    }

    // f, o = σ(a_f, a_o), g = tanh(a_g), c = f⊙c_prev + (1-f)⊙g, h = o⊙tanh c; columns f, g, o
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CoupledForwardAt<S, V>(float* a, int hidden, int u, float* h, float* previous, float* c, float* tanhC)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* at = a + u;
        V f = VectorMath<S, V>.Sigmoid(S.Load(at));
        V g = VectorMath<S, V>.Tanh(S.Load(at + hidden));
        V o = VectorMath<S, V>.Sigmoid(S.Load(at + 2 * hidden));
        S.Store(f, at);
        S.Store(g, at + hidden);
        S.Store(o, at + 2 * hidden);
        // g + f⊙(c_prev - g)
        V before = previous == null ? S.Zero : S.Load(previous + u);
        V cell = S.MultiplyAdd(f, S.Subtract(before, g), g);
        S.Store(cell, c + u);
        V squashed = VectorMath<S, V>.Tanh(cell);
        S.Store(squashed, tanhC + u);
        S.Store(S.Multiply(o, squashed), h + u);
    }

    // dc = dc_later + dh⊙o⊙(1 - tanh² c), da_f = dc⊙(c_prev - g)⊙f⊙(1-f), da_g = dc⊙(1-f)⊙(1-g²),
    // da_o = dh⊙tanh c⊙o⊙(1-o), dc_prev = dc⊙f
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CoupledBackwardAt<S, V>(
        float* a, int hidden, int u, float* dh, float* later, float* dcLater, float* previous, float* tanhC)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* at = a + u;
        V f = S.Load(at), g = S.Load(at + hidden), o = S.Load(at + 2 * hidden);
        V before = previous == null ? S.Zero : S.Load(previous + u);
        V squashed = S.Load(tanhC + u);
        V d = S.Add(S.Load(dh + u), S.Load(later + u));
        V dc = S.MultiplyAdd(S.Multiply(d, o), OneMinusSquare<S, V>(squashed), S.Load(dcLater + u));
        V dBefore = S.Multiply(dc, f);
        S.Store(S.Multiply(S.Multiply(dc, S.Subtract(before, g)), SigmoidSlope<S, V>(f)), at);
        S.Store(S.Multiply(S.Subtract(dc, dBefore), OneMinusSquare<S, V>(g)), at + hidden);
        S.Store(S.Multiply(S.Multiply(d, squashed), SigmoidSlope<S, V>(o)), at + 2 * hidden);
        S.Store(dBefore, dcLater + u);
    }

    // f = σ(a_f), g = tanh(a_g), h = f⊙h_prev + n⊙g with n = 1 - σ(a_f - 1); columns f, g
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void JanetForwardAt<S, V>(float* a, int hidden, int u, float* h, float* previous)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* at = a + u;
        V f = VectorMath<S, V>.Sigmoid(S.Load(at));
        V g = VectorMath<S, V>.Tanh(S.Load(at + hidden));
        S.Store(f, at);
        S.Store(g, at + hidden);
        V before = previous == null ? S.Zero : S.Load(previous + u);
        S.Store(S.MultiplyAdd(f, before, S.Multiply(JanetShare<S, V>(f), g)), h + u);
    }

    // da_f = dh⊙(h_prev⊙f⊙(1-f) - g⊙n⊙(1-n)), da_g = dh⊙n⊙(1-g²), and f⊙dh goes straight to dh_prev
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void JanetBackwardAt<S, V>(float* a, int hidden, int u, float* dh, float* later, float* previous)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* at = a + u;
        V f = S.Load(at), g = S.Load(at + hidden);
        V share = JanetShare<S, V>(f);
        V before = previous == null ? S.Zero : S.Load(previous + u);
        V d = S.Add(S.Load(dh + u), S.Load(later + u));
        V slope = S.Subtract(
            S.Multiply(before, SigmoidSlope<S, V>(f)), S.Multiply(g, SigmoidSlope<S, V>(share)));
        S.Store(S.Multiply(d, slope), at);
        S.Store(S.Multiply(S.Multiply(d, share), OneMinusSquare<S, V>(g)), at + hidden);
        S.Store(S.Multiply(d, f), later + u);
    }

    // 1 - σ(a - 1) from f = σ(a): e⊙(1-f) / (f + e⊙(1-f))
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V JanetShare<S, V>(V f)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V q = S.Multiply(S.Broadcast(float.E), S.Subtract(S.Broadcast(1), f));
        return S.Divide(q, S.Add(f, q));
    }
}
