using Unroll.Engine.Cells;
using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;
using Xunit;

namespace Unroll.Tests.Kernels;

[Collection(AvailableKernels.Name)]
public unsafe class VectorMathTests
{
    [Fact]
    public void Exp_sigmoid_and_tanh_are_within_the_promised_units_in_the_last_place()
    {
        double exp = 0, sigmoid = 0, logSigmoid = 0, tanh = 0;
        for (float x = -87; x < 88; x += 0.00317f)
            exp = Math.Max(exp, UnitsOff(VectorMath<SimdScalar, float>.Exp(x), Math.Exp(x)));
        for (float x = -80; x < 80; x += 0.00317f)
            sigmoid = Math.Max(sigmoid, UnitsOff(VectorMath<SimdScalar, float>.Sigmoid(x), 1 / (1 + Math.Exp(-(double)x))));
        for (float x = -80; x < 60; x += 0.00317f)
        {
            double expected = Math.Min(x, 0.0) - LogOfOnePlus(Math.Exp(-Math.Abs((double)x)));
            logSigmoid = Math.Max(logSigmoid, UnitsOff(VectorMath<SimdScalar, float>.LogSigmoid(x), expected));
        }
        for (float x = -12; x < 12; x += 0.000317f)
            tanh = Math.Max(tanh, UnitsOff(VectorMath<SimdScalar, float>.Tanh(x), Math.Tanh(x)));
        Assert.True(exp <= 1.1, $"exp {exp:F2}");
        Assert.True(sigmoid <= 2.5, $"sigmoid {sigmoid:F2}");
        Assert.True(logSigmoid <= 2.5, $"log sigmoid {logSigmoid:F2}");
        Assert.True(tanh <= 1.5, $"tanh {tanh:F2}");
    }

    [Fact]
    public void Extremes_saturate_and_NaN_passes()
    {
        foreach (float x in (float[])[9.1f, 30, 100, 1e30f, float.PositiveInfinity])
        {
            Assert.Equal(1, VectorMath<SimdScalar, float>.Tanh(x));
            Assert.Equal(-1, VectorMath<SimdScalar, float>.Tanh(-x));
            Assert.InRange(VectorMath<SimdScalar, float>.Sigmoid(x), 0.9998f, 1);
            Assert.InRange(VectorMath<SimdScalar, float>.Sigmoid(-x), 0, 0.0002f);
        }
        Assert.Equal(0, VectorMath<SimdScalar, float>.Tanh(0));
        Assert.True(float.IsNaN(VectorMath<SimdScalar, float>.Tanh(float.NaN)));
        Assert.True(float.IsNaN(VectorMath<SimdScalar, float>.Sigmoid(float.NaN)));
        Assert.True(float.IsNaN(VectorMath<SimdScalar, float>.LogSigmoid(float.NaN)));
        Assert.True(float.IsNaN(VectorMath<SimdScalar, float>.Exp(float.NaN)));
    }

    // Longer than a run of 1024.
    [Theory]
    [MemberData(nameof(AvailableKernels.All), MemberType = typeof(AvailableKernels))]
    public void Squares_are_summed_in_the_same_order_by_every_set(string name)
    {
        foreach (int length in (int[])[1023, 1024, 1025, 1040, 2048, 3001])
        {
            float[] x = new TorchGenerator((ulong)length).Normal(length, 3);
            fixed (float* source = x)
                Assert.Equal(SumOfSquaresInLanes(x), AvailableKernels.Get(name).SumOfSquares(length, source));
        }
    }

    // Runs of 1024 in sixteen lanes of floats, the lanes added up pair by pair; what is no whole sixteen, and runs, in doubles.
    private static double SumOfSquaresInLanes(float[] x)
    {
        double total = 0;
        foreach (float[] run in x.Chunk(1024))
        {
            float[] sums = new float[16];
            int rest = run.Length / 16 * 16;
            for (int i = 0; i < rest; i++)
                sums[i % 16] = MathF.FusedMultiplyAdd(run[i], run[i], sums[i % 16]);
            while (sums.Length > 1)
                sums = [.. sums.Chunk(2).Select(pair => pair[0] + pair[1])];
            total += sums[0];
            foreach (float rested in run[rest..])
                total += (double)rested * rested;
        }
        return total;
    }

