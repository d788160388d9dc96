using System.Runtime.CompilerServices;

namespace Unroll.Engine.Kernels;

/// <content>Sums over and updates of long vectors: gradients and parameters.</content>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddScaled(int count, float scale, float* x, float* y)
    {
        TVector factor = TSimd.Broadcast(scale);
        int i = 0;
        // Gradients are added as they are: the same bits without a product.
        if (scale == 1)
        {
            for (; i <= count - TSimd.Width; i += TSimd.Width)
                TSimd.Store(TSimd.Add(TSimd.Load(x + i), TSimd.Load(y + i)), y + i);
        }
        for (; i <= count - TSimd.Width; i += TSimd.Width)
            TSimd.Store(TSimd.MultiplyAdd(factor, TSimd.Load(x + i), TSimd.Load(y + i)), y + i);
        for (; i < count; i++)
            y[i] = MathF.FusedMultiplyAdd(scale, x[i], y[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Tanh(int count, float* x)
    {
        int i = 0;
        for (; i <= count - TSimd.Width; i += TSimd.Width)
            TSimd.Store(VectorMath<TSimd, TVector>.Tanh(TSimd.Load(x + i)), x + i);
        for (; i < count; i++)
            x[i] = VectorMath<SimdScalar, float>.Tanh(x[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SgdUpdate(int count, float* parameters, float* gradients, float* velocity, in UpdateSettings settings)
    {
        int i = 0;
        for (; i <= count - TSimd.Width; i += TSimd.Width)
            SgdAt<TSimd, TVector>(parameters + i, gradients + i, velocity == null ? null : velocity + i, settings);
        for (; i < count; i++)
            SgdAt<SimdScalar, float>(parameters + i, gradients + i, velocity == null ? null : velocity + i, settings);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AdamUpdate(
        int count, float* parameters, float* gradients, float* first, float* second, in UpdateSettings settings)
    {
        int i = 0;
        for (; i <= count - TSimd.Width; i += TSimd.Width)
            AdamAt<TSimd, TVector>(parameters + i, gradients + i, first + i, second + i, settings);
        for (; i < count; i++)
            AdamAt<SimdScalar, float>(parameters + i, gradients + i, first + i, second + i, settings);
    }

    // g ← clamp(scale·g) + λθ;  v ← μv + g, g ← v (Nesterov: g + μv);  θ ← θ - ηg
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SgdAt<S, V>(float* parameter, float* gradient, float* velocity, in UpdateSettings settings)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V theta = S.Load(parameter);
        V g = S.MultiplyAdd(S.Broadcast(settings.WeightDecay), theta, Clipped<S, V>(S.Load(gradient), settings));
        if (velocity != null)
        {
            V momentum = S.Broadcast(settings.Momentum);
            V v = S.MultiplyAdd(momentum, S.Load(velocity), g);
            S.Store(v, velocity);
            g = settings.Nesterov ? S.MultiplyAdd(momentum, v, g) : v;
        }
        S.Store(S.MultiplyAdd(S.Broadcast(-settings.LearningRate), g, theta), parameter);
    }

    // AdamW: θ ← θ - ηλθ first; Adam: g ← g + λθ
    // m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², θ ← θ - η/(1-β₁ᵗ)·m / (√v/√(1-β₂ᵗ) + ε)
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AdamAt<S, V>(float* parameter, float* gradient, float* first, float* second, in UpdateSettings settings)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V theta = S.Load(parameter);
        V g = Clipped<S, V>(S.Load(gradient), settings);
        if (settings.DecoupledDecay)
            theta = S.MultiplyAdd(S.Broadcast(-settings.LearningRate * settings.WeightDecay), theta, theta);
        else
            g = S.MultiplyAdd(S.Broadcast(settings.WeightDecay), theta, g);
        V m = S.MultiplyAdd(S.Broadcast(settings.Beta1), S.Load(first), S.Multiply(S.Broadcast(1 - settings.Beta1), g));
        V added = S.Multiply(S.Broadcast(1 - settings.Beta2), S.Multiply(g, g));
        V v = S.MultiplyAdd(S.Broadcast(settings.Beta2), S.Load(second), added);
        S.Store(m, first);
        S.Store(v, second);
        V denominator = S.Add(S.Multiply(S.SquareRoot(v), S.Broadcast(settings.SecondCorrection)), S.Broadcast(settings.Epsilon));
        V step = S.Divide(S.Multiply(S.Broadcast(settings.FirstCorrection), m), denominator);
        S.Store(S.MultiplyAdd(S.Broadcast(-settings.LearningRate), step, theta), parameter);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SgdCatchUp(int count, float* parameters, float* velocity, in CatchUpSettings settings)
    {
        int i = 0;
        for (; i <= count - TSimd.Width; i += TSimd.Width)
            SgdCatchUpAt<TSimd, TVector>(parameters + i, velocity + i, settings);
        for (; i < count; i++)
            SgdCatchUpAt<SimdScalar, float>(parameters + i, velocity + i, settings);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AdamCatchUp(int count, float* parameters, float* first, float* second, in CatchUpSettings settings)
    {
        int i = 0;
        for (; i <= count - TSimd.Width; i += TSimd.Width)
            AdamCatchUpAt<TSimd, TVector>(parameters + i, first + i, second + i, settings);
        for (; i < count; i++)
            AdamCatchUpAt<SimdScalar, float>(parameters + i, first + i, second + i, settings);
    }

    // θ ← θ - S v;  v ← μᵏ v
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SgdCatchUpAt<S, V>(float* parameter, float* velocity, in CatchUpSettings settings)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V v = S.Load(velocity);
        S.Store(S.MultiplyAdd(S.Broadcast(-settings.Move), v, S.Load(parameter)), parameter);
        S.Store(S.Multiply(S.Broadcast(settings.First), v), velocity);
    }

    // θ ← Λθ - S m / (√v + ε);  m ← β₁ᵏ m;  v ← β₂ᵏ v
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AdamCatchUpAt<S, V>(float* parameter, float* first, float* second, in CatchUpSettings settings)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V m = S.Load(first);
        V v = S.Load(second);
        V step = S.Divide(m, S.Add(S.SquareRoot(v), S.Broadcast(settings.Epsilon)));
        V theta = S.Multiply(S.Broadcast(settings.Scale), S.Load(parameter));
        S.Store(S.MultiplyAdd(S.Broadcast(-settings.Move), step, theta), parameter);
        S.Store(S.Multiply(S.Broadcast(settings.First), m), first);
        S.Store(S.Multiply(S.Broadcast(settings.Second), v), second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Clipped<S, V>(V gradient, in UpdateSettings settings)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V scaled = S.Multiply(gradient, S.Broadcast(settings.GradientScale));
        return S.Min(S.Broadcast(settings.ClipValue), S.Max(S.Broadcast(-settings.ClipValue), scaled));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double SumOfSquares(int count, float* x)
    {
        // Short runs in floats, their sums in a double: fast, and as good as doubles throughout. A run is summed in sixteen
        // lanes whatever the width of a vector, so that every set of kernels gives the same bits: gradients are scaled by it.
        const int run = 1024;
        const int lanes = 16;
        float* sums = stackalloc float[lanes];
        double total = 0;
        for (int start = 0; start < count; start += run)
        {
            int end = Math.Min(count, start + run);
            int rest = end - (end - start) % lanes;
            for (int lane = 0; lane < lanes; lane += TSimd.Width)
            {
                TVector sum = TSimd.Zero;
                for (int i = start + lane; i < rest; i += lanes)
                {
                    TVector value = TSimd.Load(x + i);
                    sum = TSimd.MultiplyAdd(value, value, sum);
                }
                TSimd.Store(sum, sums + lane);
            }
            total += (SumOfFour(sums) + SumOfFour(sums + 4)) + (SumOfFour(sums + 8) + SumOfFour(sums + 12));
            for (int i = rest; i < end; i++)
                total += (double)x[i] * x[i];
        }
        return total;
    }

    private static float SumOfFour(float* x) => (x[0] + x[1]) + (x[2] + x[3]);
}
