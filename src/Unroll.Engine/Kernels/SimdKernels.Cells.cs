using System.Runtime.CompilerServices;

namespace Unroll.Engine.Kernels;

/// <content>The elementwise half of each recurrent cell, forward and backward side by side.</content>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    // Each body handles TSimd.Width units at unit u; the rest of a row that is no whole vector goes through the scalar
    // version of the same body, so every width has the same code.

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void RnnForward(in CellStep step, bool relu)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* h = step.H + (long)row * step.HStride;
            int u = 0;
            for (; u <= step.Hidden - TSimd.Width; u += TSimd.Width)
                RnnForwardAt<TSimd, TVector>(a + u, h + u, relu);
            for (; u < step.Hidden; u++)
                RnnForwardAt<SimdScalar, float>(a + u, h + u, relu);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void RnnBackward(in CellStep step, bool relu)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* h = step.H + (long)row * step.HStride;
            float* dh = step.DH + (long)row * step.HStride;
            float* later = step.DHLater + (long)row * step.Hidden;
            int u = 0;
            for (; u <= step.Hidden - TSimd.Width; u += TSimd.Width)
                RnnBackwardAt<TSimd, TVector>(a + u, h + u, dh + u, later + u, relu);
            for (; u < step.Hidden; u++)
                RnnBackwardAt<SimdScalar, float>(a + u, h + u, dh + u, later + u, relu);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void LstmForward(in CellStep step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* h = step.H + (long)row * step.HStride;
            float* previous = step.PreviousMemory == null ? null : step.PreviousMemory + (long)row * step.Hidden;
            float* c = step.Memory + (long)row * step.Hidden;
            float* tanhC = step.Trace + (long)row * step.Hidden;
            int u = 0;
            for (; u <= step.Hidden - TSimd.Width; u += TSimd.Width)
                LstmForwardAt<TSimd, TVector>(a, step.Hidden, u, h, previous, c, tanhC);
            for (; u < step.Hidden; u++)
                LstmForwardAt<SimdScalar, float>(a, step.Hidden, u, h, previous, c, tanhC);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void LstmBackward(in CellStep step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* dh = step.DH + (long)row * step.HStride;
            float* later = step.DHLater + (long)row * step.Hidden;
            float* dc = step.DMemoryLater + (long)row * step.Hidden;
            float* previous = step.PreviousMemory == null ? null : step.PreviousMemory + (long)row * step.Hidden;
            float* tanhC = step.Trace + (long)row * step.Hidden;
            int u = 0;
            for (; u <= step.Hidden - TSimd.Width; u += TSimd.Width)
                LstmBackwardAt<TSimd, TVector>(a, step.Hidden, u, dh, later, dc, previous, tanhC);
            for (; u < step.Hidden; u++)
                LstmBackwardAt<SimdScalar, float>(a, step.Hidden, u, dh, later, dc, previous, tanhC);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void GruForward(in CellStep step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* h = step.H + (long)row * step.HStride;
            float* previous = step.PreviousH == null ? null : step.PreviousH + (long)row * step.PreviousHStride;
            int u = 0;
            for (; u <= step.Hidden - TSimd.Width; u += TSimd.Width)
                GruForwardAt<TSimd, TVector>(a, step.Hidden, u, h, previous);
            for (; u < step.Hidden; u++)
                GruForwardAt<SimdScalar, float>(a, step.Hidden, u, h, previous);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void GruBackward(in CellStep step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* dh = step.DH + (long)row * step.HStride;
            float* later = step.DHLater + (long)row * step.Hidden;
            float* previous = step.PreviousH == null ? null : step.PreviousH + (long)row * step.PreviousHStride;
            int u = 0;
            for (; u <= step.Hidden - TSimd.Width; u += TSimd.Width)
                GruBackwardAt<TSimd, TVector>(a, step.Hidden, u, dh, later, previous);
            for (; u < step.Hidden; u++)
                GruBackwardAt<SimdScalar, float>(a, step.Hidden, u, dh, later, previous);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void MinGruForward(in CellStep step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* h = step.H + (long)row * step.HStride;
            float* previous = step.PreviousH == null ? null : step.PreviousH + (long)row * step.PreviousHStride;
            int u = 0;
            for (; u <= step.Hidden - TSimd.Width; u += TSimd.Width)
                MinGruForwardAt<TSimd, TVector>(a, step.Hidden, u, h, previous);
            for (; u < step.Hidden; u++)
                MinGruForwardAt<SimdScalar, float>(a, step.Hidden, u, h, previous);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void MinGruBackward(in CellStep step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            float* a = step.Gates + (long)row * step.GatesStride;
            float* dh = step.DH + (long)row * step.HStride;
            float* later = step.DHLater + (long)row * step.Hidden;
            float* previous = step.PreviousH == null ? null : step.PreviousH + (long)row * step.PreviousHStride;
            int u = 0;
            for (; u <= step.Hidden - TSimd.Width; u += TSimd.Width)
                MinGruBackwardAt<TSimd, TVector>(a, step.Hidden, u, dh, later, previous);
            for (; u < step.Hidden; u++)
                MinGruBackwardAt<SimdScalar, float>(a, step.Hidden, u, dh, later, previous);
        }
    }

    // h = φ(a)
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RnnForwardAt<S, V>(float* a, float* h, bool relu)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V sum = S.Load(a);
        S.Store(relu ? S.SelectLess(sum, S.Zero, S.Zero, sum) : VectorMath<S, V>.Tanh(sum), h);
    }

    // da = (dh + dh_later) ⊙ φ'(a), φ' = 1 - h² for tanh, 1 where h > 0 for ReLU
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RnnBackwardAt<S, V>(float* a, float* h, float* dh, float* later, bool relu)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V y = S.Load(h);
        V d = S.Add(S.Load(dh), S.Load(later));
        S.Store(relu ? S.SelectLess(S.Zero, y, d, S.Zero) : S.Multiply(d, OneMinusSquare<S, V>(y)), a);
    }

    // i, f, o = σ(a_i, a_f, a_o), g = tanh(a_g), c = f⊙c_prev + i⊙g, h = o⊙tanh c
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LstmForwardAt<S, V>(float* a, int hidden, int u, float* h, float* previous, float* c, float* tanhC)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* at = a + u;
        V i = VectorMath<S, V>.Sigmoid(S.Load(at));
        V f = VectorMath<S, V>.Sigmoid(S.Load(at + hidden));
        V g = VectorMath<S, V>.Tanh(S.Load(at + 2 * hidden));
        V o = VectorMath<S, V>.Sigmoid(S.Load(at + 3 * hidden));
        S.Store(i, at);
        S.Store(f, at + hidden);
        S.Store(g, at + 2 * hidden);
        S.Store(o, at + 3 * hidden);
        V cell = S.Multiply(i, g);
        if (previous != null)
            cell = S.MultiplyAdd(f, S.Load(previous + u), cell);
        S.Store(cell, c + u);
        V squashed = VectorMath<S, V>.Tanh(cell);
        S.Store(squashed, tanhC + u);
        S.Store(S.Multiply(o, squashed), h + u);
    }

    // dh += dh_later, dc = dc_later + dh⊙o⊙(1 - tanh² c)
    // da_i = dc⊙g⊙i⊙(1-i), da_f = dc⊙c_prev⊙f⊙(1-f), da_g = dc⊙i⊙(1-g²), da_o = dh⊙tanh c⊙o⊙(1-o), dc_prev = dc⊙f
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LstmBackwardAt<S, V>(
        float* a, int hidden, int u, float* dh, float* later, float* dcLater, float* previous, float* tanhC)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* at = a + u;
        V i = S.Load(at), f = S.Load(at + hidden), g = S.Load(at + 2 * hidden), o = S.Load(at + 3 * hidden);
        V squashed = S.Load(tanhC + u);
        V d = S.Add(S.Load(dh + u), S.Load(later + u));
        V dc = S.MultiplyAdd(S.Multiply(d, o), OneMinusSquare<S, V>(squashed), S.Load(dcLater + u));
        S.Store(S.Multiply(S.Multiply(dc, g), SigmoidSlope<S, V>(i)), at);
        S.Store(previous == null ? S.Zero : S.Multiply(S.Multiply(dc, S.Load(previous + u)), SigmoidSlope<S, V>(f)), at + hidden);
        S.Store(S.Multiply(S.Multiply(dc, i), OneMinusSquare<S, V>(g)), at + 2 * hidden);
        S.Store(S.Multiply(S.Multiply(d, squashed), SigmoidSlope<S, V>(o)), at + 3 * hidden);
        S.Store(S.Multiply(dc, f), dcLater + u);
    }

    // r, z = σ(a_r, a_z), n = tanh(a_nx + r⊙a_nh), h = (1-z)⊙n + z⊙h_prev; columns r, z, n_x, n_h
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GruForwardAt<S, V>(float* a, int hidden, int u, float* h, float* previous)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* at = a + u;
        V r = VectorMath<S, V>.Sigmoid(S.Load(at));
        V z = VectorMath<S, V>.Sigmoid(S.Load(at + hidden));
        V n = VectorMath<S, V>.Tanh(S.MultiplyAdd(r, S.Load(at + 3 * hidden), S.Load(at + 2 * hidden)));
        S.Store(r, at);
        S.Store(z, at + hidden);
        S.Store(n, at + 2 * hidden);
        // n + z⊙(h_prev - n)
        V before = previous == null ? S.Zero : S.Load(previous + u);
        S.Store(S.MultiplyAdd(z, S.Subtract(before, n), n), h + u);
    }

    // da_n = dh⊙(1-z)⊙(1-n²), da_z = dh⊙(h_prev - n)⊙z⊙(1-z), da_r = da_n⊙a_nh⊙r⊙(1-r),
    // da_nx = da_n, da_nh = da_n⊙r, and z⊙dh goes straight to dh_prev
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GruBackwardAt<S, V>(float* a, int hidden, int u, float* dh, float* later, float* previous)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* at = a + u;
        V r = S.Load(at), z = S.Load(at + hidden), n = S.Load(at + 2 * hidden), nh = S.Load(at + 3 * hidden);
        V before = previous == null ? S.Zero : S.Load(previous + u);
        V d = S.Add(S.Load(dh + u), S.Load(later + u));
        V dn = S.Multiply(S.Subtract(d, S.Multiply(d, z)), OneMinusSquare<S, V>(n));
        S.Store(S.Multiply(S.Multiply(dn, nh), SigmoidSlope<S, V>(r)), at);
        S.Store(S.Multiply(S.Multiply(d, S.Subtract(before, n)), SigmoidSlope<S, V>(z)), at + hidden);
        S.Store(dn, at + 2 * hidden);
        S.Store(S.Multiply(dn, r), at + 3 * hidden);
        S.Store(S.Multiply(d, z), later + u);
    }

    // z = σ(a_z), h = (1-z)⊙h_prev + z⊙h̃; columns z, h̃
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MinGruForwardAt<S, V>(float* a, int hidden, int u, float* h, float* previous)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* at = a + u;
        V z = VectorMath<S, V>.Sigmoid(S.Load(at));
        S.Store(z, at);
        // h_prev + z⊙(h̃ - h_prev)
        V before = previous == null ? S.Zero : S.Load(previous + u);
        S.Store(S.MultiplyAdd(z, S.Subtract(S.Load(at + hidden), before), before), h + u);
    }

    // da_z = dh⊙(h̃ - h_prev)⊙z⊙(1-z), dh̃ = dh⊙z, and (1-z)⊙dh goes straight to dh_prev
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MinGruBackwardAt<S, V>(float* a, int hidden, int u, float* dh, float* later, float* previous)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* at = a + u;
        V z = S.Load(at);
        V before = previous == null ? S.Zero : S.Load(previous + u);
        V d = S.Add(S.Load(dh + u), S.Load(later + u));
        V dCandidate = S.Multiply(d, z);
        S.Store(S.Multiply(S.Multiply(d, S.Subtract(S.Load(at + hidden), before)), SigmoidSlope<S, V>(z)), at);
        S.Store(dCandidate, at + hidden);
        S.Store(S.Subtract(d, dCandidate), later + u);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V OneMinusSquare<S, V>(V y)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Subtract(S.Broadcast(1), S.Multiply(y, y));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V SigmoidSlope<S, V>(V y)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Subtract(y, S.Multiply(y, y));
}
