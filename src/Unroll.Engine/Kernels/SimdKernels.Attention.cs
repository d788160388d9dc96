using System.Runtime.CompilerServices;

namespace Unroll.Engine.Kernels;

/// <content>
/// What a Transformer computes beside its products: softmax, layer norm, ReLU, forward and backward side by side.
/// </content>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    // Sums are taken in sixteen lanes whatever the width of a vector, so that every set of kernels gives the same bits.
    private const int Lanes = 16;

    private const float LayerNormEpsilon = 1e-5f;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Softmax(int count, float scale, float* x)
    {
        float max = scale * x[0];
        for (int j = 1; j < count; j++)
            max = Math.Max(max, scale * x[j]);
        TVector factor = TSimd.Broadcast(scale);
        TVector shift = TSimd.Broadcast(-max);
        int i = 0;
        for (; i <= count - TSimd.Width; i += TSimd.Width)
            TSimd.Store(VectorMath<TSimd, TVector>.Exp(TSimd.MultiplyAdd(factor, TSimd.Load(x + i), shift)), x + i);
        for (; i < count; i++)
            x[i] = VectorMath<SimdScalar, float>.Exp(MathF.FusedMultiplyAdd(scale, x[i], -max));
        Scale(count, 1 / Sum(count, x), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SoftmaxBackward(int count, float scale, float* p, float* dp)
    {
        float mean = Dot(count, p, dp);
        TVector factor = TSimd.Broadcast(scale);
        TVector shift = TSimd.Broadcast(mean);
        int i = 0;
        for (; i <= count - TSimd.Width; i += TSimd.Width)
        {
            TVector difference = TSimd.Subtract(TSimd.Load(dp + i), shift);
            TSimd.Store(TSimd.Multiply(TSimd.Multiply(factor, TSimd.Load(p + i)), difference), dp + i);
        }
        for (; i < count; i++)
            dp[i] = scale * p[i] * (dp[i] - mean);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void LayerNormForward(int count, float* x, float* weight, float* bias, float* y, float* statistics)
    {
        float mean = Sum(count, x) / count;
        AddConstant(count, -mean, x, y);
        float inverse = 1 / MathF.Sqrt(Dot(count, y, y) / count + LayerNormEpsilon);
        (statistics[0], statistics[1]) = (mean, inverse);
        TVector factor = TSimd.Broadcast(inverse);
        int i = 0;
        for (; i <= count - TSimd.Width; i += TSimd.Width)
        {
            TVector normed = TSimd.Multiply(factor, TSimd.Load(y + i));
            TSimd.Store(TSimd.MultiplyAdd(normed, TSimd.Load(weight + i), TSimd.Load(bias + i)), y + i);
        }
        for (; i < count; i++)
            y[i] = MathF.FusedMultiplyAdd(inverse * y[i], weight[i], bias[i]);
    }

    // g = dy ⊙ weight;  dx += (g - mean of g - x̂ ⊙ mean of g ⊙ x̂) / √(variance + ε);  dWeight += dy ⊙ x̂;  dBias += dy
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void LayerNormBackward(
        int count, float* x, float* statistics, float* weight, float* dy, float* dx, float* dWeight, float* dBias,
        float* scratch)
    {
        float* normed = scratch;
        float* g = scratch + count;
        (float mean, float inverse) = (statistics[0], statistics[1]);
        AddConstant(count, -mean, x, normed);
        Scale(count, inverse, normed);
        int i = 0;
        for (; i <= count - TSimd.Width; i += TSimd.Width)
        {
            TVector d = TSimd.Load(dy + i);
            TSimd.Store(TSimd.Multiply(d, TSimd.Load(weight + i)), g + i);
            TSimd.Store(TSimd.MultiplyAdd(d, TSimd.Load(normed + i), TSimd.Load(dWeight + i)), dWeight + i);
            TSimd.Store(TSimd.Add(d, TSimd.Load(dBias + i)), dBias + i);
        }
        for (; i < count; i++)
        {
            g[i] = dy[i] * weight[i];
            dWeight[i] = MathF.FusedMultiplyAdd(dy[i], normed[i], dWeight[i]);
            dBias[i] += dy[i];
        }
        float ofG = -inverse * (Sum(count, g) / count);
        float ofProduct = -inverse * (Dot(count, g, normed) / count);
        TVector factor = TSimd.Broadcast(inverse);
        TVector product = TSimd.Broadcast(ofProduct);
        TVector constant = TSimd.Broadcast(ofG);
        i = 0;
        for (; i <= count - TSimd.Width; i += TSimd.Width)
        {
            TVector rest = TSimd.MultiplyAdd(product, TSimd.Load(normed + i), constant);
            TSimd.Store(TSimd.Add(TSimd.MultiplyAdd(factor, TSimd.Load(g + i), rest), TSimd.Load(dx + i)), dx + i);
        }
        for (; i < count; i++)
            dx[i] += MathF.FusedMultiplyAdd(inverse, g[i], MathF.FusedMultiplyAdd(ofProduct, normed[i], ofG));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Relu(int count, float* x)
    {
        int i = 0;
        for (; i <= count - TSimd.Width; i += TSimd.Width)
        {
            TVector value = TSimd.Load(x + i);
            TSimd.Store(TSimd.SelectLess(value, TSimd.Zero, TSimd.Zero, value), x + i);
        }
        for (; i < count; i++)
            x[i] = x[i] < 0 ? 0 : x[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ReluBackward(int count, float scale, float* y, float* dy)
    {
        TVector factor = TSimd.Broadcast(scale);
        int i = 0;
        for (; i <= count - TSimd.Width; i += TSimd.Width)
        {
            TVector scaled = TSimd.Multiply(factor, TSimd.Load(dy + i));
            TSimd.Store(TSimd.SelectLess(TSimd.Zero, TSimd.Load(y + i), scaled, TSimd.Zero), dy + i);
        }
        for (; i < count; i++)
            dy[i] = y[i] > 0 ? scale * dy[i] : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum(int count, float* x)
    {
        float* sums = stackalloc float[Lanes];
        int rest = count - count % Lanes;
        for (int lane = 0; lane < Lanes; lane += TSimd.Width)
        {
            TVector sum = TSimd.Zero;
            for (int i = lane; i < rest; i += Lanes)
                sum = TSimd.Add(TSimd.Load(x + i), sum);
            TSimd.Store(sum, sums + lane);
        }
        float total = SumOfLanes(sums);
        for (int i = rest; i < count; i++)
            total += x[i];
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Dot(int count, float* x, float* y)
    {
        float* sums = stackalloc float[Lanes];
        int rest = count - count % Lanes;
        for (int lane = 0; lane < Lanes; lane += TSimd.Width)
        {
            TVector sum = TSimd.Zero;
            for (int i = lane; i < rest; i += Lanes)
                sum = TSimd.MultiplyAdd(TSimd.Load(x + i), TSimd.Load(y + i), sum);
            TSimd.Store(sum, sums + lane);
        }
        float total = SumOfLanes(sums);
        for (int i = rest; i < count; i++)
            total = MathF.FusedMultiplyAdd(x[i], y[i], total);
        return total;
    }

    private static float SumOfLanes(float* sums) =>
        (SumOfFour(sums) + SumOfFour(sums + 4)) + (SumOfFour(sums + 8) + SumOfFour(sums + 12));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddConstant(int count, float constant, float* x, float* y)
    {
        TVector added = TSimd.Broadcast(constant);
        int i = 0;
        for (; i <= count - TSimd.Width; i += TSimd.Width)
            TSimd.Store(TSimd.Add(TSimd.Load(x + i), added), y + i);
        for (; i < count; i++)
            y[i] = x[i] + constant;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale(int count, float scale, float* x)
    {
        TVector factor = TSimd.Broadcast(scale);
        int i = 0;
        for (; i <= count - TSimd.Width; i += TSimd.Width)
            TSimd.Store(TSimd.Multiply(factor, TSimd.Load(x + i)), x + i);
        for (; i < count; i++)
            x[i] *= scale;
    }
}
