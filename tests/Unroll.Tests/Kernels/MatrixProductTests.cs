using Unroll.Kernels;
using Unroll.Numerics;
using Xunit;

namespace Unroll.Tests.Kernels;

public class MatrixProductTests
{
    public static TheoryData<int, int, int> Sizes()
    {
        var sizes = new TheoryData<int, int, int>();
        foreach (int m in (int[])[0, 1, 2, 7])
        {
            foreach (int n in (int[])[0, 1, 5, 16])
            {
                foreach (int k in (int[])[0, 1, 3, 33])
                    sizes.Add(m, n, k);
            }
        }
        return sizes;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_three_products_are_sums_over_the_shared_dimension(int m, int n, int k)
    {
        var random = new TorchGenerator(5);
        float[] x = random.Normal(m * k);
        float[] weight = random.Normal(n * k);
        float[] y = random.Normal(m * n);

        Check(m, n, k, y, (i, j, l) => (double)x[i * k + l] * weight[j * k + l], to => MatrixProduct.AddTimesTransposed(x, weight, to, m, n, k));
        Check(m, k, n, x, (i, j, l) => (double)y[i * n + l] * weight[l * k + j], to => MatrixProduct.AddTimes(y, weight, to, m, n, k));
        Check(n, k, m, weight, (i, j, l) => (double)y[l * n + i] * x[l * k + j], to => MatrixProduct.AddTransposedTimes(y, x, to, m, n, k));
    }

    [Fact]
    public void NaN_reaches_the_result()
    {
        float[] y = new float[1];
        MatrixProduct.AddTimesTransposed([1, float.NaN], [0, 0], y, 1, 1, 2);
        Assert.True(float.IsNaN(y[0]));
    }

    // The destination is added to: it starts with what stands in before.
    private static void Check(int rows, int columns, int shared, float[] before, Func<int, int, int, double> term, Action<float[]> product)
    {
        double[] expected = Close.Widen(before);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                for (int l = 0; l < shared; l++)
                    expected[i * columns + j] += term(i, j, l);
            }
        }
        float[] actual = [.. before];
        product(actual);
        Close.To(expected, Close.Widen(actual), absolute: 1e-5, relative: 1e-5);
    }
}
