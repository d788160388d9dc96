using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;
using Xunit;

namespace Unroll.Tests.Kernels;

[Collection(AvailableKernels.Name)]
public unsafe class ProductTests
{
    // Each dimension from 0 to 130 while the others stand at sizes that are no multiple of anything.
    private static IEnumerable<(int M, int N, int K)> Sizes()
    {
        for (int size = 0; size <= 130; size++)
        {
            yield return (size, 35, 7);
            yield return (9, size, 5);
            yield return (13, 33, size);
        }
        yield return (400, 70, 130);
    }

    [Theory]
    [MemberData(nameof(AvailableKernels.All), MemberType = typeof(AvailableKernels))]
    public void Products_match_double_precision_at_every_size_and_stay_inside(string name)
    {
        IKernels kernels = AvailableKernels.Get(name);
        var random = new TorchGenerator(5);
        foreach ((int m, int n, int k) in Sizes())
        {
            int aStride = k + 3;
            int cStride = n + 5;
            float[] a = random.Normal(Math.Max(1, m * aStride));
            float[] b = random.Normal(Math.Max(1, k * n));
            float[] bias = random.Normal(n + 1);
            float[] before = random.Normal(Math.Max(1, m * cStride));
            double[] product = Product(m, n, k, (i, l) => a[i * aStride + l], (l, j) => b[l * n + j]);
            var memory = new GuardedMemory(a, shift: 1);
            var left = new Matrix(memory.Pointer, m, k, aStride);
            var panels = new GuardedMemory(kernels.PackedLength(k, n));
            var packed = new PackedMatrix(kernels, panels.Pointer, k, n);
            fixed (float* source = b)
                kernels.Pack(new Matrix(source, k, n), packed);
            panels.Check();

            // From zeros, from one row, from what is there.
            var c = new GuardedMemory(Math.Max(0, m * cStride), shift: 2);
            var result = new Matrix(c.Pointer, m, n, cStride);
            kernels.Multiply(left, packed, result, default);
            Compare(m, n, cStride, c, (i, j) => product[i * n + j], "zeros");
            fixed (float* row = bias)
                kernels.Multiply(left, packed, result, Matrix.Repeated(row, m, n));
            Compare(m, n, cStride, c, (i, j) => product[i * n + j] + bias[j], "bias");
            before.AsSpan(0, c.Values.Length).CopyTo(c.Values);
            kernels.Multiply(left, packed, result, result);
            Compare(m, n, cStride, c, (i, j) => product[i * n + j] + before[i * cStride + j], "added");

            // The transposed packing gives the same panels.
            float[] transposed = new float[Math.Max(1, n * k)];
            for (int l = 0; l < k; l++)
            {
                for (int j = 0; j < n; j++)
                    transposed[j * k + l] = b[l * n + j];
            }
            var panelsAgain = new GuardedMemory(kernels.PackedLength(k, n));
            fixed (float* source = transposed)
                kernels.PackTransposed(new Matrix(source, n, k), new PackedMatrix(kernels, panelsAgain.Pointer, k, n));
            panelsAgain.Check();
            Assert.True(panels.Values.SequenceEqual(panelsAgain.Values), $"{m} {n} {k}");
        }
    }

    [Theory]
    [MemberData(nameof(AvailableKernels.All), MemberType = typeof(AvailableKernels))]
    public void Weight_gradients_match_double_precision_at_every_size_and_stay_inside(string name)
    {
        IKernels kernels = AvailableKernels.Get(name);
        var random = new TorchGenerator(6);
        foreach ((int m, int n, int k) in Sizes())
        {
            int aStride = m + 3;
            float[] a = random.Normal(Math.Max(1, k * aStride));
            float[] b = random.Normal(Math.Max(1, k * n));
            float[] before = random.Normal(Math.Max(1, m * n));
            double[] product = Product(m, n, k, (i, l) => a[l * aStride + i], (l, j) => b[l * n + j]);
            var panels = new GuardedMemory(kernels.PackedLength(k, n));
            var packed = new PackedMatrix(kernels, panels.Pointer, k, n);
            var groups = new GuardedMemory(m * k);
            var columns = new PackedColumns(groups.Pointer, k, m);
            var c = new GuardedMemory(before[..(m * n)]);
            fixed (float* left = a, right = b)
            {
                kernels.Pack(new Matrix(right, k, n), packed);
                kernels.PackColumns(new Matrix(left, k, m, aStride), columns);
            }
            groups.Check();
            kernels.AddProductOfColumns(columns, packed, new Matrix(c.Pointer, m, n));
            Compare(m, n, n, c, (i, j) => product[i * n + j] + before[i * n + j], "gradient");

            var sums = new GuardedMemory(m, fill: 1);
            fixed (float* left = a)
                kernels.AddColumnSums(new Matrix(left, k, m, aStride), sums.Pointer);
            Compare(1, m, m, sums, (_, i) => 1 + Enumerable.Range(0, k).Sum(l => (double)a[l * aStride + i]), "sums");
        }
    }

    [Theory]
    [MemberData(nameof(AvailableKernels.All), MemberType = typeof(AvailableKernels))]
    public void NaN_and_infinity_reach_the_rows_and_columns_they_stand_in(string name)
    {
        IKernels kernels = AvailableKernels.Get(name);
        const int size = 40;
        float[] a = new TorchGenerator(1).Normal(size * size);
        float[] b = new TorchGenerator(2).Normal(size * size);
        a[3 * size + 7] = float.NaN;
        b[5 * size + 30] = float.PositiveInfinity;
        float[] c = Multiply(kernels, size, size, size, a, b);
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
                Assert.Equal(i != 3 && j != 30, float.IsFinite(c[i * size + j]));
        }
    }

    [Fact]
    public void Every_available_set_sums_in_the_same_order()
    {
        const int m = 19, n = 70, k = 57;
        float[] a = new TorchGenerator(1).Normal(m * k);
        float[] b = new TorchGenerator(2).Normal(k * n);
        var results = new List<float[]>();
        foreach (IKernels kernels in KernelRegistry.Available)
        {
            results.Add(Multiply(kernels, m, n, k, a, b));
        }
        Assert.All(results, result => Assert.Equal(results[0], result));
    }

    private static float[] Multiply(IKernels kernels, int m, int n, int k, float[] a, float[] b)
    {
        float[] c = new float[m * n];
        var panels = new GuardedMemory(kernels.PackedLength(k, n));
        fixed (float* left = a, right = b, to = c)
        {
            var packed = new PackedMatrix(kernels, panels.Pointer, k, n);
            kernels.Pack(new Matrix(right, k, n), packed);
            kernels.Multiply(new Matrix(left, m, k), packed, new Matrix(to, m, n), default);
        }
        panels.Check();
        return c;
    }

    private static double[] Product(int m, int n, int k, Func<int, int, double> a, Func<int, int, double> b)
    {
        double[] product = new double[m * n];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                for (int l = 0; l < k; l++)
                    product[i * n + j] += a(i, l) * b(l, j);
            }
        }
        return product;
    }

    private static void Compare(
        int rows, int columns, int stride, GuardedMemory actual, Func<int, int, double> expected, string what)
    {
        actual.Check();
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                double difference = Math.Abs(actual.Values[i * stride + j] - expected(i, j));
                if (!(difference <= 2e-5 + 2e-6 * Math.Abs(expected(i, j))))
                    Assert.Fail(
                        $"{what} {rows}·{columns} at {i},{j}: {actual.Values[i * stride + j]}, expected {expected(i, j)}");
            }
        }
    }
}