    [Theory]
    [MemberData(nameof(AvailableKernels.All), MemberType = typeof(AvailableKernels))]
    public void Elementwise_kernels_are_the_scalar_ones_at_every_length_and_stay_inside(string name)
    {
        IKernels kernels = AvailableKernels.Get(name);
        IKernels scalar = AvailableKernels.Get("scalar");
        for (int length = 0; length <= 130; length++)
        {
            float[] x = new TorchGenerator((ulong)length).Normal(length, 3);
            if (length > 3)
                (x[0], x[1], x[2]) = (float.NaN, float.PositiveInfinity, float.NegativeInfinity);
            float[] y = new TorchGenerator((ulong)length + 1000).Normal(length);
            Same(length, x, (k, to) => k.Tanh(length, to));
            fixed (float* source = y)
            {
                float* pointer = source;
                Same(length, x, (k, to) => k.AddScaled(length, -0.3f, pointer, to));
                Assert.Equal(y.Sum(v => (double)v * v), kernels.SumOfSquares(length, pointer), 1e-4);
                Assert.Equal(SumOfSquaresInLanes(y), kernels.SumOfSquares(length, pointer));
            }
        }

        void Same(int length, float[] input, Action<IKernels, Pointer> run)
        {
            var expected = new GuardedMemory(input);
            var actual = new GuardedMemory(input, shift: 3);
            run(scalar, expected.Pointer);
            run(kernels, actual.Pointer);
            actual.Check();
            Assert.Equal(expected.Values.ToArray(), actual.Values.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(AvailableKernels.All), MemberType = typeof(AvailableKernels))]
    public void Cells_are_the_scalar_ones_at_every_width_and_stay_inside(string name)
    {
        IKernels kernels = AvailableKernels.Get(name);
        IKernels scalar = AvailableKernels.Get("scalar");
        foreach (Cell kind in RecurrentCells.All)
        {
            foreach (Nonlinearity nonlinearity in Enum.GetValues<Nonlinearity>())
            {
                IRecurrentCell cell = RecurrentCells.Of(kind, nonlinearity);
                CellRun[] runs = [(k, s) => cell.Forward(k, s), (k, s) => cell.Backward(k, s)];
                for (int hidden = 1; hidden <= 130; hidden += hidden < 40 ? 1 : 13)
                {
                    foreach (CellRun run in runs)
                    {
                        foreach (bool first in (bool[])[false, true])
                            Assert.Equal(Outcome(scalar, cell, hidden, first, run), Outcome(kernels, cell, hidden, first, run));
                    }
                }
            }
        }
    }

    private static List<float> Outcome(IKernels kernels, IRecurrentCell cell, int hidden, bool first, CellRun run)
    {
        const int rows = 3;
        var random = new TorchGenerator((ulong)hidden);
        GuardedMemory Memory(int width) => new(random.Normal(rows * width), shift: hidden % 3);
        cell = cell.Between(hidden, hidden);
        (int columns, int memorySize, int traceSize) = (cell.Columns * hidden, cell.MemorySize(hidden), cell.TraceSize(hidden));
        int weights = cell.Tensors.Where(tensor => tensor.Input == TensorInput.Memory).Sum(tensor => tensor.Gates * hidden);
        GuardedMemory gates = Memory(columns), h = Memory(hidden), previousH = Memory(hidden), memory = Memory(memorySize);
        GuardedMemory previousMemory = Memory(memorySize), trace = Memory(traceSize), dh = Memory(hidden), later = Memory(hidden);
        GuardedMemory dMemory = Memory(memorySize), weight = Memory(weights), dWeight = Memory(weights);
        run(kernels, new CellStep
        {
            Rows = rows,
            Hidden = hidden,
            Gates = gates.Pointer,
            GatesStride = columns,
            H = h.Pointer,
            HStride = hidden,
            PreviousH = first ? null : previousH.Pointer,
            PreviousHStride = hidden,
            Memory = memory.Pointer,
            MemoryStride = memorySize,
            PreviousMemory = first ? null : previousMemory.Pointer,
            PreviousMemoryStride = memorySize,
            Trace = trace.Pointer,
            TraceStride = traceSize,
            MemoryWeight = weight.Pointer,
            DMemoryWeight = dWeight.Pointer,
            DH = dh.Pointer,
            DHLater = later.Pointer,
            DMemoryLater = dMemory.Pointer,
        });
        var all = new List<float>();
        GuardedMemory[] used =
            [gates, h, previousH, memory, previousMemory, trace, dh, later, dMemory, weight, dWeight];
        foreach (GuardedMemory guarded in used)
        {
            guarded.Check();
            all.AddRange(guarded.Values);
        }
        return all;
    }

    private static double LogOfOnePlus(double y) => 2 * Math.Atanh(y / (2 + y));

    private static double UnitsOff(float actual, double expected)
    {
        float nearest = (float)expected;
        double unit = Math.Abs((double)MathF.BitIncrement(MathF.Abs(nearest)) - MathF.Abs(nearest));
        return Math.Abs(actual - expected) / unit;
    }

    private delegate void CellRun(IKernels kernels, CellStep step);

    // A pointer cannot be a type argument.
    private readonly struct Pointer(float* value)
    {
        public static implicit operator Pointer(float* value) => new(value);

        public static implicit operator float*(Pointer pointer) => pointer._value;

        private readonly float* _value = value;
    }
}
