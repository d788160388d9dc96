using System.Runtime.Intrinsics;
using Unroll.Engine.Kernels;
using Unroll.Engine.Layers;
using Unroll.Engine.Numerics;

namespace Unroll.Wasm;

/// <summary>
/// The kernels of WebAssembly against the scalar ones, bit for bit. They run nowhere else, so the tests of the engine cannot.
/// </summary>
internal static unsafe class KernelCheck
{
    private const int Most = 48;

    /// <summary>How many values differ.</summary>
    public static int Differences()
    {
        var random = new Random(1);
        IKernels scalar = KernelRegistry.Available.Single(kernels => kernels.Name == "scalar");
        return MultiplyAdds(random)
            + KernelRegistry.Available.Sum(kernels => Products(random, kernels, scalar) + Elementwise(random, kernels, scalar))
            + Masks(random);
    }

    // Half of the numbers have few digits, so that sums lie halfway between two floats.
    private static float Number(Random random) => random.Next(4) switch
    {
        0 => random.Next(-3, 4),
        1 => (random.Next(1 << 12) - (1 << 11)) / 64f,
        2 => MathF.ScaleB(random.NextSingle() - 0.5f, random.Next(-40, 40)),
        _ => random.NextSingle() - 0.5f,
    };

    private static int MultiplyAdds(Random random)
    {
        int wrong = 0;
        for (int i = 0; i < 5000; i++)
        {
            Vector128<float> a = Vector(random), b = Vector(random), c = Vector(random);
            Vector128<float> sum = SimdWasm.MultiplyAdd(a, b, c);
            for (int lane = 0; lane < 4; lane++)
                wrong += Differs(sum.GetElement(lane), MathF.FusedMultiplyAdd(a[lane], b[lane], c[lane]));
        }
        return wrong;
    }

    private static int Products(Random random, IKernels kernels, IKernels scalar)
    {
        int wrong = 0;
        for (int round = 0; round < 60; round++)
        {
            (int m, int n, int k) = (random.Next(1, 14), random.Next(1, Most), random.Next(1, Most));
            float[] a = Numbers(random, m * k), b = Numbers(random, k * n), from = Numbers(random, m * n);
            float[] columns = Numbers(random, k * m);
            wrong += Differences(Product(kernels, m, n, k, a, b, from), Product(scalar, m, n, k, a, b, from));
            wrong += Differences(
                ColumnProduct(kernels, m, n, k, columns, b, from), ColumnProduct(scalar, m, n, k, columns, b, from));
        }
        return wrong;
    }

    private static float[] Product(IKernels kernels, int m, int n, int k, float[] a, float[] b, float[] from)
    {
        float[] result = [.. from];
        var packed = new AlignedBuffer(kernels.PackedLength(k, n));
        fixed (float* x = a, y = b, z = result)
        {
            var panels = new PackedMatrix(kernels, packed.Pointer, k, n);
            kernels.Pack(new Matrix(y, k, n), panels);
            kernels.Multiply(new Matrix(x, m, k), panels, new Matrix(z, m, n), new Matrix(z, m, n));
        }
        GC.KeepAlive(packed);
        return result;
    }

    private static float[] ColumnProduct(IKernels kernels, int m, int n, int k, float[] a, float[] b, float[] from)
    {
        float[] result = [.. from];
        var packed = new AlignedBuffer(kernels.PackedLength(k, n));
        var packedColumns = new AlignedBuffer(k * m);
        fixed (float* x = a, y = b, z = result)
        {
            var panels = new PackedMatrix(kernels, packed.Pointer, k, n);
            var columns = new PackedColumns(packedColumns.Pointer, k, m);
            kernels.Pack(new Matrix(y, k, n), panels);
            kernels.PackColumns(new Matrix(x, k, m), columns);
            kernels.AddProductOfColumns(columns, panels, new Matrix(z, m, n));
        }
        GC.KeepAlive(packed);
        GC.KeepAlive(packedColumns);
        return result;
    }

    private static int Elementwise(Random random, IKernels kernels, IKernels scalar)
    {
        int wrong = 0;
        for (int count = 0; count < Most; count++)
        {
            float[] x = Numbers(random, count), y = Numbers(random, count);
            float scale = count % 3 == 0 ? 1 : Number(random);
            wrong += Differences(Apply(kernels, x, y, scale), Apply(scalar, x, y, scale));
        }
        return wrong;
    }

    private static float[] Apply(IKernels kernels, float[] x, float[] y, float scale)
    {
        float[] squashed = [.. x], sum = [.. y];
        fixed (float* p = squashed, q = sum)
        {
            kernels.Tanh(x.Length, p);
            kernels.AddScaled(x.Length, scale, p, q);
        }
        return [.. squashed, .. sum];
    }

    // At once, and one by one: the place of each value is a part of the hash.
    private static int Masks(Random random)
    {
        float[] x = Numbers(random, 103), together = new float[x.Length], alone = new float[x.Length];
        fixed (float* from = x, to = together, one = alone)
        {
            Dropout.Apply(0.3f, 12345, 7, x.Length, from, to);
            for (int i = 0; i < x.Length; i++)
                Dropout.Apply(0.3f, 12345, 7 + i, 1, from + i, one + i);
        }
        return Differences(together, alone);
    }

    private static float[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => Number(random))];

    private static Vector128<float> Vector(Random random) =>
        Vector128.Create(Number(random), Number(random), Number(random), Number(random));

    private static int Differences(float[] x, float[] y) => x.Zip(y, Differs).Sum();

    private static int Differs(float x, float y) =>
        BitConverter.SingleToInt32Bits(x) == BitConverter.SingleToInt32Bits(y) || (float.IsNaN(x) && float.IsNaN(y)) ? 0 : 1;
}
