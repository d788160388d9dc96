using Unroll.Kernels;
using Unroll.Numerics;
using Xunit;

namespace Unroll.Tests.Kernels;

public class ElementwiseTests
{
    [Fact]
    public void Activations_and_their_derivatives_match_double_precision_at_every_length()
    {
        for (int length = 0; length <= 70; length++)
        {
            var random = new TorchGenerator((ulong)length);
            float[] x = random.Normal(length, 3);
            float[] dy = random.Normal(length);

            float[] tanh = [.. x];
            Activations.Tanh(tanh);
            Close.To([.. x.Select(v => Math.Tanh(v))], Close.Widen(tanh), absolute: 1e-6);
            float[] dTanh = [.. dy];
            Activations.TanhBackward(tanh, dTanh);
            Close.To([.. tanh.Select((y, i) => dy[i] * (1 - (double)y * y))], Close.Widen(dTanh), absolute: 1e-6);

            float[] relu = [.. x];
            Activations.Relu(relu);
            Assert.Equal(x.Select(v => Math.Max(v, 0)), relu);
            float[] dRelu = [.. dy];
            Activations.ReluBackward(relu, dRelu);
            Assert.Equal(dy.Select((d, i) => x[i] > 0 ? d : 0), dRelu);

            float[] sum = [.. dy];
            ScaledSum.Add(-0.5f, x, sum);
            Close.To([.. dy.Select((d, i) => d - 0.5 * x[i])], Close.Widen(sum), absolute: 1e-6);
        }
    }

    [Fact]
    public void NaN_and_infinity_pass_through_activations()
    {
        float[] x = [float.NaN, float.PositiveInfinity, float.NegativeInfinity];
        float[] tanh = [.. x];
        Activations.Tanh(tanh);
        Assert.Equal([float.NaN, 1, -1], tanh);
        float[] relu = [.. x];
        Activations.Relu(relu);
        Assert.Equal([float.NaN, float.PositiveInfinity, 0], relu);
    }

    [Fact]
    public void Rows_are_broadcast_summed_gathered_and_scattered()
    {
        float[] matrix = new float[6];
        matrix.AsSpan().Fill(float.NaN);
        Rows.Broadcast([1, 2, 3], matrix);
        Assert.Equal([1, 2, 3, 1, 2, 3], matrix);

        float[] sum = [10, 10, 10];
        Rows.AddSum(matrix, sum);
        Assert.Equal([12, 14, 16], sum);

        float[] gathered = new float[6];
        gathered.AsSpan().Fill(float.NaN);
        Rows.Gather([1, 2, 3, 4, 5, 6], [2, 0, 2], gathered, 2);
        Assert.Equal([5, 6, 1, 2, 5, 6], gathered);

        float[] table = [1, 1, 1, 1, 1, 1];
        Rows.ScatterAdd([1, 2, 3, 4, 5, 6], [2, 0, 2], table, 2);
        Assert.Equal([4, 5, 1, 1, 7, 9], table);
    }

    [Fact]
    public void Columns_are_the_product_with_one_hot_vectors()
    {
        float[] y = [10, 10, 20, 20];
        Columns.AddGathered([1, 2, 3, 4, 5, 6], [2, 0], y, h: 2, v: 3);
        Assert.Equal([13, 16, 21, 24], y);

        float[] dWeight = new float[6];
        Columns.ScatterAdd([1, 2, 3, 4, 5, 6], [2, 0, 2], dWeight, h: 2, v: 3);
        Assert.Equal([3, 0, 6, 4, 0, 8], dWeight);
    }
}
