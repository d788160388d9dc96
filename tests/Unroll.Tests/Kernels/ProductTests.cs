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
            int aRow = k + 3;
            int cRow = n + 5;
            float[] a = random.Normal(Math.Max(1, m * aRow));
            float[] b = random.Normal(Math.Max(1, k * n));
            float[] bias = random.Normal(n + 1);
            float[] before = random.Normal(Math.Max(1, m * cRow));
            double[] product = Product(m, n, k, (i, l) => a[i * aRow + l], (l, j) => b[l * n + j]);
            var left = new GuardedMemory(a, shift: 1);
            var packed = new GuardedMemory(kernels.PackedLength(k, n));
            fixed (float* source = b)
                kernels.Pack(k, n, source, n, packed.Pointer, k);
            packed.Check();

            // From zeros, from one row, from what is there.
            var c = new GuardedMemory(Math.Max(0, m * cRow), shift: 2);
            kernels.Multiply(m, n, k, left.Pointer, aRow, packed.Pointer, c.Pointer, cRow, null, 0);
            Compare(m, n, cRow, c, (i, j) => product[i * n + j], "zeros");
            fixed (float* row = bias)
                kernels.Multiply(m, n, k, left.Pointer, aRow, packed.Pointer, c.Pointer, cRow, row, 0);
            Compare(m, n, cRow, c, (i, j) => product[i * n + j] + bias[j], "bias");
            before.AsSpan(0, c.Values.Length).CopyTo(c.Values);
            kernels.Multiply(m, n, k, left.Pointer, aRow, packed.Pointer, c.Pointer, cRow, c.Pointer, cRow);
            Compare(m, n, cRow, c, (i, j) => product[i * n + j] + before[i * cRow + j], "added");

            // The transposed packing gives the same panels.
            float[] transposed = new float[Math.Max(1, n * k)];
            for (int l = 0; l < k; l++)
            {
                for (int j = 0; j < n; j++)
                    transposed[j * k + l] = b[l * n + j];
            }
            var packedAgain = new GuardedMemory(kernels.PackedLength(k, n));
            fixed (float* source = transposed)
                kernels.PackTransposed(k, n, source, k, packedAgain.Pointer);
            packedAgain.Check();
            Assert.True(packed.Values.SequenceEqual(packedAgain.Values), $"{m} {n} {k}");
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
            int aRow = m + 3;
            float[] a = random.Normal(Math.Max(1, k * aRow));
            float[] b = random.Normal(Math.Max(1, k * n));
            float[] before = random.Normal(Math.Max(1, m * n));
            double[] product = Product(m, n, k, (i, l) => a[l * aRow + i], (l, j) => b[l * n + j]);
            var packed = new GuardedMemory(kernels.PackedLength(k, n));
            var columns = new GuardedMemory(m * k);
            var c = new GuardedMemory(before[..(m * n)]);
            fixed (float* left = a, right = b)
            {
                kernels.Pack(k, n, right, n, packed.Pointer, k);
                kernels.PackColumns(m, k, left, aRow, columns.Pointer);
            }
            columns.Check();
            kernels.AddProductOfColumns(m, n, k, columns.Pointer, packed.Pointer, c.Pointer, n);
            Compare(m, n, n, c, (i, j) => product[i * n + j] + before[i * n + j], "gradient");

            var sums = new GuardedMemory(m, fill: 1);
            fixed (float* left = a)
                kernels.AddColumnSums(k, m, left, aRow, sums.Pointer);
            Compare(1, m, m, sums, (_, i) => 1 + Enumerable.Range(0, k).Sum(l => (double)a[l * aRow + i]), "sums");
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
        var packed = new AlignedBuffer(kernels.PackedLength(size, size));
        float[] c = new float[size * size];
        fixed (float* left = a, right = b, to = c)
        {
            kernels.Pack(size, size, right, size, packed.Pointer, size);
            kernels.Multiply(size, size, size, left, size, packed.Pointer, to, size, null, 0);
        }
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
            var packed = new AlignedBuffer(kernels.PackedLength(k, n));
            float[] c = new float[m * n];
            fixed (float* left = a, right = b, to = c)
            {
                kernels.Pack(k, n, right, n, packed.Pointer, k);
                kernels.Multiply(m, n, k, left, k, packed.Pointer, to, n, null, 0);
            }
            results.Add(c);
        }
        Assert.All(results, result => Assert.Equal(results[0], result));
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

    private static void Compare(int rows, int columns, int row, GuardedMemory actual, Func<int, int, double> expected, string what)
    {
        actual.Check();
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                double difference = Math.Abs(actual.Values[i * row + j] - expected(i, j));
                if (!(difference <= 2e-5 + 2e-6 * Math.Abs(expected(i, j))))
                    Assert.Fail($"{what} {rows}·{columns} at {i},{j}: {actual.Values[i * row + j]}, expected {expected(i, j)}");
            }
        }
    }
}
